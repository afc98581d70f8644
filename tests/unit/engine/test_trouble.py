"""
A change that will not get there is told by the reason its pods give, within seconds; trouble that passes is forgiven.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import a_pod
from tests.plans import a_plan, set_image
from tests.worlds import World, deployment

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("VER-1")]

POD = Target(kind="Pod", namespace="shop", name="web-new")
LONG_AGO, LATER = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def a_stuck_pod(reason: str, *, created: str) -> Manifest:
    pod = a_pod("web-new", ready=False)
    pod["metadata"]["creationTimestamp"] = created
    pod["status"] = {
        "phase": "Pending",
        "containerStatuses": [{"name": "app", "restartCount": 5, "state": {"waiting": {"reason": reason}}}],
    }
    return pod


def heal(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"] = [{"name": "app", "restartCount": 0, "state": {"running": {}}}]


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CrashLoopBackOff"])
async def test_the_reason_of_a_new_pod_ends_the_step_long_before_its_deadline(world: World, reason: str) -> None:
    world.cluster.controllers = False
    world.when("ChangeApplied", "web", lambda: world.cluster.put(a_stuck_pod(reason, created=LATER)))
    began = world.clock.monotonic()

    run = await world.run_of(a_plan(set_image()))

    assert "rolled_back" == run["phase"], run
    assert reason in run["steps"][0]["message"] or reason in run["message"], run
    assert "web-new" in run["message"]
    assert 60 > world.clock.monotonic() - began


async def test_a_pod_that_was_in_trouble_before_the_change_is_not_the_changes_fault(world: World) -> None:
    world.cluster.put(a_stuck_pod("CrashLoopBackOff", created=LONG_AGO))

    run = await world.run_of(a_plan(set_image()))

    assert "succeeded" == run["phase"], run


async def test_trouble_that_goes_away_in_time_is_forgiven(world: World) -> None:
    world.cluster.controllers = False
    world.when("ChangeApplied", "web", lambda: world.cluster.put(a_stuck_pod("ImagePullBackOff", created=LATER)))
    run = await world.submitted(a_plan(set_image()))
    await world.clock.sleep(5)

    world.cluster.edit(POD, heal)
    await world.clock.sleep(60)

    assert "running" == (await world.service.run(run))["phase"]
    world.cluster.controllers = True
    world.cluster.edit(deployment("web"), lambda live: live["metadata"].update(labels={"seen": "true"}))
    assert "succeeded" == (await world.ended(run))["phase"]


async def test_a_rollout_that_failed_tells_the_trouble_of_its_pods_too(world: World) -> None:
    world.cluster.controllers = False

    def fail() -> None:
        world.cluster.put(a_stuck_pod("ImagePullBackOff", created=LATER))
        world.cluster.edit(deployment("web"), give_up)

    world.when("ChangeApplied", "web", fail)

    run = await world.run_of(a_plan(set_image()))

    assert "made no progress" in run["message"]
    assert "ImagePullBackOff" in run["message"]


def give_up(manifest: dict[str, Any]) -> None:
    manifest["status"]["observedGeneration"] = manifest["metadata"]["generation"]
    manifest["status"]["conditions"] = [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    ]
