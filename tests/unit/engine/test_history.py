"""
What the policy is told of earlier runs, and of how old a snapshot is.
"""

import pytest

from executor.core.errors import StoreUnavailable
from executor.core.policy import Stage
from tests.plans import a_plan, scale
from tests.worlds import World

pytestmark = pytest.mark.looptime


@pytest.mark.requirement("GATE-7")
async def test_plan_and_step_are_judged_with_what_earlier_runs_did_to_the_target(world: World) -> None:
    world.gate.denies("not_back", stage=Stage.DRY_RUN)
    await world.run_of(a_plan(scale("web")))
    world.gate.allows_again()
    await world.run_of(a_plan(scale("web")))
    await world.run_of(a_plan(scale("web", to=4), scale("api")))

    told = {
        request.step and request.step.id: request.history
        for request in world.gate.requests
        if request.stage in {Stage.PLAN, Stage.PREFLIGHT}
    }
    counted = {step: history and history.target and history.target.runs for step, history in told.items()}
    # The first run was denied before it wrote.
    assert {None: None, "web": 1, "api": 0} == counted
    assert {(2, 0, 0)} == {
        (history.finished, history.failed, history.running) for history in told.values() if history is not None
    }


@pytest.mark.requirement("POL-1")
async def test_where_the_store_cannot_count_the_policy_is_told_so(world: World) -> None:
    world.store.cannot_count(StoreUnavailable("earlier runs: cannot be read: the disk is gone"))

    run = await world.run_of(a_plan(scale("web")))

    assert "succeeded" == run["phase"]
    assert {None} == {request.history for request in world.gate.requests if request.stage is not Stage.VERIFY}


async def test_a_restore_is_judged_with_the_age_of_its_snapshot(world: World) -> None:
    world.gate.denies("not_kept", stage=Stage.VERIFY)
    began = world.clock.monotonic()

    run = await world.run_of(a_plan(scale("web")))

    assert "rolled_back" == run["phase"]
    ages = [request.snapshot_age_seconds for request in world.gate.requests if request.stage is Stage.ROLLBACK]
    assert ages
    assert all(age is not None and 59 < age <= world.clock.monotonic() - began for age in ages), ages
