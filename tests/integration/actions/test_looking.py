"""
Steps that only look at a real cluster: they wait, keep logs and events, keep a message; and change nothing.
"""

import asyncio
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.target import Target
from tests.builders import a_deployment
from tests.fixtures.widgets import a_widget
from tests.integration.actions.local_stage import Stage
from tests.plans import a_plan
from tests.serving import Caller
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2")]


async def observed(caller: Caller, run: str, step: str = "it") -> Any:
    return (await caller.get(f"/v1/runs/{run}/steps/{step}"))["observed"]


async def waits(caller: Caller, stage: Stage, target: Target, **parameters: Any) -> str:
    """
    Submit a step that waits, and return the run when it does.
    """
    limit = parameters.pop("within", 200)
    run = await caller.submit(a_plan(stage.step("wait_for", target, parameters, id="it", timeout_seconds=limit)))

    async def is_waiting() -> bool:
        step = (await caller.get(f"/v1/runs/{run}"))["steps"][0]
        return bool(step["decisions"]) or step["finished_at"] is not None

    await eventually(is_waiting)
    return run


async def test_a_deployment_is_awaited_until_it_is_healthy(caller: Caller, stage: Stage) -> None:
    web = stage.target("Deployment", "web")
    run_id = await waits(caller, stage, web, health=True, may_be_absent=True)

    await stage.put(a_deployment("web", stage.namespace, replicas=2))
    run = await caller.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert "2 of 2 replicas are ready" in run["steps"][0]["message"]
    assert "2 of 2 replicas are ready" in (await observed(caller, run_id))["message"]
    assert "none" == run["steps"][0]["actuation"]


async def test_a_condition_is_awaited(caller: Caller, stage: Stage) -> None:
    web = stage.target("Deployment", "web")
    run_id = await waits(caller, stage, web, condition="Available=True", may_be_absent=True)

    await stage.put(a_deployment("web", stage.namespace))
    run = await caller.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert "its condition Available is True" in run["steps"][0]["message"]


async def test_a_custom_resource_is_awaited_by_its_values(caller: Caller, stage: Stage) -> None:
    widget = stage.target("Widget", "w")
    await stage.put(a_widget("w", stage.namespace))
    by_status = await waits(caller, stage, widget, json_path="{.status.replicas}", value=3)
    by_spec = await waits(caller, stage, widget, json_path=".spec['size']", value="large")

    await stage.report(widget, {"replicas": 3})
    await stage.edit(widget, {"spec": {"size": "large"}})

    assert ["succeeded", "succeeded"] == [(await caller.ended(run))["phase"] for run in (by_status, by_spec)]


async def test_an_object_is_awaited_until_it_is_gone(caller: Caller, stage: Stage) -> None:
    web = await stage.healthy(a_deployment("web", stage.namespace))
    run_id = await waits(caller, stage, web, absent=True)

    await stage.remove(web)

    assert "succeeded" == (await caller.ended(run_id))["phase"]


async def test_a_wait_for_what_does_not_come_fails_at_its_limit_and_says_how_far_it_came(
    caller: Caller, stage: Stage
) -> None:
    web = await stage.healthy(a_deployment("web", stage.namespace))

    run = await caller.ended(await waits(caller, stage, web, condition="Available=False", within=8))

    assert "failed" == run["phase"], run
    assert "8 s was reached; it came as far as: its condition Available is True" in run["message"]


@pytest.mark.requirement("VER-1")
async def test_a_wait_for_health_that_will_not_come_ends_within_seconds(caller: Caller, stage: Stage) -> None:
    await stage.put(a_deployment("web", stage.namespace, images={"app": "fault.local/image-pull:1"}))

    run = await caller.ended(await waits(caller, stage, stage.target("Deployment", "web"), health=True))

    assert "failed" == run["phase"], run
    assert "ImagePullBackOff" in run["message"]


@pytest.mark.requirement("DRY-3")
async def test_events_and_logs_are_kept_without_what_looks_like_a_credential(
    caller: Caller, control_plane: ControlPlane, stage: Stage
) -> None:
    web = await stage.healthy(a_deployment("web", stage.namespace, replicas=2))
    said = ("starting", "login password=correct-horse user=ada", "ready")
    await asyncio.to_thread(control_plane.log, *said)

    async def is_told() -> bool:
        return "ScalingReplicaSet" in {each["reason"] for each in await stage.all("Event")}

    await eventually(is_told)

    run = await caller.run_of(a_plan(stage.step("collect", web, {"lines": 2}, id="it")))

    assert "succeeded" == run["phase"], run
    found = await observed(caller, run["id"])
    assert "ScalingReplicaSet" in {each["reason"] for each in found["events"]}
    assert 2 == len(found["logs"])
    for log in found["logs"]:
        assert ["login password=[scrubbed] user=ada", "ready"] == [
            line.partition(" ")[2] for line in log["text"].splitlines()
        ]
    assert "correct-horse" not in str(await caller.events(run["id"]))


async def test_a_pod_that_never_started_has_no_log_and_that_is_told(
    caller: Caller, control_plane: ControlPlane, stage: Stage
) -> None:
    # Simulated containers share one log; what an earlier test let them say is not theirs.
    control_plane.forget_logs()
    await stage.put(a_deployment("web", stage.namespace, images={"app": "fault.local/image-pull:1"}))

    async def scheduled() -> bool:
        # Before it has a node a pod's log is an empty one, not one that cannot be read.
        pods = await stage.all("Pod")
        return bool(pods) and all("nodeName" in pod["spec"] for pod in pods)

    await eventually(scheduled)

    run = await caller.run_of(
        a_plan(stage.step("collect", stage.target("Deployment", "web"), {"previous": True}, id="it"))
    )

    assert "succeeded" == run["phase"], run
    found = await observed(caller, run["id"])
    assert [] == found["logs"]
    assert "web-" in found["unread"][0]


async def test_what_is_not_there_cannot_be_collected(caller: Caller, stage: Stage) -> None:
    run = await caller.run_of(a_plan(stage.step("collect", stage.target("Deployment", "nobody"), id="it")))

    assert "failed" == run["phase"], run


async def test_a_message_is_kept_with_the_run_and_in_its_events(caller: Caller) -> None:
    step = {"id": "it", "action": "notify", "parameters": {"message": "the cache is cold until noon"}}

    run = await caller.run_of(a_plan(step))

    assert "succeeded" == run["phase"], run
    assert {"message": "the cache is cold until noon"} == await observed(caller, run["id"])
    assert "the cache is cold until noon" == run["steps"][0]["message"]
    assert run["steps"][0]["target"] is None


@pytest.mark.requirement("GATE-1")
@pytest.mark.parametrize(("action", "parameters"), [("wait_for", {"health": True}), ("collect", {})])
async def test_what_is_in_a_protected_namespace_is_not_looked_at(
    action: str, parameters: dict[str, Any], caller: Caller, stage: Stage, protected: Stage
) -> None:
    target = await protected.healthy(a_deployment("it-web", protected.namespace))

    run = await caller.run_of(a_plan(stage.step(action, target, parameters, id="it")))
    await protected.gone(target)

    assert "denied" == run["phase"], run
    assert "protected_namespaces" in run["message"]
