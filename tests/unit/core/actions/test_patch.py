"""
Patch: what it may not touch, what it makes of an object, how it is sent, and what of a Secret it conceals.
"""

import json
from typing import Any

import pytest

from executor.core.action import Form, Scene, Wire
from executor.core.actions import CATALOGUE
from executor.core.diff import diff
from executor.core.errors import Unusable
from executor.core.fingerprint import is_fingerprint
from executor.core.patch_limits import MAX_BYTES, SERVERS
from executor.core.restore import plan_restore
from executor.core.target import Target
from tests.builders import a_deployment
from tests.plans import a_plan, a_step
from tests.rendering import NOW, changes, desired
from tests.unit.core.documents import problems

pytestmark = pytest.mark.requirement("ACT-2")

ACTION = CATALOGUE["patch"]
KEY = b"a key of the executor"
SECRET = Target(kind="Secret", namespace="shop", name="db")

PATCHES: dict[str, Any] = {
    "json": [{"op": "replace", "path": "/spec/replicas", "value": 3}],
    "merge": {"metadata": {"labels": {"tier": "front"}}, "spec": {"replicas": 3}},
    "strategic": {
        "spec": {"template": {"spec": {"containers": [{"name": "app", "env": [{"name": "A", "value": "1"}]}]}}}
    },
}


def told(kind: str, patch: Any, *, of: str = "Deployment") -> list[tuple[str, str]]:
    """
    Return what a plan with this patch is told: pointer below the parameters, and the sentence.
    """
    found = problems(a_plan(a_step("patch", of, "web", {"type": kind, "patch": patch})))
    return [(each.pointer.removeprefix("/steps/0/parameters"), each.message) for each in found]


@pytest.mark.parametrize(("kind", "patch"), PATCHES.items())
def test_each_form_is_taken(kind: str, patch: Any) -> None:
    assert [] == told(kind, patch)


REFUSED = (
    "must not touch status, apiVersion, kind, or what is the server's in metadata (uid, resourceVersion, generation, "
    "creationTimestamp, managedFields, name, namespace), nor metadata as a whole"
)
OUT_OF_REACH = [
    "/status",
    "/status/replicas",
    "/apiVersion",
    "/kind",
    "/metadata",
    *(f"/metadata/{x}" for x in SERVERS),
]


@pytest.mark.parametrize("place", [*OUT_OF_REACH, "/metadata/managedFields/0/manager"])
@pytest.mark.parametrize("op", ["add", "replace", "remove", "test"])
def test_an_operation_on_what_is_the_servers_is_refused(op: str, place: str) -> None:
    fine = {"op": "test", "path": "/spec/replicas", "value": 1}

    assert [("/patch", f"operation 1 {REFUSED}")] == told("json", [fine, {"op": op, "path": place, "value": {}}])


@pytest.mark.parametrize("place", OUT_OF_REACH)
@pytest.mark.parametrize("op", ["move", "copy"])
def test_it_is_no_source_and_no_goal_of_a_move(op: str, place: str) -> None:
    for operation in (
        {"op": op, "from": place, "path": "/metadata/labels"},
        {"op": op, "from": "/spec/paused", "path": place},
    ):
        assert [("/patch", f"operation 0 {REFUSED}")] == told("json", [operation])


@pytest.mark.parametrize("kind", ["merge", "strategic"])
@pytest.mark.parametrize(
    "patch",
    [
        {"status": {"replicas": 7}},
        {"status": None},
        {"apiVersion": "apps/v1", "spec": {}},
        {"kind": "Deployment"},
        {"metadata": None},
        {"metadata": "x"},
        {"$patch": "replace", "spec": {}},
        {"metadata": {"$patch": "replace"}},
        {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}},
        *({"metadata": {"labels": {}, each: None}} for each in SERVERS),
    ],
    ids=json.dumps,
)
def test_a_partial_object_with_what_is_the_servers_is_refused(kind: str, patch: Any) -> None:
    assert [("/patch", REFUSED)] == told(kind, patch)


@pytest.mark.parametrize("kind", ["merge", "strategic"])
@pytest.mark.parametrize("key", ["labels", "annotations", "finalizers", "ownerReferences"])
def test_what_people_and_controllers_keep_in_the_metadata_is_left_to_the_policy(kind: str, key: str) -> None:
    assert [] == told(kind, {"metadata": {key: None}})
    assert [] == told("json", [{"op": "remove", "path": f"/metadata/{key}"}])


MALFORMED: dict[str, tuple[str, Any, str]] = {
    "no list": ("json", {"spec": {}}, "must be a list with at least one operation"),
    "an empty list": ("json", [], "must be a list with at least one operation"),
    "no operation": ("json", ["add"], "must be a list with at least one operation"),
    "an unknown op": (
        "json",
        [{"op": "merge", "path": "/spec"}],
        "operation 0 must have op add, remove, replace, move, copy or test",
    ),
    "an op that is no text": (
        "json",
        [{"op": ["add"], "path": "/spec"}],
        "operation 0 must have op add, remove, replace, move, copy or test",
    ),
    "no value": ("json", [{"op": "add", "path": "/spec/paused"}], "operation 0 must have a value"),
    "no source": ("json", [{"op": "move", "path": "/spec/paused"}], "operation 0 must have a from"),
    "no path": ("json", [{"op": "remove"}], "operation 0 must have a path"),
    "the whole object": (
        "json",
        [{"op": "replace", "path": "", "value": {}}],
        "operation 0 must have JSON Pointers below the whole object",
    ),
    "no pointer": (
        "json",
        [{"op": "remove", "path": "spec"}],
        "operation 0 must have JSON Pointers below the whole object",
    ),
    "a source that is no text": (
        "json",
        [{"op": "copy", "from": 1, "path": "/spec"}],
        "operation 0 must have JSON Pointers below the whole object",
    ),
    "a list to merge": ("merge", [{"op": "remove", "path": "/spec"}], "must be an object with at least one key"),
    "nothing to merge": ("strategic", {}, "must be an object with at least one key"),
    "a scalar": ("merge", "x", "must be an object with at least one key"),
}


@pytest.mark.parametrize(("kind", "patch", "sentence"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_patch_is_refused_with_what_it_should_be(kind: str, patch: Any, sentence: str) -> None:
    assert [("/patch", sentence)] == told(kind, patch)


@pytest.mark.parametrize("letter", ["x", "ä", "\ud800"], ids=["ascii", "two bytes", "a lone surrogate"])
def test_a_patch_has_at_most_64_kib_however_it_is_spelled(letter: str) -> None:
    def patch(letters: int) -> dict[str, Any]:
        return {"data": {"x": letter * letters}}

    width = len(letter.encode("utf-8", "surrogatepass"))
    most = (MAX_BYTES - len('{"data":{"x":""}}')) // width

    assert [] == told("merge", patch(most), of="ConfigMap")
    assert [("/patch", "must be at most 64 KiB as JSON")] == told("merge", patch(most + 1), of="ConfigMap")


def test_the_kind_of_patch_is_one_of_three() -> None:
    assert [("/type", "must be 'json', 'merge' or 'strategic'")] == told("apply", {"spec": {}})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("json", [(".spec.replicas", 3)]),
        ("merge", [(".spec.replicas", 3), (".metadata.labels.tier", "front")]),
        ("strategic", [(".spec.template.spec.containers[app].env[A]", {"name": "A", "value": "1"})]),
    ],
)
def test_a_patch_makes_of_the_object_what_its_specification_says(kind: str, expected: list[tuple[str, Any]]) -> None:
    assert sorted(expected) == sorted(changes("patch", a_deployment(), {"type": kind, "patch": PATCHES[kind]}))


@pytest.mark.requirement("ROLL-7")
@pytest.mark.parametrize(("kind", "patch"), PATCHES.items())
def test_a_restore_puts_back_each_path_that_a_patch_changed(kind: str, patch: Any) -> None:
    before = a_deployment()
    after = desired("patch", before, {"type": kind, "patch": patch})

    restore = plan_restore(before, after, after)

    assert [(each.path, each.after) for each in restore.put_back] == [
        (each.path, each.before) for each in diff(before, after)
    ]


@pytest.mark.requirement("ACT-4")
def test_a_patch_of_tests_alone_wants_nothing_changed() -> None:
    patch = [{"op": "test", "path": "/spec/replicas", "value": 1}]

    assert [] == changes("patch", a_deployment(), {"type": "json", "patch": patch})


@pytest.mark.parametrize(
    "patch",
    [{"spec": {}, "metadata": {"labels": {}}}, {"metadata": {"annotations": {"a": None}}}],
    ids=json.dumps,
)
def test_a_merge_that_says_what_is_there_wants_nothing_changed(patch: Any) -> None:
    assert [] == changes("patch", a_deployment(), {"type": "merge", "patch": patch})


def test_an_operation_that_does_not_fit_makes_the_target_unusable() -> None:
    patch = [{"op": "test", "path": "/spec/replicas", "value": 9}]

    with pytest.raises(Unusable, match=r"operation 0 of the patch \(test\) does not fit the object as it is"):
        desired("patch", a_deployment(), {"type": "json", "patch": patch})


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"template": {"spec": {"containers": [{"name": {}, "image": "x"}]}}}},
        {"spec": {"template": {"spec": {"containers": ["app"]}}}},
        {"spec": {"replicas": {"x": 1}}},
        {"metadata": {"labels": [1]}},
    ],
    ids=json.dumps,
)
def test_a_patch_of_wrong_types_is_rendered_for_the_server_to_refuse(patch: Any) -> None:
    assert [] != changes("patch", a_deployment(), {"type": "strategic", "patch": patch})


def test_a_strategic_patch_leaves_as_it_was_written_and_the_others_as_what_they_change() -> None:
    def form(kind: str) -> Form:
        return ACTION.form(Scene(a_deployment(), NOW), ACTION.read({"type": kind, "patch": PATCHES[kind]}))

    assert Form(Wire.STRATEGIC_MERGE_PATCH, body=PATCHES["strategic"]) == form("strategic")
    assert [Form(), Form()] == [form("json"), form("merge")]


VALUE = "aHVudGVyMg=="
CONCEALED: dict[str, dict[str, Any]] = {
    "an entry by merge": {"type": "merge", "patch": {"data": {"password": VALUE}}},
    "an entry by strategic merge": {"type": "strategic", "patch": {"data": {"password": VALUE}}},
    "a text, which stands in base64 afterwards": {"type": "merge", "patch": {"stringData": {"password": "hunter2"}}},
    "an entry by an operation": {"type": "json", "patch": [{"op": "add", "path": "/data/password", "value": VALUE}]},
    "a value to compare with": {"type": "json", "patch": [{"op": "test", "path": "/data/password", "value": VALUE}]},
    "all data by an operation": {
        "type": "json",
        "patch": [{"op": "replace", "path": "/data", "value": {"password": VALUE}}],
    },
}


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize("parameters", CONCEALED.values(), ids=CONCEALED)
def test_a_value_of_a_secret_is_a_fingerprint_in_the_plan_that_is_kept(parameters: dict[str, Any]) -> None:
    concealed, values = ACTION.conceal(SECRET, parameters, KEY)

    assert [VALUE] == list(values.values())
    assert all(is_fingerprint(each) for each in values)
    text = json.dumps(concealed)
    assert next(iter(values)) in text
    assert VALUE not in text
    assert "hunter2" not in text


@pytest.mark.requirement("DRY-3")
def test_an_operation_on_the_texts_of_a_secret_is_refused_because_nothing_is_kept_there() -> None:
    patch = [{"op": "add", "path": "/stringData/password", "value": "hunter2"}]

    expected = "operation 0 must set data, in base64: that is where the API server keeps stringData"
    assert [("/patch", expected)] == told("json", patch, of="Secret")
    assert [] == told("json", patch, of="ConfigMap")


@pytest.mark.requirement("DRY-3")
def test_no_problem_repeats_what_was_refused() -> None:
    secret = "correct-horse-battery"
    for patch in ({"status": secret}, {"metadata": {"name": secret}}, secret, [{"op": secret, "path": "/status"}]):
        for kind in ("json", "merge", "strategic"):
            assert secret not in str(told(kind, patch, of="Secret"))
