"""
The cluster contract: what admission and controllers add, refuse and warn of.
"""

from typing import Any

import pytest

from executor.core.change import patch_change
from executor.core.errors import (
    AdmissionDenied,
    TargetMoved,
)
from executor.core.model import Manifest
from executor.core.paths import MISSING, read
from executor.core.target import Target
from tests.builders import a_deployment, a_node
from tests.contract.cluster_helpers import calm, scaled, set_to
from tests.fixtures.cluster_worlds import DENIAL, MUTATED, WARNING, World
from tests.waiting import eventually


@pytest.mark.requirement("DRY-2")
async def test_a_dry_run_shows_what_admission_adds(world: World) -> None:
    await world.admit("mutate")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    live = await calm(world, web)
    change = scaled(web, live, 3)

    foretold = await world.cluster.dry_run(change)

    assert MUTATED[1] == foretold.manifest["metadata"]["annotations"][MUTATED[0]]
    assert live == await world.cluster.read(web)
    assert MUTATED[1] == (await world.cluster.apply(change)).manifest["metadata"]["annotations"][MUTATED[0]]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_a_policy_of_the_server_that_denies_is_quoted(world: World, send: str) -> None:
    await world.admit("deny")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    live = await calm(world, web)

    with pytest.raises(AdmissionDenied) as caught:
        await getattr(world.cluster, send)(scaled(web, live, 3))

    assert f"denied request: {DENIAL}. " in str(caught.value)
    assert live == await world.cluster.read(web)


async def test_a_warning_of_the_server_comes_with_the_answer(world: World) -> None:
    await world.admit("warn")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    change = scaled(web, await calm(world, web), 3)

    async def warned() -> tuple[str, ...] | None:
        return (await world.cluster.dry_run(change)).warnings or None

    foretold = await eventually(warned)

    assert [True] == [WARNING in each for each in foretold]
    assert foretold == (await world.cluster.apply(change)).warnings


async def test_an_uncordoned_node_has_no_trace_of_it(world: World) -> None:
    node = await world.create(a_node(f"{world.namespace}-node"))
    flag = ("spec", "unschedulable")
    await retried(world, node, lambda live: [set_to(live, flag, value=True)])
    cordoned = await eventually(lambda: tainted(world, node))

    answer = await retried(world, node, lambda live: [set_to(live, flag, value=False)])

    assert True is read(cordoned, flag)
    assert MISSING is read(answer, flag)


async def tainted(world: World, node: Target) -> Manifest | None:
    live = await world.cluster.read(node)
    keys = [taint["key"] for taint in live["spec"].get("taints", [])]
    return live if "node.kubernetes.io/unschedulable" in keys else None


async def retried(world: World, target: Target, differences: Any) -> Manifest:
    """
    Change an object that its controllers keep touching.
    """

    async def once() -> Manifest | None:
        live = await world.cluster.read(target)
        try:
            return (await world.cluster.apply(patch_change(target, live, differences(live)))).manifest
        except TargetMoved:
            return None

    return await eventually(once)
