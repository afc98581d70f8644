"""
Steps as a graph: order, the limit, failures and what the plan says about them, assessment before the first write.
"""

from functools import partial
from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.errors import AdmissionDenied, ClusterUnavailable, OutcomeUnknown
from executor.core.policy import Stage
from tests.builders import a_deployment, a_namespace, a_pod
from tests.fakes.cluster import FakeCluster
from tests.plans import a_plan, restart, scale, set_image
from tests.worlds import World, deployment

pytestmark = pytest.mark.looptime


async def test_a_diamond_runs_in_its_order_and_its_middle_side_by_side(world: World) -> None:
    plan = a_plan(
        scale("web"), scale("api", needs=["web"]), scale("cache", needs=["web"]), scale("jobs", needs=["api", "cache"])
    )

    run = await world.run_of(plan)

    assert "succeeded" == run["phase"]
    assert {"total": 4, "done": 4, "percent": 100} == run["progress"]
    order = [(str(event.type), event.step) for event in await world.events(run["id"]) if event.step]
    assert order.index(("StepSucceeded", "web")) < order.index(("StepStarted", "api"))
    assert order.index(("StepStarted", "cache")) < order.index(("StepSucceeded", "api"))
    assert order.index(("StepSucceeded", "cache")) < order.index(("StepStarted", "jobs"))


@pytest.mark.requirement("RUN-2")
async def test_no_more_steps_run_at_once_than_allowed_and_the_rest_follow_in_order(world: World) -> None:
    names = [f"web-{n:02}" for n in range(12)]
    world.cluster = FakeCluster(*(_deployments(names)))
    await world.restart()

    run = await world.run_of(a_plan(*(scale(name) for name in names), max_parallel=3))

    running, most, started = set(), 0, []
    for event in await world.events(run["id"]):
        if event.type == "StepStarted":
            running.add(event.step)
            started.append(event.step)
        if event.type == "StepSucceeded":
            running.discard(event.step)
        most = max(most, len(running))
    assert 3 == most
    assert names == started


def _deployments(names: list[str]) -> list[dict[str, Any]]:
    return [a_namespace("shop"), *(a_deployment(name) for name in names)]


@pytest.mark.requirement("PLAN-14")
async def test_a_plan_with_one_denied_step_is_denied_before_its_first_write(world: World) -> None:
    world.gate.denies("frozen", step="api", stage=Stage.DRY_RUN)

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"])))

    assert "denied" == run["phase"]
    assert ["skipped", "skipped"] == [step["phase"] for step in run["steps"]]
    assert [] == world.cluster.applied
    events = await world.events(run["id"])
    names = [str(event.type) for event in events]
    assert ["RunAccepted", "RunClaimed", "PlanAssessed", "StepSkipped", "StepSkipped", "RunFinished"] == names
    assert "frozen" in run["message"]


@pytest.mark.requirement("PLAN-14")
async def test_a_target_that_is_not_there_fails_the_plan_before_its_first_write(world: World) -> None:
    run = await world.run_of(a_plan(scale("web"), scale("nothing", needs=["web"])))

    assert "failed" == run["phase"]
    assert [] == world.cluster.applied
    assert "deployment/shop/nothing" in run["message"]


@pytest.mark.requirement("PLAN-14")
async def test_a_late_step_is_not_judged_before_its_turn(world: World) -> None:
    world.gate.denies("frozen", step="api")

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    assert "rolled_back" == run["phase"]
    assert ["restored", "denied"] == [step["phase"] for step in run["steps"]]
    assert 1 == world.replicas("web")


@pytest.mark.requirement("ROLL-2")
@pytest.mark.requirement("ROLL-3")
@pytest.mark.requirement("RUN-3")
async def test_a_failure_restores_all_that_was_changed_newest_first(world: World) -> None:
    world.gate.denies("frozen", step="jobs")
    plan = a_plan(
        scale("web"),
        set_image("api", needs=["web"]),
        scale("cache", needs=["api"]),
        scale("jobs", needs=["cache"], assess="late"),
    )

    run = await world.run_of(plan)

    assert "rolled_back" == run["phase"]
    restored = [event.step for event in await world.events(run["id"]) if event.type == "ChangeRestored"]
    assert ["cache", "api", "web"] == restored
    assert [1, 1] == [world.replicas("web"), world.replicas("cache")]
    assert "registry.test/web:1" == world.image("api")
    assert "done" == run["rollback"]["state"]
    assert "proven equal" in run["message"]


@pytest.mark.requirement("ROLL-2")
@pytest.mark.parametrize(("strategy", "phase"), [("manual", "degraded"), ("none", "failed")])
async def test_without_automatic_rollback_the_changes_stay_and_the_run_says_so(
    world: World, strategy: str, phase: str
) -> None:
    world.gate.denies("frozen", step="api")

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late"), rollback=strategy))

    assert phase == run["phase"]
    assert 3 == world.replicas("web")
    assert "deployment/shop/web" in run["message"]


async def test_stop_ends_the_run_without_restoring(world: World) -> None:
    world.gate.denies("frozen", step="api")

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late", on_failure="stop")))

    assert "degraded" == run["phase"]
    assert 3 == world.replicas("web")


async def test_continue_goes_on_past_a_failed_step_and_skips_what_needs_it(world: World) -> None:
    world.gate.denies("frozen", step="api")
    plan = a_plan(
        scale("web"),
        scale("api", assess="late", on_failure="continue"),
        scale("cache", needs=["api"]),
        scale("jobs", needs=["web"]),
    )

    run = await world.run_of(plan)

    assert "succeeded" == run["phase"]
    assert ["succeeded", "denied", "skipped", "succeeded"] == [step["phase"] for step in run["steps"]]
    assert "api" in run["message"]


async def test_continue_past_a_step_whose_write_may_have_landed_ends_degraded(world: World) -> None:
    world.cluster.controllers = False
    plan = a_plan(scale("web", on_failure="continue", timeout_seconds=5))

    run = await world.run_of(plan)

    assert "degraded" == run["phase"]
    assert "failed" == run["steps"][0]["phase"]
    assert 3 == world.replicas("web")


@pytest.mark.requirement("RUN-3")
async def test_a_running_sibling_of_a_failed_step_may_finish_and_is_then_restored(world: World) -> None:
    world.gate.denies("frozen", step="api")
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale("web"), scale("api", assess="late"), scale("cache", needs=["web"])))
    await held.reached.wait()
    while "StepDenied" not in await world.names(run_id):
        await world.clock.sleep(0.05)
    held.release()

    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"]
    assert ["restored", "denied", "skipped"] == [step["phase"] for step in run["steps"]]


@pytest.mark.requirement("ROLL-3")
async def test_a_restore_that_fails_does_not_stop_the_others(world: World) -> None:
    world.gate.denies("frozen", step="jobs")
    world.gate.denies("not_back", stage=Stage.ROLLBACK, step="api")
    plan = a_plan(scale("web"), scale("api", needs=["web"]), scale("jobs", needs=["api"], assess="late"))

    run = await world.run_of(plan)

    assert "degraded" == run["phase"]
    assert ["restored", "restore_failed", "denied"] == [step["phase"] for step in run["steps"]]
    assert [1, 3] == [world.replicas("web"), world.replicas("api")]
    assert ["/spec/replicas"] == [each["path"] for each in run["rollback"]["residue"]]
    assert "failed" == run["rollback"]["state"]


@pytest.mark.requirement("ROLL-5")
async def test_every_restore_is_dry_run_and_judged_at_stage_rollback(world: World) -> None:
    world.gate.denies("frozen", step="api")

    await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    # The second write gives the fields back to their owners: it changes no value, and is judged all the same.
    request, of_owners = [request for request in world.gate.requests if request.stage is Stage.ROLLBACK]
    assert [] == of_owners.diff
    assert [("/spec/replicas", 3, 1, True)] == [(d.path, d.before, d.after, d.requested) for d in request.diff]
    assert request.snapshot is not None
    assert 1 == request.snapshot["spec"]["replicas"]
    assert world.cluster.dry_runs[-2:] == world.cluster.applied[-2:]


@pytest.mark.requirement("ROLL-6")
async def test_a_third_partys_later_change_is_left_alone_and_reported(world: World) -> None:
    world.gate.denies("frozen", step="api")
    meddle = partial(world.cluster.edit, deployment("web"), lambda live: live["spec"].update(replicas=9))
    world.when("StepSucceeded", "web", do=meddle)
    run_id = await world.submitted(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    run = await world.ended(run_id)

    assert "degraded" == run["phase"]
    assert 9 == world.replicas("web")
    (residue,) = run["rollback"]["residue"]
    assert ("web", "/spec/replicas", 1, 9) == (residue["step"], residue["path"], residue["expected"], residue["actual"])
    assert "RestoreStarted" not in await world.names(run_id, "web")


async def test_what_is_back_already_needs_no_gate_and_counts_as_restored(world: World) -> None:
    world.gate.denies("frozen", step="api")
    meddle = partial(world.cluster.edit, deployment("web"), lambda live: live["spec"].update(replicas=1))
    world.when("StepSucceeded", "web", do=meddle)
    run_id = await world.submitted(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"]
    assert ["restored", "denied"] == [step["phase"] for step in run["steps"]]
    assert "ChangeRestored" not in await world.names(run_id)
    assert [] == [request for request in world.gate.requests if request.stage is Stage.ROLLBACK]


async def test_an_unknown_outcome_is_not_restored_but_the_other_steps_are(world: World) -> None:
    def lose_the_next_write() -> None:
        world.cluster.edit(deployment("api"), lambda live: live["spec"].update(replicas=7))
        world.cluster.fail_next("apply", OutcomeUnknown)

    world.when("ApplyStarted", "api", do=lose_the_next_write)

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"])))

    assert "degraded" == run["phase"]
    assert ["restored", "failed"] == [step["phase"] for step in run["steps"]]
    assert [1, 7] == [world.replicas("web"), world.replicas("api")]


async def test_an_applied_step_without_an_inverse_makes_the_end_degraded(world: World) -> None:
    world.gate.denies("frozen", step="api")
    new = with_value(a_pod("web-new"), ("metadata", "creationTimestamp"), "2026-11-23T23:59:59Z")
    world.when("ChangeApplied", "web", do=lambda: world.cluster.put(new))

    run = await world.run_of(a_plan(restart("web"), scale("api", needs=["web"], assess="late")))

    assert "degraded" == run["phase"]
    assert "irreversible" in run["rollback"]["residue"][0]["why"]
    assert "succeeded" == run["steps"][0]["phase"]


@pytest.mark.requirement("ROLL-3")
async def test_a_restore_meets_a_passing_failure_with_patience(world: World) -> None:
    world.gate.denies("frozen", step="api")
    world.when("StepSucceeded", "web", do=lambda: world.cluster.fail_next("apply", ClusterUnavailable, times=3))

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    assert "rolled_back" == run["phase"]


async def test_a_refused_step_names_its_cause_in_the_runs_message(world: World) -> None:
    world.when("ApplyStarted", "api", do=lambda: world.cluster.fail_next("apply", AdmissionDenied))

    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"])))

    assert "rolled_back" == run["phase"]
    assert run["message"].startswith("step api failed: deployment/shop/api")
