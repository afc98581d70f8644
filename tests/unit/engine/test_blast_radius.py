"""
How far plan and step reach is counted for the assessment, and again before each step, on what would really happen.
"""

import pytest

from executor.core.blast_radius import BlastRadius
from executor.core.facts import FactName
from executor.core.model import Manifest
from executor.core.policy import Stage
from tests.plans import a_plan, scale, set_image
from tests.unit.engine.nodes import allow, drain, fill, put_budget, put_pod
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("LOCK-4")]


def radii(world: World, stage: Stage) -> list[BlastRadius]:
    return [request.blast_radius for request in world.gate.requests if request.stage is stage and request.blast_radius]


def annotate_the_template(manifest: Manifest) -> None:
    if "template" in manifest.get("spec", {}):
        manifest["spec"]["template"]["metadata"]["annotations"] = {"injected": "true"}


async def test_admission_that_makes_a_rollout_of_a_step_counts_for_the_step_and_for_the_plan(world: World) -> None:
    """
    The intent was to have more replicas; what comes of it replaces the pods that are there.
    """
    world.cluster.mutates(annotate_the_template)

    report = await world.service.assess(a_plan(scale("web", to=4), scale("api", to=4, assess="late")), caller="ada")

    ((preflight,), (dry_run,)) = (radii(world, stage) for stage in (Stage.PREFLIGHT, Stage.DRY_RUN))
    assert (0, True) == (preflight.pods, (dry_run.pods or 0) > 0)
    assert (dry_run.pods, ["api"]) == (report["blast_radius"]["pods"], report["blast_radius"]["late"])


async def test_a_step_is_counted_anew_in_its_turn(world: World) -> None:
    """
    What an earlier step made grow loses more than the assessment saw.
    """
    plan = a_plan(scale("web", to=4), set_image("web", id="again", needs=["web"]))

    run = await world.run_of(plan)

    assert "succeeded" == run["phase"], run
    *_, last = radii(world, Stage.DRY_RUN)
    (whole,) = radii(world, Stage.PLAN)
    assert (4, True) == (last.pods, (whole.pods or 0) < 4)


async def test_a_drain_is_told_with_its_pods_and_what_the_budget_has_left(world: World) -> None:
    fill(world, 3)
    put_budget(world)
    allow(world, 1)

    report = await world.service.assess(a_plan(drain()), caller="ada")

    radius = report["blast_radius"]
    assert (1, 3, 100.0, "replicaset/shop/web-rs") == tuple(
        radius[key] for key in ("nodes", "pods", "percent_unavailable", "worst")
    )
    assert (1, 0, []) == (radius["budgets"], radius["budget_headroom"], radius["unknown"])


async def test_a_pod_that_came_to_a_node_is_judged_with_what_the_drain_takes_now(world: World) -> None:
    owner = fill(world, 2)
    world.when("ChangeApplied", "node", lambda: put_pod(world, "web-late", owner))

    run = await world.run_of(a_plan(drain()))

    assert "succeeded" == run["phase"], run
    first, *_, last = radii(world, Stage.DRY_RUN)
    assert (2, True) == (first.pods, (last.pods or 0) > 0)
    assert [1, 1] == [first.nodes, last.nodes]


async def test_a_drain_under_budgets_that_could_not_be_read_is_told_as_unknown(world: World) -> None:
    fill(world, 1)
    world.cluster.hidden.add(FactName.BUDGETS)

    report = await world.service.assess(a_plan(drain()), caller="ada")

    radius = report["blast_radius"]
    assert (1, None, None) == (radius["pods"], radius["budgets"], radius["budget_headroom"])
    (why,) = radius["unknown"]
    assert why.startswith("the disruption budgets over the pods are not known: poddisruptionbudget: list refused")
