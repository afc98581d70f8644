"""
What a run holds alone: its targets, and for pods their top owner.
"""

from typing import Any

import pytest

from executor.core.errors import ClusterUnavailable
from executor.core.target import Target
from executor.engine.claiming import claims_in
from executor.engine.ports import Claim
from tests.builders import a_pod, a_replica_set
from tests.plans import a_plan, a_step, cordon, scale
from tests.unit.core.documents import read
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("LOCK-1")]

POD = "web-1-a"


def delete_pod(name: str = POD, **more: Any) -> dict[str, Any]:
    return a_step("delete_pod", "Pod", name, **more)


def controlled(manifest: dict[str, Any], by: dict[str, Any]) -> dict[str, Any]:
    """
    Return an object that another one controls.
    """
    named = {"apiVersion": by["apiVersion"], "kind": by["kind"], "name": by["metadata"]["name"], "uid": "u-1"}
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [{**named, "controller": True}]}}


@pytest.fixture
async def workload(world: World) -> World:
    """
    A world without controllers, with two pods of the Deployment web.
    """
    world.cluster.controllers = False
    web = world.cluster.now(Target(kind="Deployment", namespace="shop", name="web"))
    replica_set = world.cluster.put(controlled(a_replica_set("web-1"), by=web))
    for name in (POD, "web-1-b"):
        world.cluster.put(controlled(a_pod(name), by=replica_set))
    return world


async def test_a_pod_is_claimed_with_its_top_owner(workload: World) -> None:
    claims = await claims_in(workload.cluster, read(a_plan(delete_pod())))

    assert ("deployment/shop/web", f"pod/shop/{POD}") == claims


async def test_pods_of_one_owner_claim_it_once(workload: World) -> None:
    plan = read(a_plan(delete_pod(), delete_pod("web-1-b"), cordon()))

    assert ("deployment/shop/web", "node/worker-1", f"pod/shop/{POD}", "pod/shop/web-1-b") == await claims_in(
        workload.cluster, plan
    )


async def test_a_pod_that_nobody_controls_or_that_is_gone_is_claimed_alone(world: World) -> None:
    world.cluster.put(a_pod("alone"))

    for name in ("alone", "gone"):
        assert (f"pod/shop/{name}",) == await claims_in(world.cluster, read(a_plan(delete_pod(name))))


async def test_an_owner_that_cannot_be_read_now_keeps_no_run_from_starting(workload: World) -> None:
    workload.cluster.fail_next("read", ClusterUnavailable("down"))

    assert (f"pod/shop/{POD}",) == await claims_in(workload.cluster, read(a_plan(delete_pod())))


async def test_a_run_on_a_pod_waits_for_the_run_on_its_workload(workload: World) -> None:
    workload.gate.hangs()
    first = await workload.submitted(a_plan(scale(to=3)))
    while workload.gate.waiting == 0:
        await workload.clock.sleep(0.01)

    second = await workload.submitted(a_plan(delete_pod()))
    await workload.clock.sleep(1)

    waiting = await workload.service.run(second)
    assert ("queued", f"waits for run {first}, which holds deployment/shop/web") == (
        waiting["phase"],
        waiting["message"],
    )
    assert [Claim("deployment/shop/web", first)] == list(await workload.store.claims())


async def test_a_run_that_only_looks_at_a_pod_asks_for_no_owner(workload: World) -> None:
    plan = read(a_plan(a_step("collect", "Pod", POD)))

    assert () == await claims_in(workload.cluster, plan)
