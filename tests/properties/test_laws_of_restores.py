"""
A restore gives the snapshot back on our paths, touches no other, and says where it did not.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.change import patch_change
from executor.core.diff import diff, equal_at
from executor.core.digest import canonical
from executor.core.model import Manifest
from executor.core.paths import Path, positions, read
from executor.core.restore import plan_restore
from executor.core.target import Target
from tests.fakes.json_patch import patched
from tests.properties.strategies import an_object, changed, specs, without_empty

pytestmark = pytest.mark.requirement("ROLL-6", "ROLL-7")

TARGET = Target(kind="Deployment", namespace="shop", name="web")
triples = specs.flatmap(
    lambda spec: changed(spec).flatmap(lambda ours: st.tuples(st.just(spec), st.just(ours), changed(ours)))
)


def restored(snapshot: Manifest, applied: Manifest, live: Manifest) -> Manifest:
    plan = plan_restore(snapshot, applied, live)
    result: Manifest = patched(live, patch_change(TARGET, live, plan.put_back).body)
    return result


def others(manifest: Manifest, path: Path, tokens: set[str]) -> list[Any]:
    """
    Return the items of a list that none of the tokens names.
    """
    items = read(manifest, path)
    named = {index for token in tokens for index in positions(items, token)}
    return [item for index, item in enumerate(items) if index not in named]


@given(specs.flatmap(lambda spec: st.tuples(st.just(spec), changed(spec))))
def test_undisturbed_a_restore_gives_the_snapshot_back(pair: tuple[Any, Any]) -> None:
    snapshot, applied = (an_object(spec) for spec in pair)

    assert () == plan_restore(snapshot, applied, applied).foreign
    assert canonical(without_empty(snapshot)) == canonical(without_empty(restored(snapshot, applied, applied)))


@given(triples)
def test_every_leaf_of_ours_is_as_in_the_snapshot_or_named_as_somebody_elses(triple: tuple[Any, Any, Any]) -> None:
    snapshot, applied, live = (an_object(spec) for spec in triple)

    plan = plan_restore(snapshot, applied, live)
    result = restored(snapshot, applied, live)

    assert {each.path for each in diff(snapshot, applied)} == {*plan.proven, *plan.foreign}
    assert set(plan.proven).isdisjoint(plan.foreign)
    assert all(equal_at(path, snapshot, result) for path in plan.proven)


@given(triples)
def test_a_restore_touches_nothing_but_what_it_puts_back(triple: tuple[Any, Any, Any]) -> None:
    snapshot, applied, live = (an_object(spec) for spec in triple)

    put_back = {each.path for each in plan_restore(snapshot, applied, live).put_back}
    result = restored(snapshot, applied, live)

    for path in (each.path for each in diff(live, result)):
        # What comes to lie below a path that is put back was put back with it. Items that cannot all be told apart show
        # as a change of their whole list.
        inside = {ours[len(path)] for ours in put_back if len(ours) > len(path) and ours[: len(path)] == path}
        others_stayed = inside and others(live, path, inside) == others(result, path, inside)
        assert others_stayed or any(path[: len(ours)] == ours for ours in put_back)


@given(triples)
def test_a_second_restore_finds_nothing_to_do(triple: tuple[Any, Any, Any]) -> None:
    snapshot, applied, live = (an_object(spec) for spec in triple)

    assert () == plan_restore(snapshot, applied, restored(snapshot, applied, live)).put_back
