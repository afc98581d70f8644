"""
One suite for the `Cluster` port: the fake that all other tests use, and a real API server.

Reading, what a dry run leaves alone, and what binds a write to the judged version. Admission, surroundings and watching
stand in the files beside this one.
"""

import pytest

from executor.core.change import patch_change
from executor.core.diff import diff
from executor.core.errors import (
    ChangeInvalid,
    TargetGone,
    TargetMoved,
    TargetNotFound,
)
from executor.core.paths import MISSING, read
from executor.core.target import Target
from tests.builders import a_deployment
from tests.contract.cluster_helpers import calm, is_gone, scaled, set_to
from tests.fixtures.cluster_worlds import World
from tests.waiting import eventually

NOTE = ("metadata", "annotations", "example.test/note")


async def test_a_read_returns_the_live_object(world: World, web: Target) -> None:
    live = await world.cluster.read(web)

    assert ("apps/v1", "Deployment", "web", 2) == (
        live["apiVersion"],
        live["kind"],
        live["metadata"]["name"],
        live["spec"]["replicas"],
    )
    assert live["metadata"]["uid"]
    assert live["metadata"]["resourceVersion"]


async def test_a_missing_object_is_told_by_name(world: World) -> None:
    target = Target(kind="Deployment", namespace=world.namespace, name="nobody")

    with pytest.raises(TargetNotFound) as caught:
        await world.cluster.read(target)

    assert f"deployment/{world.namespace}/nobody: read refused (NotFound): it does not exist" in str(caught.value)


@pytest.mark.requirement("DRY-1")
async def test_a_dry_run_tells_what_would_be_and_changes_nothing(world: World, web: Target) -> None:
    live = await calm(world, web)

    answer = await world.cluster.dry_run(scaled(web, live, 3))

    assert 3 == answer.manifest["spec"]["replicas"]
    assert live == await world.cluster.read(web)


@pytest.mark.requirement("DUR-2")
async def test_an_applied_change_is_what_the_dry_run_foretold(world: World, web: Target) -> None:
    live = await calm(world, web)
    change = scaled(web, live, 3)

    foretold = await world.cluster.dry_run(change)
    applied = await world.cluster.apply(change)

    assert () == diff(foretold.manifest, applied.manifest)
    assert live["metadata"]["generation"] + 1 == applied.manifest["metadata"]["generation"]
    assert live["metadata"]["resourceVersion"] != applied.manifest["metadata"]["resourceVersion"]
    assert 3 == (await world.cluster.read(web))["spec"]["replicas"]


@pytest.mark.requirement("DUR-2")
async def test_the_same_bytes_sent_twice_land_once(world: World, web: Target) -> None:
    live = await calm(world, web)
    change = scaled(web, live, 3)
    applied = await world.cluster.apply(change)

    with pytest.raises(TargetMoved):
        await world.cluster.apply(change)

    assert applied.manifest["metadata"]["generation"] == (await world.cluster.read(web))["metadata"]["generation"]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_an_object_that_moved_since_it_was_judged_is_a_conflict(world: World, web: Target, send: str) -> None:
    live = await calm(world, web)
    await world.edit(web, {"metadata": {"labels": {"by": "somebody-else"}}})

    with pytest.raises(TargetMoved) as caught:
        await getattr(world.cluster, send)(scaled(web, live, 3))

    doing = send.replace("_", " ")
    assert f"{web}: {doing} refused (Conflict): it changed since it was judged" in str(caught.value)
    assert 409 == caught.value.http_status
    assert 2 == (await world.cluster.read(web))["spec"]["replicas"]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_an_object_of_the_same_name_is_not_the_target(world: World, web: Target, send: str) -> None:
    live = await world.cluster.read(web)
    await world.delete(web)
    await eventually(lambda: is_gone(world, web))
    await world.create(a_deployment("web", world.namespace, replicas=1))

    with pytest.raises(TargetGone):
        await getattr(world.cluster, send)(scaled(web, live, 3))

    assert 1 == (await world.cluster.read(web))["spec"]["replicas"]


async def test_another_uid_alone_is_refused_too(world: World, web: Target) -> None:
    """
    The API server compares versions first, so this needs a version that is right by chance.
    """
    live = await calm(world, web)
    other = {**live, "metadata": {**live["metadata"], "uid": "11111111-1111-4111-8111-111111111111"}}

    with pytest.raises(TargetGone):
        await world.cluster.apply(scaled(web, other, 3))

    assert live == await world.cluster.read(web)


async def test_a_deleted_object_cannot_be_changed(world: World, web: Target) -> None:
    live = await world.cluster.read(web)
    await world.delete(web)
    await eventually(lambda: is_gone(world, web))

    with pytest.raises(TargetNotFound):
        await world.cluster.apply(scaled(web, live, 3))


@pytest.mark.requirement("ACT-4")
async def test_a_change_to_what_already_is_leaves_the_version(world: World, web: Target) -> None:
    live = await calm(world, web)

    answer = await world.cluster.apply(scaled(web, live, 2))

    assert live["metadata"]["resourceVersion"] == answer.manifest["metadata"]["resourceVersion"]


async def test_an_invalid_value_names_its_field(world: World, web: Target) -> None:
    live = await calm(world, web)

    with pytest.raises(ChangeInvalid) as caught:
        await world.cluster.dry_run(scaled(web, live, -1))

    assert f"{web}: dry run refused (Invalid): invalid at spec.replicas. " in str(caught.value)


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_a_patch_that_does_not_fit_the_object_any_more_is_a_conflict(
    world: World, web: Target, send: str
) -> None:
    """
    The API server does the operations before it compares versions, and then says of a misfit only that it is one.
    """
    live = await calm(world, web)
    change = scaled(web, live, 3)
    misfit = change.model_copy(update={"body": [*change.body, {"op": "remove", "path": "/spec/nothing"}]})

    with pytest.raises(TargetMoved) as caught:
        await getattr(world.cluster, send)(misfit)

    assert "it changed since it was judged, nothing was written" in str(caught.value)


@pytest.mark.requirement("ROLL-7")
async def test_what_was_added_can_be_taken_away_without_a_trace(world: World, web: Target) -> None:
    before = await calm(world, web)
    added = (await world.cluster.apply(patch_change(web, before, [set_to(before, NOTE, "hello")]))).manifest
    live = await calm(world, web)

    removed = await world.cluster.apply(patch_change(web, live, [set_to(live, NOTE, MISSING)]))

    assert "hello" == read(added, NOTE)
    assert () == diff(before, removed.manifest)


async def test_a_cluster_that_answers_passes_its_check(world: World) -> None:
    check = await world.cluster.check()

    assert ("cluster", True) == (check.name, check.ok)
