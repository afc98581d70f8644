"""
What the policy wants of a change that has settled: it holds, comes to hold in time, or the change is put back.
"""

import asyncio
from typing import Any

import pytest

from executor.core.policy import Stage
from tests.plans import a_plan, a_step, scale
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("GATE-6")]


def verifying(world: World) -> list[Any]:
    return [request for request in world.gate.requests if request.stage is Stage.VERIFY]


@pytest.mark.requirement("VER-3")
async def test_a_postcondition_that_never_holds_fails_the_step_and_the_change_is_put_back(world: World) -> None:
    world.gate.denies("no_crash_loop", stage=Stage.VERIFY, message="pod web-1 crashes")
    began = world.clock.monotonic()

    run = await world.run_of(a_plan(scale(to=3)))

    (step,) = run["steps"]
    assert ("rolled_back", "restored") == (run["phase"], step["phase"]), run
    assert "failed" == step["verification"]
    assert "no_crash_loop: pod web-1 crashes; ask for less" in run["message"]
    assert 1 == world.replicas()
    assert 60 <= world.clock.monotonic() - began < 65


async def test_a_postcondition_that_comes_to_hold_is_waited_for(world: World) -> None:
    world.gate.denies("replicas_ready", stage=Stage.VERIFY)
    run = await world.submitted(a_plan(scale(to=3)))
    world.when("ChangeApplied", "web", lambda: asyncio.get_running_loop().call_later(5.0, world.gate.allows_again))

    ended = await world.ended(run)

    assert "succeeded" == ended["phase"], ended
    assert len(verifying(world)) > 3


async def test_a_decision_that_says_the_same_again_is_told_once(world: World) -> None:
    world.gate.denies("no_crash_loop", stage=Stage.VERIFY)

    run = await world.run_of(a_plan(scale(to=3), rollback="none"))

    decided = [event for event in await world.events(run["id"]) if event.data.get("stage") == "verify"]
    assert 1 == len(decided)
    assert len(verifying(world)) > 30


async def test_the_policy_sees_the_object_as_it_is_now_beside_the_one_before(world: World) -> None:
    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"], run
    (request,) = verifying(world)
    assert (1, 3, 3) == (
        request.before["spec"]["replicas"],
        request.after["spec"]["replicas"],
        request.after["status"]["readyReplicas"],
    )
    assert [] == request.divergence
    assert ["/spec/replicas"] == [entry.path for entry in request.diff if entry.path.startswith("/spec")]


async def test_where_the_write_was_persisted_otherwise_than_previewed_is_told(world: World) -> None:
    held = world.cluster.hold("apply")
    run = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    world.cluster.mutates(lambda manifest: manifest["metadata"].setdefault("labels", {}).update(late="yes"))
    held.release()

    ended = await world.ended(run)

    assert "succeeded" == ended["phase"], ended
    (request,) = verifying(world)
    assert ["/metadata/labels/late"] == request.divergence


async def test_the_steps_own_limit_ends_the_wait_for_a_postcondition(world: World) -> None:
    world.gate.denies("no_crash_loop", stage=Stage.VERIFY)
    began = world.clock.monotonic()

    run = await world.run_of(a_plan(scale(to=3, timeout_seconds=10), rollback="none"))

    (step,) = run["steps"]
    assert ("failed", "timed_out") == (run["phase"], step["verification"]), run
    assert 15 > world.clock.monotonic() - began


async def test_a_removal_is_verified_too(world: World) -> None:
    run = await world.run_of(a_plan(a_step("delete", "Deployment", "jobs")))

    assert "succeeded" == run["phase"], run
    (request,) = verifying(world)
    assert ("jobs", None) == (request.before["metadata"]["name"], request.after)


async def test_what_wrote_nothing_has_nothing_to_verify(world: World) -> None:
    run = await world.run_of(a_plan(scale(to=1)))

    assert "succeeded" == run["phase"], run
    assert [] == verifying(world)
