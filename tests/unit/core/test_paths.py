"""
Paths: items of lists by name, JSON Pointers with their escapes, and what people read.
"""

import pytest

from executor.core.paths import MISSING, keyed, path_at, pointer, read, readable

POD = {
    "metadata": {"annotations": {"example.org/a~b": "1"}},
    "spec": {"containers": [{"name": "sidecar"}, {"name": "app", "image": "web:1"}], "args": ["-v"], "none": None},
}
APP_IMAGE = ("spec", "containers", "[name=app]", "image")


def test_an_item_is_read_by_its_name_wherever_it_stands() -> None:
    assert "web:1" == read(POD, APP_IMAGE)


@pytest.mark.parametrize(
    "path",
    [
        ("spec", "replicas"),
        ("spec", "containers", "[name=db]"),
        ("spec", "containers", "0"),
        ("spec", "containers", "app"),
        ("spec", "args", "[name=-v]"),
        ("metadata", "annotations", "example.org/a~b", "deeper"),
        ("spec", "none", "deeper"),
    ],
    ids=str,
)
def test_what_is_not_there_is_missing(path: tuple[str, ...]) -> None:
    assert MISSING is read(POD, path)


def test_null_is_a_value_and_not_missing() -> None:
    assert read(POD, ("spec", "none")) is None
    assert "MISSING" == repr(MISSING)


def test_a_name_that_two_items_share_names_neither() -> None:
    twins = {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}

    assert MISSING is read(twins, ("env", "[name=A]", "value"))


@pytest.mark.parametrize(
    "items",
    [[], [{"name": "a"}, {"name": "a"}], [{"name": "a"}, {}], [{"name": 1}], ["a"], [{"name": "a"}, "b"]],
    ids=str,
)
def test_a_list_is_kept_by_name_only_when_every_item_has_one_of_its_own(items: list[object]) -> None:
    assert keyed(items) is None


def test_a_pointer_counts_items_and_escapes_keys() -> None:
    assert "/spec/containers/1/image" == pointer(APP_IMAGE, POD)
    assert "/metadata/annotations/example.org~1a~0b" == pointer(("metadata", "annotations", "example.org/a~b"), POD)


def test_a_pointer_to_an_item_the_list_lacks_is_its_end() -> None:
    assert "/spec/containers/-" == pointer(("spec", "containers", "[name=db]"), POD)


def test_a_pointer_into_nothing_is_still_a_pointer() -> None:
    assert "/status/a/b" == pointer(("status", "a", "b"), POD)
    assert "" == pointer((), POD)


def test_people_read_a_path_with_names_in_brackets() -> None:
    assert ".spec.containers[app].image" == readable(APP_IMAGE)


def test_a_taint_is_told_by_key_and_effect() -> None:
    taints = [{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute", "value": "x"}]
    path = ("spec", "taints", "[key=a,effect=NoExecute]", "value")

    assert "x" == read({"spec": {"taints": taints}}, path)
    assert "/spec/taints/1/value" == pointer(path, {"spec": {"taints": taints}})
    assert path == path_at("/spec/taints/1/value", {"spec": {"taints": taints}})
    assert ".spec.taints[a:NoExecute].value" == readable(path)
    assert keyed([*taints, taints[0]]) is None


def test_a_path_is_found_by_its_pointer() -> None:
    for path in (APP_IMAGE, ("metadata", "annotations", "example.org/a~b"), ("status", "a", "b"), ()):
        assert path == path_at(pointer(path, POD), POD)


def test_a_pointer_to_an_item_the_list_lacks_names_none() -> None:
    assert ("spec", "containers", "-", "image") == path_at("/spec/containers/-/image", POD)
    assert ("spec", "containers", "9") == path_at("/spec/containers/9", POD)
