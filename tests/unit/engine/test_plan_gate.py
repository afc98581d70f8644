"""
The whole plan under judgement: what its gate is shown, and that its denial comes before every write.
"""

import pytest

from executor.core.policy import PolicyInput, Stage
from tests.plans import a_plan, cordon, scale
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("GATE-3")]


def of_plan(world: World) -> list[PolicyInput]:
    return [request for request in world.gate.requests if request.stage is Stage.PLAN]


@pytest.mark.parametrize("steps", [(scale("web"),), (scale("web"), scale("api"))], ids=["one step", "two steps"])
async def test_a_plan_that_is_denied_as_a_whole_writes_nothing(
    world: World, steps: tuple[dict[str, object], ...]
) -> None:
    world.gate.denies("blast_radius", stage=Stage.PLAN, message="30 pods are more than 20")

    run = await world.run_of(a_plan(*steps))

    assert "denied" == run["phase"], run
    assert "blast_radius: 30 pods are more than 20; ask for less" in run["message"]
    assert [] == world.cluster.applied


async def test_a_plan_of_several_steps_is_judged_as_a_whole_behind_its_steps_and_once(world: World) -> None:
    run = await world.run_of(a_plan(scale("web"), scale("api", needs=["web"])))

    assert "succeeded" == run["phase"], run
    stages = [str(request.stage) for request in world.gate.requests]
    assert 1 == stages.count("plan")
    assert ["dry_run", "plan", "preflight"] == stages[3:6]


async def test_the_plans_gate_is_shown_every_step_its_order_and_what_was_found_there(world: World) -> None:
    await world.run_of(a_plan(scale("web", to=4), cordon("worker-1", needs=["web"]), scale("api", assess="late")))

    (request,) = of_plan(world)
    assert request.plan is not None
    assert request.plan.steps is not None
    assert [("web", [], True), ("worker-1", ["web"], True), ("api", [], None)] == [
        (step.id, step.needs, step.target and step.target.exists) for step in request.plan.steps
    ]
    assert 4 == request.plan.steps[0].parameters["replicas"]
    assert {"steps": 3, "targets": 3, "namespaces": 1, "irreversible": 0} == request.plan.totals
    assert request.blast_radius == request.plan.blast_radius
    assert request.blast_radius is not None
    assert (2, 1, ["api"]) == (request.blast_radius.objects, request.blast_radius.nodes, request.blast_radius.late)
    assert (None, None) == (request.step, request.target)


async def test_a_step_in_its_turn_is_judged_beside_what_was_found_of_the_whole_plan(world: World) -> None:
    await world.run_of(a_plan(scale("web"), scale("api", needs=["web"])))

    *_, last = [request for request in world.gate.requests if request.stage is Stage.DRY_RUN]
    assert last.plan is not None
    assert last.plan.blast_radius is not None
    assert last.blast_radius is not None
    assert (2, 1) == (last.plan.blast_radius.objects, last.blast_radius.objects)
    assert last.plan.steps is None


async def test_the_decision_about_a_plan_is_the_runs_and_of_no_step(world: World) -> None:
    run = await world.run_of(a_plan(scale("web")))

    decided = [event for event in await world.events(run["id"]) if event.data.get("stage") == "plan"]
    assert [None] == [event.step for event in decided]
    decision = await world.store.decision(decided[0].data["decision"])
    assert (run["id"], None, Stage.PLAN) == (decision.run, decision.step, decision.stage)


async def test_an_assessment_tells_what_the_plans_gate_said_and_the_blast_radius(world: World) -> None:
    world.gate.denies("blast_radius", stage=Stage.PLAN)

    report = await world.service.assess(a_plan(scale("web")), caller="ada")

    assert ("deny", "allow", "deny") == (report["effect"], report["steps"][0]["effect"], report["plan_gate"]["effect"])
    assert ["blast_radius"] == [each["code"] for each in report["plan_gate"]["violations"]]
    assert 1 == report["blast_radius"]["objects"]
    assert [] == world.cluster.applied


async def test_a_step_that_is_denied_is_named_before_the_plan(world: World) -> None:
    world.gate.denies("blast_radius", stage=Stage.PLAN)
    world.gate.denies("replica_ceiling", stage=Stage.DRY_RUN, step="api")

    run = await world.run_of(a_plan(scale("web"), scale("api")))

    assert run["message"].startswith("step api is denied: replica_ceiling")
