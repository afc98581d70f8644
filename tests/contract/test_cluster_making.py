"""
The cluster contract: objects that are made.
"""

import pytest

from executor.core.change import Change
from executor.core.errors import AlreadyExists, TargetNotFound, UnsafeRequest
from executor.core.model import ABSENT, Manifest
from executor.core.ownership import written_at
from executor.core.target import Target
from tests.contract.cluster_helpers import change_to, is_gone
from tests.fixtures.cluster_worlds import World

pytestmark = pytest.mark.requirement("ACT-2")


def settings_in(world: World) -> Target:
    return Target(kind="ConfigMap", namespace=world.namespace, name="settings")


def a_config_map(**data: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"by": "plan"}}, "data": data}


async def making(world: World, **data: str) -> Change:
    return await change_to(world, settings_in(world), ABSENT, a_config_map(**data))


async def test_an_object_is_made_as_the_change_says(world: World) -> None:
    change = await making(world, mode="fast")

    answer = await world.cluster.apply(change)

    live = await world.cluster.read(settings_in(world))
    assert live == answer.manifest
    assert ({"mode": "fast"}, "settings") == (live["data"], live["metadata"]["name"])
    assert written_at(live) is not None


@pytest.mark.requirement("DRY-1")
async def test_a_dry_run_makes_nothing(world: World) -> None:
    change = await making(world, mode="fast")

    foretold = await world.cluster.dry_run(change)

    assert {"mode": "fast"} == foretold.manifest["data"]
    assert await is_gone(world, settings_in(world))


@pytest.mark.requirement("DUR-2")
async def test_the_same_creation_sent_twice_lands_once(world: World) -> None:
    change = await making(world, mode="fast")
    made = await world.cluster.apply(change)

    for send in (world.cluster.apply, world.cluster.dry_run):
        with pytest.raises(AlreadyExists, match=f"^{change.target}: .* an object of this name exists already"):
            await send(change)

    assert made.manifest == await world.cluster.read(settings_in(world))


async def test_a_namespace_that_is_not_there_is_named(world: World) -> None:
    nowhere = Target(kind="ConfigMap", namespace=f"{world.namespace}-not", name="settings")
    change = await change_to(world, nowhere, ABSENT, a_config_map())

    with pytest.raises(TargetNotFound, match=f"namespace {nowhere.namespace} does not exist"):
        await world.cluster.dry_run(change)


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("metadata", [{"name": "other"}, {"namespace": "kube-system"}, {"generateName": "x"}, None])
async def test_a_body_that_names_another_object_never_leaves(world: World, metadata: dict[str, str] | None) -> None:
    """
    A creation goes to the collection: which object it makes, only its body says.
    """
    good = await making(world)
    assert isinstance(good.body, dict)
    own = good.body["metadata"]
    named = {"name": None, **metadata} if metadata and "generateName" in metadata else {**own, **(metadata or {})}
    misled = good.model_copy(update={"body": {**good.body, "metadata": named if metadata else None}})

    for send in (world.cluster.dry_run, world.cluster.apply):
        with pytest.raises(UnsafeRequest, match="nothing was sent"):
            await send(misled)
