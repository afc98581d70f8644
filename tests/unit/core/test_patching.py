"""
What a caller's patch makes of an object: RFC 6902, RFC 7386, and the strategic merge of Kubernetes.
"""

from typing import Any

import pytest

from executor.core.errors import Unusable
from executor.core.patching import json_patched, merge_patched, strategic_patched

OPERATIONS: dict[str, tuple[Any, list[dict[str, Any]], Any]] = {
    "add a key": ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
    "add over a key": ({"a": 1}, [{"op": "add", "path": "/a", "value": 2}], {"a": 2}),
    "insert into a list": ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
    "append to a list": ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
    "replace deep": ({"a": [{"b": 1}]}, [{"op": "replace", "path": "/a/0/b", "value": 2}], {"a": [{"b": 2}]}),
    "remove a key": ({"a": 1, "b": 2}, [{"op": "remove", "path": "/a"}], {"b": 2}),
    "remove an item": ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
    "move": ({"a": {"x": 1}}, [{"op": "move", "from": "/a/x", "path": "/b"}], {"a": {}, "b": 1}),
    "copy": ({"a": 1}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": 1, "b": 1}),
    "a test that holds": ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
    "escaped names": ({"a/b": {"~": 1}}, [{"op": "replace", "path": "/a~1b/~0", "value": 2}], {"a/b": {"~": 2}}),
}


@pytest.mark.parametrize(("before", "operations", "after"), OPERATIONS.values(), ids=OPERATIONS)
def test_a_json_patch_does_as_its_rfc_says(before: Any, operations: list[dict[str, Any]], after: Any) -> None:
    assert after == json_patched(before, operations)


MISFITS: dict[str, dict[str, Any]] = {
    "replace what is not there": {"op": "replace", "path": "/x", "value": 1},
    "remove what is not there": {"op": "remove", "path": "/x"},
    "add below nothing": {"op": "add", "path": "/x/y", "value": 1},
    "an index beyond the list": {"op": "add", "path": "/list/3", "value": 1},
    "an index with a leading zero": {"op": "replace", "path": "/list/00", "value": 1},
    "an index that is no number": {"op": "replace", "path": "/list/one", "value": 1},
    "a pointer that is none": {"op": "add", "path": "x", "value": 1},
    "a test that does not hold": {"op": "test", "path": "/a", "value": 2},
    "true is not one": {"op": "test", "path": "/a", "value": True},
    "move into itself": {"op": "move", "from": "/inner", "path": "/inner/x"},
    "an unknown operation": {"op": "merge", "path": "/a"},
}


@pytest.mark.parametrize("operation", MISFITS.values(), ids=MISFITS)
def test_a_json_patch_that_does_not_fit_is_refused_by_its_number(operation: dict[str, Any]) -> None:
    document = {"a": 1, "list": [1], "inner": {"x": {}}}

    with pytest.raises(Unusable, match=r"operation 1 of the patch \(.*\) does not fit the object as it is"):
        json_patched(document, [{"op": "test", "path": "/a", "value": 1}, operation])


def test_a_merge_patch_merges_objects_removes_by_null_and_replaces_lists() -> None:
    live = {"a": {"b": 1, "c": [1, 2]}, "d": 1}

    assert {"a": {"b": 1, "c": [3]}, "e": {"f": 1}} == merge_patched(live, {"a": {"c": [3]}, "d": None, "e": {"f": 1}})


def a_pod_of(*containers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(containers), **more}}


STRATEGIC: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "containers merge by name": (
        a_pod_of({"name": "app", "image": "a:1"}, {"name": "log"}),
        a_pod_of({"name": "app", "image": "a:2"}),
        a_pod_of({"name": "app", "image": "a:2"}, {"name": "log"}),
    ),
    "ports merge by port and protocol": (
        {"spec": {"ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}]}},
        {"spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "web"}]}},
        {"spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "web"}, {"port": 53, "protocol": "UDP"}]}},
    ),
    "an item is deleted": (
        a_pod_of({"name": "app"}, {"name": "log"}),
        a_pod_of({"name": "log", "$patch": "delete"}),
        a_pod_of({"name": "app"}),
    ),
    "a list is replaced": (
        a_pod_of({"name": "app"}, {"name": "log"}),
        a_pod_of({"name": "new"}, {"$patch": "replace"}),
        a_pod_of({"name": "new"}),
    ),
    "an object is replaced": (
        {"spec": {"nodeSelector": {"a": "1"}}},
        {"spec": {"nodeSelector": {"b": "2", "$patch": "replace"}}},
        {"spec": {"nodeSelector": {"b": "2"}}},
    ),
    "an item is deleted from a list that is not there": (
        {"spec": {}},
        a_pod_of({"name": "log", "$patch": "delete"}, {"name": "app", "image": None}),
        a_pod_of({"name": "app"}),
    ),
    "finalizers merge as a set": (
        {"metadata": {"finalizers": ["a", "b"]}},
        {"metadata": {"finalizers": ["b", "c"]}},
        {"metadata": {"finalizers": ["a", "b", "c"]}},
    ),
    "items without their key replace the list": (
        a_pod_of({"name": "app"}),
        a_pod_of({"name": {"of": "another shape"}}),
        a_pod_of({"name": {"of": "another shape"}}),
    ),
    "null removes": ({"spec": {"a": 1, "b": 2}}, {"spec": {"a": None}}, {"spec": {"b": 2}}),
    "an atomic list is replaced": (
        a_pod_of({"name": "app", "args": ["a", "b"]}),
        a_pod_of({"name": "app", "args": ["c"]}),
        a_pod_of({"name": "app", "args": ["c"]}),
    ),
}


@pytest.mark.parametrize(("live", "patch", "after"), STRATEGIC.values(), ids=STRATEGIC)
def test_a_strategic_merge_patch_merges_as_the_api_server_does(
    live: dict[str, Any], patch: dict[str, Any], after: dict[str, Any]
) -> None:
    assert after == strategic_patched(live, patch)


def test_a_directive_that_is_not_known_is_refused_rather_than_guessed() -> None:
    with pytest.raises(Unusable, match=r"the directive \$retainKeys .* is not taken; use a JSON patch"):
        strategic_patched({"spec": {}}, {"spec": {"strategy": {"$retainKeys": ["type"]}}})
