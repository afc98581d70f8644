"""
The cluster contract with Secrets concealed: no value comes through, and what leaves is the value itself.
"""

import json
from contextlib import aclosing

import pytest
import pytest_asyncio

from executor.core.action import Form, Wire
from executor.core.change import Change, change_of, patch_change
from executor.core.concealing import LAST_APPLIED
from executor.core.diff import differences
from executor.core.errors import SealedValueLost, StoreUnavailable, TargetMoved, UnsafeRequest
from executor.core.fingerprint import fingerprint
from executor.core.model import ABSENT, Manifest
from executor.core.query import Query
from executor.core.target import RESOURCES, Target
from executor.engine.concealed import ConcealedCluster
from tests.builders import a_secret
from tests.contract.cluster_helpers import is_gone
from tests.fakes.vault import FakeVault
from tests.fixtures.cluster_worlds import World
from tests.planted import ANNOTATIONS, APPLIED, DATA, NEW, encoded, planted_in
from tests.waiting import within

pytestmark = [pytest.mark.requirement("DRY-3"), pytest.mark.requirement("ROLL-1")]

KEY = b"a key of the executor"


@pytest_asyncio.fixture
async def db(world: World) -> Target:
    """
    A Secret that somebody made with `kubectl apply`.
    """
    return await world.create(a_secret("db", world.namespace, data=DATA, annotations=ANNOTATIONS))


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


@pytest.fixture
def concealed(world: World, vault: FakeVault) -> ConcealedCluster:
    return ConcealedCluster(world.cluster, vault=vault, key=KEY)


def with_data(live: Manifest, **data: str) -> Manifest:
    return {**live, "data": {**live["data"], **data}}


def turned(target: Target, live: Manifest, desired: Manifest, form: Form | None = None) -> Change:
    """
    Return the change from one state to another.
    """
    return change_of(
        target,
        RESOURCES["Secret"],
        live=live,
        desired=desired,
        differences=differences(live, desired),
        form=form or Form(),
    )


async def test_a_secret_is_read_as_names_and_fingerprints(
    concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    live = await concealed.read(db)

    assert {name: fingerprint(value, KEY) for name, value in DATA.items()} == live["data"]
    assert [] == planted_in(live)
    assert {*DATA.values(), APPLIED} == set(vault.values.values())


async def test_a_change_leaves_with_the_values_and_comes_back_without(
    world: World, concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    mark = fingerprint(encoded(NEW), KEY)
    await vault.keep({mark: encoded(NEW)})
    live = await concealed.read(db)
    change = turned(db, live, with_data(live, password=mark))

    foretold = await concealed.dry_run(change)
    applied = await concealed.apply(change)

    assert [mark, mark] == [each.manifest["data"]["password"] for each in (foretold, applied)]
    assert [] == planted_in(live, change.model_dump(mode="json"), foretold.manifest, applied.manifest)
    assert DATA | {"password": encoded(NEW)} == (await world.cluster.read(db))["data"]


async def test_a_secret_is_restored_byte_by_byte_by_a_process_that_has_only_what_was_recorded(
    world: World, concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    before = await world.cluster.read(db)
    snapshot = json.loads(json.dumps(await concealed.read(db)))
    await world.edit(
        db, {"data": {"password": encoded(NEW), "more": "bW9yZQ=="}, "metadata": {"annotations": {LAST_APPLIED: "{}"}}}
    )
    next_start = ConcealedCluster(world.cluster, vault=vault, key=KEY)

    live = await next_start.read(db)
    recorded = json.loads(turned(db, live, snapshot).model_dump_json())
    await next_start.apply(Change.model_validate(recorded))

    restored = await world.cluster.read(db)
    assert (before["data"], before["metadata"]["annotations"]) == (
        restored["data"],
        restored["metadata"]["annotations"],
    )
    assert [] == planted_in(snapshot, live, recorded)


async def test_a_deleted_secret_is_made_again_byte_by_byte(
    world: World, concealed: ConcealedCluster, db: Target
) -> None:
    live = await concealed.read(db)
    removed = await concealed.apply(turned(db, live, ABSENT))
    made = await concealed.apply(
        turned(db, ABSENT, a_secret("db", world.namespace, data=live["data"], annotations=annotations_of(live)))
    )

    assert ABSENT == removed.manifest
    assert live["data"] == made.manifest["data"]
    again = await world.cluster.read(db)
    assert (DATA, APPLIED) == (again["data"], again["metadata"]["annotations"][LAST_APPLIED])


def annotations_of(live: Manifest) -> dict[str, str]:
    found: dict[str, str] = live["metadata"]["annotations"]
    return found


@pytest.mark.parametrize("wire", [Wire.SERVER_SIDE_APPLY, Wire.STRATEGIC_MERGE_PATCH])
async def test_a_document_of_a_plan_is_revealed_as_well(
    world: World, concealed: ConcealedCluster, vault: FakeVault, db: Target, wire: Wire
) -> None:
    mark = fingerprint(encoded(NEW), KEY)
    await vault.keep({mark: encoded(NEW)})
    live = await concealed.read(db)
    body = {"apiVersion": "v1", "kind": "Secret", "data": {"added": mark}}
    change = turned(db, live, with_data(live, added=mark), Form(wire, body=body))

    applied = await concealed.apply(change)

    assert mark == applied.manifest["data"]["added"]
    assert [] == planted_in(change.model_dump(mode="json"), applied.manifest)
    assert DATA | {"added": encoded(NEW)} == (await world.cluster.read(db))["data"]


async def test_a_watch_tells_that_a_value_changed_and_not_which_it_is(
    world: World, concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    async with aclosing(concealed.watch(db)) as states:
        first = await within(anext(states))
        await world.edit(db, {"data": {"password": encoded(NEW)}})
        second = await within(anext(states))
        await world.delete(db)
        last = await within(anext(states))

    assert first is not None
    assert second is not None
    changed = {name for name in DATA if first["data"][name] != second["data"][name]}
    assert ({"password"}, None) == (changed, last)
    assert [] == planted_in(first, second)
    assert encoded(NEW) == vault.values[second["data"]["password"]]


async def test_secrets_beside_the_target_are_concealed_too(
    concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    queries = {"named": Query("Secret", db.namespace, name=db.name), "all": Query("Secret", db.namespace)}

    found = await concealed.related(queries)
    async with aclosing(concealed.watch_all(queries["all"])) as states:
        seen = await within(anext(states))

    marks = {name: fingerprint(value, KEY) for name, value in DATA.items()}
    assert [marks] * 3 == [each["data"] for each in (*found["named"], *found["all"], *seen)]
    assert [] == planted_in(*found.values(), seen)
    assert set(marks.values()) < vault.values.keys()


async def test_nobody_sees_a_fingerprint_before_its_value_is_kept(
    world: World, concealed: ConcealedCluster, vault: FakeVault, db: Target
) -> None:
    live = await concealed.read(db)
    change = turned(db, live, with_data(live, password=live["data"]["token"]))
    full = StoreUnavailable("the disk is full")

    for see in (concealed.read(db), concealed.dry_run(change), anext(concealed.watch(db))):
        vault.fail_next(full)
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            await see

    assert DATA == (await world.cluster.read(db))["data"]


async def test_a_value_that_is_not_kept_stops_the_change_before_it_leaves(
    world: World, concealed: ConcealedCluster, db: Target
) -> None:
    before = await world.cluster.read(db)
    live = await concealed.read(db)
    change = turned(db, live, with_data(live, password=fingerprint("never seen", KEY)))

    for send in (concealed.dry_run, concealed.apply):
        with pytest.raises(SealedValueLost, match=f"^{db}: the value behind fingerprint:.* so nothing was sent"):
            await send(change)

    assert before == await world.cluster.read(db)


async def test_a_fingerprint_in_a_label_or_an_annotation_is_written_as_the_text_it_is(
    world: World, concealed: ConcealedCluster, db: Target
) -> None:
    """
    Whoever may see a fingerprint and annotate must not get at the value that way.
    """
    live = await concealed.read(db)
    mark = live["data"]["password"]
    metadata = {**live["metadata"], "annotations": {**annotations_of(live), "leak": mark}}

    await concealed.apply(turned(db, live, {**live, "metadata": metadata}))

    written = await world.cluster.read(db)
    assert (mark, DATA) == (written["metadata"]["annotations"]["leak"], written["data"])


async def test_a_copy_of_a_value_by_the_server_is_refused(
    world: World, concealed: ConcealedCluster, db: Target
) -> None:
    before = await world.cluster.read(db)
    change = turned(db, live := await concealed.read(db), live)
    copy = {"op": "copy", "from": "/data/password", "path": "/metadata/annotations/leak"}

    with pytest.raises(UnsafeRequest, match=f"^{db}: a JSON Patch must not copy .* nothing was sent$"):
        await concealed.dry_run(change.model_copy(update={"body": [*change.body, copy]}))

    assert before == await world.cluster.read(db)


async def test_a_version_that_moved_is_told_as_for_every_object(
    world: World, concealed: ConcealedCluster, db: Target
) -> None:
    live = await concealed.read(db)
    await world.edit(db, {"data": {"password": encoded(NEW)}})

    with pytest.raises(TargetMoved) as moved:
        await concealed.apply(turned(db, live, with_data(live, password=live["data"]["token"])))

    assert [] == planted_in(str(moved.value))
    assert not await is_gone(world, db)


async def test_objects_without_secrets_pass_as_they_are_and_never_touch_the_vault(
    world: World, concealed: ConcealedCluster, vault: FakeVault
) -> None:
    mark = fingerprint("anything", KEY)
    metadata = {"name": "settings", "namespace": world.namespace}
    target = await world.create(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"level": "info"}}
    )
    live = await concealed.read(target)

    applied = await concealed.apply(patch_change(target, live, differences(live, with_data(live, level=mark))))
    found = await concealed.related({"settings": Query("ConfigMap", target.namespace, name=target.name)})
    async with aclosing(concealed.watch(target)) as states:
        seen = await within(anext(states))

    assert "info" == live["data"]["level"]
    assert [{"level": mark}] * 3 == [each["data"] for each in (applied.manifest, *found["settings"], seen or {})]
    assert 0 == vault.asked
