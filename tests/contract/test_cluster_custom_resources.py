"""
The cluster contract: kinds that the executor does not know by heart.
"""

from contextlib import aclosing

import pytest

from executor.core.change import Change
from executor.core.errors import NotServed, TargetMoved, TargetNotFound, UnsafeRequest
from executor.core.model import ABSENT
from executor.core.query import Query
from executor.core.target import Target
from tests.contract.cluster_helpers import change_to, until
from tests.fixtures.cluster_worlds import World
from tests.fixtures.widgets import API_VERSION, WIDGETS, a_widget
from tests.waiting import eventually, within

pytestmark = pytest.mark.requirement("ACT-2")


async def resized(world: World, widget: Target, size: str) -> Change:
    live = await world.cluster.read(widget)
    return await change_to(world, widget, live, {**live, "spec": {**live["spec"], "size": size}})


async def test_a_custom_resource_is_looked_up_read_and_patched(world: World) -> None:
    widget = await world.widget("w")

    answer = await world.cluster.apply(await resized(world, widget, "big"))

    assert WIDGETS == await world.cluster.resource(widget)
    assert f"widget.widgets.example.com/{world.namespace}/w" == str(widget)
    live = await world.cluster.read(widget)
    assert (live, "big") == (answer.manifest, live["spec"]["size"])
    assert (API_VERSION, "Widget") == (live["apiVersion"], live["kind"])


async def test_a_dry_run_of_a_custom_resource_changes_nothing(world: World) -> None:
    widget = await world.widget("w")
    before = await world.cluster.read(widget)

    foretold = await world.cluster.dry_run(await resized(world, widget, "big"))

    assert "big" == foretold.manifest["spec"]["size"]
    assert before == await world.cluster.read(widget)


async def test_a_custom_resource_is_scaled_without_knowing_its_kind(world: World) -> None:
    widget = await world.widget("w", replicas=2)
    scale = await world.cluster.read(widget, subresource="scale")
    desired = {**scale, "spec": {"replicas": 5}}
    change = await change_to(world, widget, scale, desired, subresource="scale")

    foretold = await world.cluster.dry_run(change)
    still = await world.cluster.read(widget)
    answer = await world.cluster.apply(change)

    assert ("Scale", 2) == (scale["kind"], scale["spec"]["replicas"])
    assert (5, 2) == (foretold.manifest["spec"]["replicas"], still["spec"]["replicas"])
    assert ("Scale", 5) == (answer.manifest["kind"], answer.manifest["spec"]["replicas"])
    assert 5 == (await world.cluster.read(widget))["spec"]["replicas"]
    with pytest.raises(TargetMoved):
        await world.cluster.apply(change)


async def test_a_scale_is_watched_through_its_object(world: World) -> None:
    widget = await world.widget("w", replicas=2)

    async with aclosing(world.cluster.watch(widget, subresource="scale")) as states:
        first = await within(anext(states))
        await world.edit(widget, {"spec": {"replicas": 7}})
        second = await within(until(states, lambda state: state and state["spec"]["replicas"] == 7))
        await world.delete(widget)
        last = await within(until(states, lambda state: state is None))

    assert first is not None
    assert second is not None
    assert (2, "Scale", "Scale", None) == (first["spec"]["replicas"], first["kind"], second["kind"], last)


async def test_a_custom_resource_is_watched_alone_and_among_others(world: World) -> None:
    widget = await world.widget("w")

    async with (
        aclosing(world.cluster.watch(widget)) as states,
        aclosing(world.cluster.watch_all(Query("Widget", world.namespace, api_version=API_VERSION))) as all_states,
    ):
        one, several = await within(anext(states)), await within(anext(all_states))
        await world.widget("v")
        both = await within(anext(all_states))

    assert one is not None
    assert ["w"] == [each["metadata"]["name"] for each in several]
    assert [("v", "Widget"), ("w", "Widget")] == [(each["metadata"]["name"], each["kind"]) for each in both]


async def test_a_custom_resource_is_made_and_removed(world: World) -> None:
    await world.widget("other")
    widget = Target(kind="Widget", api_version=API_VERSION, namespace=world.namespace, name="w")
    made = await world.cluster.apply(await change_to(world, widget, ABSENT, a_widget("w", world.namespace)))

    removed = await world.cluster.apply(await change_to(world, widget, made.manifest, ABSENT))

    assert ABSENT == removed.manifest
    with pytest.raises(TargetNotFound):
        await world.cluster.read(widget)


async def test_a_kind_that_is_not_served_is_named_with_its_version(world: World) -> None:
    for target in (
        Target(kind="Gadget", api_version="gadgets.example.com/v1", namespace=world.namespace, name="g"),
        Target(kind="Gadget", api_version="apps/v1", namespace=world.namespace, name="g"),
    ):
        with pytest.raises(NotServed, match=f"kind Gadget in {target.api_version}"):
            await world.cluster.resource(target)
        with pytest.raises(NotServed):
            await world.cluster.read(target)


async def test_a_kind_whose_definition_was_just_made_is_found(world: World) -> None:
    """
    What was asked before is not kept against it.
    """
    group = f"{world.namespace}.example.com"
    target = Target(kind="Widget", api_version=f"{group}/v1alpha1", namespace=world.namespace, name="w")
    with pytest.raises(NotServed):
        await world.cluster.resource(target)
    await world.serves_a_new_kind(group)

    async def plural() -> str | None:
        try:
            return (await world.cluster.resource(target)).plural
        except NotServed:
            return None

    assert "widgets" == await eventually(plural)


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("api_version", ["../v1", "example.com/../v1", "example.com/v1/namespaces", "v1#", "", None])
async def test_an_api_version_that_is_none_never_leaves(world: World, api_version: str | None) -> None:
    unsafe = Target.model_construct(kind="Widget", api_version=api_version, namespace=world.namespace, name="w")

    for attempt in (world.cluster.resource(unsafe), world.cluster.read(unsafe)):
        with pytest.raises(UnsafeRequest, match="nothing was sent"):
            await attempt
