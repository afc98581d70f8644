"""
How far a plan reaches, counted on a real cluster: whose pods they are, and what waits for what.
"""

import asyncio
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.builders import a_budget
from tests.plans import a_plan, a_step, restart, scale
from tests.serving import Caller
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("LOCK-4")]


async def pods_of(plane: ControlPlane, shop: Shop, app: str) -> list[str]:
    path = f"/api/v1/namespaces/{shop.namespace}/pods?labelSelector=app%3D{app}"
    return sorted(each["metadata"]["name"] for each in (await asyncio.to_thread(plane.api.get, path))["items"])


def losing(shop: Shop, *pods: str, in_line: bool = False) -> dict[str, Any]:
    """
    Return a plan that deletes pods, side by side or one after another.
    """
    before = [None, *pods] if in_line else [None] * len(pods)
    return a_plan(
        *(
            a_step(
                "delete_pod",
                "Pod",
                pod,
                namespace=shop.namespace,
                id=f"p{place}",
                needs=[f"p{place - 1}"] if last else [],
            )
            for place, (pod, last) in enumerate(zip(pods, before, strict=False))
        )
    )


async def assessed(caller: Caller, plan: dict[str, Any]) -> dict[str, Any]:
    status, report = await caller.post("/v1/assessments", plan)
    assert 200 == status, report
    return dict(report)


async def guard(shop: Shop, plane: ControlPlane, *, app: str, available: int) -> None:
    """
    Let a budget keep so many pods, and return when its controller has counted them.
    """
    budget = a_budget(app, shop.namespace, app=app, min_available=available)
    del budget["status"]
    await shop.create("/apis/policy/v1", budget)
    path = f"/apis/policy/v1/namespaces/{shop.namespace}/poddisruptionbudgets/{app}"

    async def is_counted() -> bool:
        found = await asyncio.to_thread(plane.api.get, path)
        return bool(found.get("status", {}).get("currentHealthy", 0) > available)

    await eventually(is_counted)


async def test_pods_are_counted_to_the_workload_that_owns_their_owner(
    caller: Caller, shop: Shop, control_plane: ControlPlane
) -> None:
    await shop.open("web", replicas=4)
    first, second, *_ = await pods_of(control_plane, shop, "web")

    side_by_side = (await assessed(caller, losing(shop, first, second)))["blast_radius"]
    in_line = (await assessed(caller, losing(shop, first, second, in_line=True)))["blast_radius"]

    expected = {"objects": 2, "namespaces": 1, "nodes": 0, "pods": 2, "worst": f"deployment/{shop.namespace}/web"}
    for radius, percent in ((side_by_side, 50.0), (in_line, 25.0)):
        assert {**expected, "percent_unavailable": percent} == {
            key: radius[key] for key in (*expected, "percent_unavailable")
        }
        assert ([], [], None) == (radius["unknown"], radius["late"], radius["budget_headroom"])


async def test_a_plan_that_takes_more_at_once_than_a_budget_allows_is_denied_and_in_line_it_may_run(
    caller: Caller, shop: Shop, control_plane: ControlPlane
) -> None:
    await shop.open("web", replicas=3)
    await guard(shop, control_plane, app="web", available=2)
    pods = (await pods_of(control_plane, shop, "web"))[:2]

    together = await assessed(caller, losing(shop, *pods))
    run = await caller.run_of(losing(shop, *pods))
    in_line = await assessed(caller, losing(shop, *pods, in_line=True))

    assert ("deny", ["allow", "allow"]) == (together["effect"], [step["effect"] for step in together["steps"]])
    (violation,) = together["plan_gate"]["violations"]
    assert ("blast_radius", "/blast_radius/budget_headroom") == (violation["code"], violation["path"])
    assert ("denied", {"none"}) == (run["phase"], {step["actuation"] for step in run["steps"]})
    assert "blast_radius" in run["message"]
    assert set(pods) <= set(await pods_of(control_plane, shop, "web"))
    assert ("allow", 0) == (in_line["effect"], in_line["blast_radius"]["budget_headroom"])


async def test_fewer_replicas_last_while_a_rollout_passes(caller: Caller, shop: Shop) -> None:
    await shop.open("web", replicas=4)
    here = {"namespace": shop.namespace}
    plan = a_plan(restart("web", **here), scale("web", to=3, id="fewer", needs=["web"], **here))

    report = await assessed(caller, plan)

    radius = report["blast_radius"]
    # Four are replaced, one of four at a time; one goes for good, when the rollout is over.
    assert (5, 25.0, "allow") == (radius["pods"], radius["percent_unavailable"], report["effect"])


async def test_the_decision_about_a_step_holds_what_it_takes_away_now(caller: Caller, shop: Shop) -> None:
    await shop.open("web", replicas=4)

    run = await caller.run_of(a_plan(scale("web", to=1, namespace=shop.namespace)))

    assert "succeeded" == run["phase"], run
    decisions = [await caller.get(f"/v1/decisions/{each}") for each in run["steps"][0]["decisions"]]
    (dry_run,) = [each for each in decisions if each["stage"] == "dry_run"]
    assert (3, 75.0) == tuple(dry_run["input"]["blast_radius"][key] for key in ("pods", "percent_unavailable"))
