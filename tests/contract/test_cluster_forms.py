"""
The cluster contract: server-side apply, which takes nothing from others, and strategic merge patches.
"""

from typing import Any

import pytest

from executor.core.action import Form, Wire
from executor.core.change import Change
from executor.core.errors import FieldConflict, FieldOwner, TargetMoved, UnsupportedPatch
from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import IMAGE, a_deployment
from tests.contract.cluster_helpers import change_to
from tests.fixtures.cluster_worlds import SOMEBODY, World
from tests.waiting import eventually

pytestmark = pytest.mark.requirement("ACT-2")

SETTINGS = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"mode": "slow"}}


async def settings(world: World) -> Target:
    manifest = {**SETTINGS, "metadata": {"name": "settings", "namespace": world.namespace}}
    return await world.create(manifest)


async def applying(world: World, target: Target, document: Manifest, wire: Wire) -> Change:
    live = await world.cluster.read(target)
    metadata = {"name": target.name, "namespace": target.namespace, **document.get("metadata", {})}
    body = {"apiVersion": live["apiVersion"], "kind": live["kind"], **document, "metadata": metadata}
    return await change_to(world, target, live, {**live, **document}, form=Form(wire, body=body))


async def applied(world: World, target: Target, document: Manifest, wire: Wire = Wire.SERVER_SIDE_APPLY) -> Manifest:
    """
    Apply a document to an object that its controllers may be writing to.
    """

    async def once() -> Manifest | None:
        try:
            return (await world.cluster.apply(await applying(world, target, document, wire))).manifest
        except TargetMoved:
            return None

    return await eventually(once)


@pytest.mark.requirement("DRY-7")
@pytest.mark.requirement("DRY-4")
@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_fields_of_others_are_a_conflict_that_is_never_forced(world: World, send: str) -> None:
    target = await settings(world)
    await world.edit(target, {"data": {"mode": "theirs", "more": "theirs"}})
    before = await world.cluster.read(target)
    change = await applying(world, target, {"data": {"mode": "ours", "more": "theirs"}}, Wire.SERVER_SIDE_APPLY)

    with pytest.raises(FieldConflict) as caught:
        await getattr(world.cluster, send)(change)

    assert (FieldOwner(SOMEBODY, (".data.mode",)),) == caught.value.owners
    assert before == await world.cluster.read(target)


async def test_an_apply_changes_what_it_names_and_nothing_else(world: World) -> None:
    target = await settings(world)
    document = {"data": {"size": "big"}, "metadata": {"labels": {"team": "shop"}}}
    change = await applying(world, target, document, Wire.SERVER_SIDE_APPLY)

    foretold = await world.cluster.dry_run(change)
    answer = await world.cluster.apply(change)

    assert {"mode": "slow", "size": "big"} == answer.manifest["data"]
    assert ({"team": "shop"}, foretold.manifest["data"]) == (
        answer.manifest["metadata"]["labels"],
        answer.manifest["data"],
    )


async def test_an_apply_takes_back_what_only_it_had_applied(world: World) -> None:
    target = await settings(world)
    await applied(world, target, {"data": {"size": "big", "colour": "red"}})
    await world.edit(target, {"data": {"colour": "blue"}})

    after = await applied(world, target, {"metadata": {"labels": {"team": "shop"}}})

    assert {"mode": "slow", "colour": "blue"} == after["data"]


async def test_an_apply_to_a_version_that_moved_is_a_conflict_of_versions(world: World) -> None:
    target = await settings(world)
    change = await applying(world, target, {"data": {"size": "big"}}, Wire.SERVER_SIDE_APPLY)
    await world.edit(target, {"data": {"other": "x"}})

    with pytest.raises(TargetMoved):
        await world.cluster.apply(change)


async def test_an_apply_that_changes_nothing_leaves_the_version(world: World) -> None:
    target = await settings(world)
    first = await applied(world, target, {"data": {"size": "big"}})

    again = await applied(world, target, {"data": {"size": "big"}})

    assert first["metadata"]["resourceVersion"] == again["metadata"]["resourceVersion"]


def containers(manifest: Manifest) -> dict[str, Any]:
    return {each["name"]: each["image"] for each in manifest["spec"]["template"]["spec"]["containers"]}


@pytest.mark.parametrize("wire", [Wire.SERVER_SIDE_APPLY, Wire.STRATEGIC_MERGE_PATCH])
async def test_items_of_a_list_are_merged_by_their_names(world: World, wire: Wire) -> None:
    web = await world.create(a_deployment("web", world.namespace, images={"app": IMAGE, "proxy": IMAGE}, replicas=0))
    added = [{"name": "log", "image": "registry.test/log:1"}]

    after = await applied(world, web, {"spec": {"template": {"spec": {"containers": added}}}}, wire)

    assert {"app": IMAGE, "proxy": IMAGE, "log": "registry.test/log:1"} == containers(after)


async def test_a_strategic_merge_patch_removes_by_null_and_by_directive(world: World) -> None:
    images = {"app": IMAGE, "proxy": IMAGE}
    web = await world.create(
        a_deployment("web", world.namespace, images=images, replicas=0, labels={"a": "1", "b": "2"})
    )
    gone = {"$patch": "delete", "name": "proxy"}
    patch = {
        "metadata": {"labels": {"a": None}},
        "spec": {"template": {"spec": {"containers": [gone, {"name": "app", "image": "registry.test/web:2"}]}}},
    }

    after = await applied(world, web, patch, Wire.STRATEGIC_MERGE_PATCH)

    assert ({"app": "registry.test/web:2"}, {"b": "2"}) == (containers(after), after["metadata"]["labels"])


@pytest.mark.requirement("DUR-2")
async def test_a_patch_of_another_version_is_a_conflict(world: World) -> None:
    target = await settings(world)
    change = await applying(world, target, {"data": {"size": "big"}}, Wire.STRATEGIC_MERGE_PATCH)
    await world.cluster.apply(change)

    with pytest.raises(TargetMoved):
        await world.cluster.apply(change)


async def test_custom_resources_take_no_strategic_merge_patch(world: World) -> None:
    widget = await world.widget("w")
    change = await applying(world, widget, {"spec": {"size": "big"}}, Wire.STRATEGIC_MERGE_PATCH)

    with pytest.raises(UnsupportedPatch):
        await world.cluster.dry_run(change)
