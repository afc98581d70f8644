"""
Laws of giving fields back: it makes nothing ours, takes nothing from others, and leaves an unchanged object alone.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.change import FIELD_MANAGER
from executor.core.ownership import given_back
from executor.core.paths import Path
from tests.fakes.managed_fields import Entry, entries_of, owned, with_fields

pytestmark = pytest.mark.requirement("ROLL-7")

FIELDS: tuple[Path, ...] = (
    ("data", "a"),
    ("data", "b"),
    ("data", "."),
    ("metadata", "labels", "x"),
    ("spec", "containers", "[name=app]", "."),
    ("spec", "containers", "[name=app]", "image"),
    ("spec", "containers", "[name=log]", "image"),
    ("spec", "taints"),
)
PATHS: tuple[Path, ...] = (
    ("data", "a"),
    ("data", "b"),
    ("metadata", "labels"),
    ("spec", "containers", "[name=app]"),
    ("spec", "containers", "[name=app]", "image"),
    ("spec", "taints", "[key=a,effect=NoSchedule]"),
)
MANAGERS = (
    (FIELD_MANAGER, "Update"),
    (FIELD_MANAGER, "Apply"),
    ("deploy-bot", "Apply"),
    ("kubectl-edit", "Update"),
    ("controller", "Update"),
)

fields = st.frozensets(st.sampled_from(FIELDS), max_size=5)
managed = st.dictionaries(st.sampled_from(MANAGERS), fields, max_size=4)
paths = st.lists(st.sampled_from(PATHS), max_size=3)

Owned = dict[tuple[str, str], frozenset[Path]]


def an_object(owners: Owned) -> dict[str, Any]:
    entries: list[Entry] = [
        with_fields({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": {}}, held)
        for (manager, operation), held in owners.items()
    ]
    return {"metadata": {"managedFields": entries}}


def owners_of(manifest: dict[str, Any]) -> Owned:
    found = {(each["manager"], each["operation"]): frozenset(owned(each)) for each in entries_of(manifest)}
    return {key: held for key, held in found.items() if held}


def after(snapshot: Owned, applied: Owned, live: Owned, ours: list[Path]) -> Owned:
    """
    Return who owns what when the answer has been written.
    """
    entries = given_back(an_object(snapshot), an_object(applied), an_object(live), ours)
    return owners_of(an_object(live) if entries is None else {"metadata": {"managedFields": entries}})


def is_ours(key: tuple[str, str]) -> bool:
    return key[0] == FIELD_MANAGER


def is_near(field: Path, ours: list[Path]) -> bool:
    """
    Tell if a field lies at, below or above one of our paths.
    """
    names = field[:-1] if field[-1] == "." else field
    return any(all(one == other for one, other in zip(names, path, strict=False)) for path in ours)


@given(managed, managed, managed, paths)
def test_nothing_becomes_ours_that_was_not(snapshot: Owned, applied: Owned, live: Owned, ours: list[Path]) -> None:
    for key, held in after(snapshot, applied, live, ours).items():
        if is_ours(key):
            assert held <= live.get(key, frozenset()) | snapshot.get(key, frozenset())


@given(managed, managed, managed, paths)
def test_others_keep_what_they_have_and_get_back_what_they_had_at_our_paths_only(
    snapshot: Owned, applied: Owned, live: Owned, ours: list[Path]
) -> None:
    found = after(snapshot, applied, live, ours)

    for key in {*live, *snapshot, *found}:
        if not is_ours(key):
            has, had = live.get(key, frozenset()), snapshot.get(key, frozenset())
            assert has <= found.get(key, frozenset()) <= has | {each for each in had if is_near(each, ours)}


@given(managed, managed, paths)
def test_an_object_whose_owners_did_not_change_is_left_alone(snapshot: Owned, applied: Owned, ours: list[Path]) -> None:
    same = an_object(snapshot)

    assert given_back(same, an_object(applied), same, ours) is None


@given(managed, managed, managed, paths)
def test_given_back_once_there_is_nothing_more_to_give(
    snapshot: Owned, applied: Owned, live: Owned, ours: list[Path]
) -> None:
    entries = given_back(an_object(snapshot), an_object(applied), an_object(live), ours)
    if entries is not None:
        again = {"metadata": {"managedFields": entries}}
        assert given_back(an_object(snapshot), an_object(applied), again, ours) is None


@given(managed, fields, paths)
def test_after_our_write_and_its_restore_the_owners_are_those_of_the_snapshot(
    snapshot: Owned, applied_by_us: frozenset[Path], ours: list[Path]
) -> None:
    """
    Our write takes the fields at our paths from everybody, and so does the restore.

    An apply owns its manifest's other fields too.
    """
    snapshot = {key: held for key, held in snapshot.items() if held}
    taken = frozenset(field for held in snapshot.values() for field in held if is_near(field, ours))
    left = {key: held - taken for key, held in snapshot.items()}
    applying = (FIELD_MANAGER, "Apply")
    applied = {**left, applying: left.get(applying, frozenset()) | applied_by_us}
    updating = (FIELD_MANAGER, "Update")
    restored = {**applied, updating: applied.get(updating, frozenset()) | taken}

    if snapshot:
        assert snapshot == after(snapshot, applied, restored, ours)
