"""
What counts as a difference, leaf by leaf, and what is told apart as asked for.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.diff import (
    Difference,
    as_json,
    changed_paths,
    diff,
    equal_at,
    judge_requested,
    same,
    still_differs,
)
from executor.core.paths import MISSING
from tests.builders import a_deployment

pytestmark = pytest.mark.requirement("DRY-2")


def a_list(*names: str, **values: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": name, "image": values.get(name, f"{name}:1")} for name in names]}}


LIST = ("spec", "containers")


def test_an_object_does_not_differ_from_itself() -> None:
    assert () == diff(a_deployment(), a_deployment())


def test_leaves_are_told_one_by_one() -> None:
    before, after = {"spec": {"a": 1, "b": {"c": 2}}}, {"spec": {"a": 3, "b": {"c": 2, "d": 4}}}

    assert (Difference(("spec", "a"), 1, 3), Difference(("spec", "b", "d"), MISSING, 4)) == diff(before, after)


def test_an_object_that_comes_or_goes_is_told_by_its_leaves() -> None:
    before, after = {"a": {"b": {"c": 1}}}, {"d": {"e": 2}}

    assert [("remove", ("a", "b", "c")), ("add", ("d", "e"))] == [(each.op, each.path) for each in diff(before, after)]


def test_a_sidecar_injected_before_moves_no_path() -> None:
    found = diff(a_list("app"), a_list("sidecar", "app", app="app:2"))

    assert (
        Difference((*LIST, "[name=app]", "image"), "app:1", "app:2"),
        Difference((*LIST, "[name=sidecar]"), MISSING, {"name": "sidecar", "image": "sidecar:1"}),
    ) == found


def test_a_new_item_knows_what_it_stands_behind() -> None:
    [found] = diff(a_list("a", "c"), a_list("a", "b", "c"))

    assert ("[name=a]",) == found.behind


def test_a_removed_item_is_one_difference() -> None:
    [found] = diff(a_list("a", "b"), a_list("b"))

    assert ("remove", (*LIST, "[name=a]")) == (found.op, found.path)


@pytest.mark.parametrize("none", [{}, {"env": []}], ids=["missing", "empty"])
def test_a_named_list_that_is_new_or_gone_differs_by_its_items(none: dict[str, Any]) -> None:
    one, two = {"name": "a", "value": "1"}, {"name": "b"}

    assert (
        Difference(("env", "[name=a]"), MISSING, one),
        Difference(("env", "[name=b]"), MISSING, two),
    ) == diff(none, {"env": [one, two]})
    assert (Difference(("env", "[name=a]"), one, MISSING),) == diff({"env": [one]}, none)


def test_a_list_that_holds_nothing_equals_none() -> None:
    assert () == diff({"env": []}, {})
    assert () == diff({}, {"env": []})


def test_taints_are_told_apart_by_key_and_effect() -> None:
    one, other = {"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute"}

    assert (
        Difference(("taints", "[key=a,effect=NoSchedule]", "value"), MISSING, "x"),
        Difference(("taints", "[key=a,effect=NoExecute]"), other, MISSING),
    ) == diff({"taints": [one, other]}, {"taints": [{**one, "value": "x"}]})


def test_an_order_change_alone_is_a_change_of_the_whole_list() -> None:
    [found] = diff(a_list("a", "b"), a_list("b", "a"))

    assert ("replace", LIST) == (found.op, found.path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b"], ["a", "c"]),
        ([{"name": "a"}, {"name": "a", "value": 1}], [{"name": "a"}]),
        ([{"name": "a"}], [{"name": "a"}, {"name": "a", "value": 1}]),
        ([{"name": "a"}], [{"name": "a"}, {"value": 1}]),
        ([], ["a"]),
        (["a"], []),
    ],
    ids=["scalars", "names repeat before", "names repeat after", "a name is missing", "from empty", "to empty"],
)
def test_a_list_that_names_cannot_tell_apart_is_one_leaf(before: list[Any], after: list[Any]) -> None:
    assert (Difference(("env",), before, after),) == diff({"env": before}, {"env": after})


@pytest.mark.parametrize(
    "path",
    [
        ("status",),
        ("metadata", "resourceVersion"),
        ("metadata", "generation"),
        ("metadata", "creationTimestamp"),
        ("metadata", "managedFields"),
        ("metadata", "uid"),
        ("metadata", "annotations", "deployment.kubernetes.io/revision"),
        ("metadata", "annotations", "deprecated.daemonset.template.generation"),
    ],
    ids=".".join,
)
def test_what_the_server_or_a_controller_owns_is_no_difference(path: tuple[str, ...]) -> None:
    assert () == diff(a_deployment(), with_value(a_deployment(), path, "changed"))


def test_an_empty_object_is_no_difference_from_none() -> None:
    assert () == diff({"metadata": {"labels": {}}}, {"metadata": {}})


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (False, 0, False),
        ([True], [1], False),
        ({"a": [{"b": False}]}, {"a": [{"b": 0}]}, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ("1", 1, False),
        (None, MISSING, False),
        (None, False, False),
    ],
    ids=repr,
)
def test_values_are_compared_as_json_compares_them(one: Any, other: Any, *, equal: bool) -> None:
    assert equal is same(one, other)
    assert equal is (() == diff({"a": [one]}, {"a": [other]}))


@pytest.mark.parametrize("empty", [{}, [], None, MISSING], ids=repr)
def test_an_empty_value_equals_none_at_a_path(empty: Any) -> None:
    holds = {} if empty is MISSING else {"labels": empty}

    assert equal_at(("metadata", "labels"), {"metadata": holds}, {"metadata": {}})


def test_zero_and_false_are_no_empty_values() -> None:
    assert not equal_at(("spec", "replicas"), {"spec": {"replicas": 0}}, {"spec": {}})
    assert not equal_at(("spec", "paused"), {"spec": {"paused": False}}, {"spec": {"paused": 0}})


def test_what_admission_added_is_kept_apart_from_what_was_asked_for() -> None:
    asked = diff({"spec": {"replicas": 1}}, {"spec": {"replicas": 3}})
    found = diff({"spec": {"replicas": 1}}, {"spec": {"replicas": 3, "paused": True}})

    assert {("spec", "replicas"): True, ("spec", "paused"): False} == {
        each.path: each.requested for each in judge_requested(found, asked)
    }


def test_another_value_than_the_one_asked_for_is_not_requested() -> None:
    asked = diff({"spec": {"replicas": 1}}, {"spec": {"replicas": 3}})
    found = diff({"spec": {"replicas": 1}}, {"spec": {"replicas": 2}})

    assert [False] == [each.requested for each in judge_requested(found, asked)]


def test_a_requested_item_still_knows_its_place() -> None:
    found = diff(a_list("a", "c"), a_list("a", "b", "c"))

    assert [("[name=a]",)] == [each.behind for each in judge_requested(found, found)]


def test_differences_are_spelled_as_pointers_into_the_side_that_has_them() -> None:
    before, after = a_list("old", "app"), a_list("app", "new", app="app:2")
    found = diff(before, after)

    assert ["/spec/containers/0", "/spec/containers/0/image", "/spec/containers/1"] == changed_paths(
        found, before, after
    )
    assert [
        {
            "path": "/spec/containers/0",
            "op": "remove",
            "before": {"name": "old", "image": "old:1"},
            "after": None,
            "requested": False,
        },
        {
            "path": "/spec/containers/0/image",
            "op": "replace",
            "before": "app:1",
            "after": "app:2",
            "requested": False,
        },
        {
            "path": "/spec/containers/1",
            "op": "add",
            "before": None,
            "after": {"name": "new", "image": "new:1"},
            "requested": False,
        },
    ] == as_json(found, before, after)


def test_what_still_differs_is_told_path_by_path() -> None:
    wanted, live = {"spec": {"a": 1, "b": 2}}, {"spec": {"a": 1, "b": 3}}

    assert (("spec", "b"),) == still_differs([("spec", "a"), ("spec", "b")], wanted, live)
