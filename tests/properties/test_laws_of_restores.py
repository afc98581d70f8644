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
    touched = {each.path for each in diff(live, restored(snapshot, applied, live))}

    # What comes to lie below a path that is put back was put back with it.
    assert all(any(path[: len(ours)] == ours for ours in put_back) for path in touched)


@given(triples)
def test_a_second_restore_finds_nothing_to_do(triple: tuple[Any, Any, Any]) -> None:
    snapshot, applied, live = (an_object(spec) for spec in triple)

    assert () == plan_restore(snapshot, applied, restored(snapshot, applied, live)).put_back
