"""
What a diff finds is all there is, and the patch made of it gives exactly what was wanted.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.change import patch_change
from executor.core.diff import diff, equal_at, judge_requested
from executor.core.digest import canonical
from executor.core.paths import MISSING, path_at, pointer, read
from executor.core.target import Target
from tests.fakes.json_patch import patched
from tests.properties.strategies import an_object, changed, specs, without_empty

pytestmark = pytest.mark.requirement("DRY-2")

TARGET = Target(kind="Deployment", namespace="shop", name="web")
pairs = specs.flatmap(lambda spec: st.tuples(st.just(spec), changed(spec)))


@given(specs)
def test_nothing_differs_from_itself(spec: Any) -> None:
    assert () == diff(an_object(spec), an_object(spec))


@given(pairs)
def test_what_differs_is_found_and_what_is_found_differs(pair: tuple[Any, Any]) -> None:
    before, after = (an_object(spec) for spec in pair)

    assert bool(diff(before, after)) or canonical(without_empty(before)) == canonical(without_empty(after))
    for each in diff(before, after):
        assert (each.before, each.after) == (read(before, each.path), read(after, each.path))
        assert each.before is not MISSING or each.after is not MISSING


@given(pairs)
def test_a_pointer_leads_back_to_its_path(pair: tuple[Any, Any]) -> None:
    before, after = (an_object(spec) for spec in pair)

    for each in diff(before, after):
        document = before if each.op == "remove" else after
        assert each.path == path_at(pointer(each.path, document), document)


@given(pairs)
def test_a_diff_read_backwards_is_the_way_back(pair: tuple[Any, Any]) -> None:
    before, after = (an_object(spec) for spec in pair)

    assert {(each.path, str(each.before), str(each.after)) for each in diff(before, after)} == {
        (each.path, str(each.after), str(each.before)) for each in diff(after, before)
    }


@given(pairs)
def test_what_was_asked_for_is_all_requested(pair: tuple[Any, Any]) -> None:
    found = diff(*(an_object(spec) for spec in pair))

    assert all(each.requested for each in judge_requested(found, found))


@pytest.mark.requirement("DRY-1")
@given(pairs)
def test_the_patch_gives_exactly_the_desired_object(pair: tuple[Any, Any]) -> None:
    live, desired = (an_object(spec) for spec in pair)

    result = patched(live, patch_change(TARGET, live, diff(live, desired)).body)

    assert canonical(without_empty(desired)) == canonical(without_empty(result))


@given(pairs)
def test_where_nothing_was_found_both_are_equal(pair: tuple[Any, Any]) -> None:
    before, after = (an_object(spec) for spec in pair)
    paths = [each.path for each in diff(before, after)]

    assert all(equal_at(path, after, after) for path in paths)
    assert ("spec",) in paths or paths or equal_at(("spec",), without_empty(before), without_empty(after))
