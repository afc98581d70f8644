"""
Where a Secret's values stand they become fingerprints, and only there fingerprints become values again.
"""

import json
from typing import Any

import pytest

from executor.core.concealing import (
    LAST_APPLIED,
    conceal,
    conceal_body,
    conceal_texts,
    copies_values,
    reveal,
    sealed_in,
)
from executor.core.errors import SealedValueLost
from executor.core.fingerprint import fingerprint

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"
VALUE = "aHVudGVyMg=="
MARK = fingerprint(VALUE, KEY)


def a_secret(**more: Any) -> dict[str, Any]:
    return {"kind": "Secret", "metadata": {"name": "db"}, "type": "Opaque", "data": {"password": VALUE}, **more}


def test_every_value_becomes_a_fingerprint_and_its_name_stays() -> None:
    concealed, values = conceal(a_secret(stringData={"user": "hunter"}), KEY)

    user = fingerprint("hunter", KEY)
    assert a_secret(data={"password": MARK}, stringData={"user": user}) == concealed
    assert {MARK: VALUE, user: "hunter"} == values


def test_the_annotation_that_kubectl_keeps_is_no_way_out() -> None:
    applied = json.dumps(a_secret())
    secret = a_secret(metadata={"name": "db", "annotations": {LAST_APPLIED: applied, "team": "shop"}})

    concealed, values = conceal(secret, KEY)

    assert VALUE not in json.dumps(concealed)
    assert "shop" == concealed["metadata"]["annotations"]["team"]
    assert applied in values.values()


def test_the_secret_itself_is_not_touched() -> None:
    secret = a_secret()

    conceal(secret, KEY)

    assert a_secret() == secret


@pytest.mark.parametrize("more", [{"data": None}, {"data": {}}, {"metadata": {"annotations": None}}, {"metadata": {}}])
def test_a_secret_without_values_stays_as_it_is(more: dict[str, Any]) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, **more}

    assert (secret, {}) == conceal(secret, KEY)


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "ConfigMap", "data": {"level": "info"}},
        {"kind": "List", "apiVersion": "v1", "items": []},
        {"kind": "Secret", "apiVersion": "example.com/v1", "data": {"level": "info"}},
        {},
    ],
)
def test_other_kinds_are_shown_as_they_are(other: dict[str, Any]) -> None:
    concealed, values = conceal(other, KEY)

    assert other is concealed
    assert {} == values


def test_a_value_that_looks_like_a_fingerprint_is_concealed_and_comes_back_as_it_was() -> None:
    secret = a_secret(data={"password": MARK})

    concealed, values = conceal(secret, KEY)

    assert fingerprint(MARK, KEY) == concealed["data"]["password"]
    assert secret == reveal(concealed, values)


@pytest.mark.parametrize("value", [1234, True, ["a"], {"a": "b"}])
def test_a_value_that_is_no_text_is_concealed_as_its_json(value: object) -> None:
    concealed, values = conceal_body({"data": {"pin": value}}, KEY)

    assert {"data": {"pin": fingerprint(json.dumps(value), KEY)}} == concealed
    assert [json.dumps(value)] == list(values.values())


def test_data_that_is_no_mapping_is_concealed_whole() -> None:
    concealed, values = conceal_body({"data": "hunter2", "stringData": ["hunter2"]}, KEY)

    assert "hunter2" not in json.dumps(concealed)
    assert {"hunter2", '["hunter2"]'} == set(values.values())


PATCHES = {
    "one value": ("/data/password", VALUE, MARK),
    "a name with a slash": ("/data/a~1b", VALUE, MARK),
    "all data": ("/data", {"password": VALUE, "gone": None}, {"password": MARK, "gone": None}),
    "a text": ("/stringData/password", VALUE, MARK),
    "the whole object": ("", {"type": "t", "data": {"a": VALUE}}, {"type": "t", "data": {"a": MARK}}),
    "what kubectl keeps": (f"/metadata/annotations/{LAST_APPLIED.replace('/', '~1')}", VALUE, MARK),
    "all annotations": ("/metadata/annotations", {LAST_APPLIED: VALUE, "a": "b"}, {LAST_APPLIED: MARK, "a": "b"}),
    "all metadata": ("/metadata", {"annotations": {LAST_APPLIED: VALUE}}, {"annotations": {LAST_APPLIED: MARK}}),
    "a label": ("/metadata/labels/tier", "db", "db"),
    "a place inside a value": ("/data/password/0", VALUE, MARK),
    "nothing": ("/data/password", None, None),
}


@pytest.mark.parametrize(("path", "value", "concealed"), PATCHES.values(), ids=PATCHES.keys())
def test_a_json_patch_is_concealed_by_the_places_it_writes_to(path: str, value: Any, concealed: Any) -> None:
    patch = [{"op": "remove", "path": "/data/old"}, {"op": "add", "path": path, "value": value}]

    found, values = conceal_body(patch, KEY)

    assert [patch[0], {**patch[1], "value": concealed}] == found
    assert patch == reveal(found, values)


def test_a_fingerprint_elsewhere_stays_a_text() -> None:
    """
    Else whoever may see a fingerprint and write a label could have the value written where all may read it.
    """
    body = {"metadata": {"labels": {"a": MARK}, "annotations": {"b": MARK}}, "data": {"c": MARK}}
    patch = [{"op": "add", "path": "/metadata/annotations/b", "value": MARK}]

    assert frozenset({MARK}) == sealed_in(body)
    assert {**body, "data": {"c": VALUE}} == reveal(body, {MARK: VALUE})
    assert frozenset() == sealed_in(patch)
    assert patch == reveal(patch, {MARK: VALUE})


@pytest.mark.requirement("ROLL-1")
def test_a_value_that_is_not_kept_is_named_by_its_fingerprint_and_nothing_is_made_up() -> None:
    with pytest.raises(SealedValueLost, match=f"{MARK} is not kept any more, so nothing was sent"):
        reveal({"data": {"password": MARK}}, {})


def test_texts_of_a_plan_are_concealed_by_name() -> None:
    assert ({"password": MARK}, {MARK: VALUE}) == conceal_texts({"password": VALUE}, KEY)


@pytest.mark.parametrize("op", ["copy", "move"])
@pytest.mark.parametrize(
    ("source", "goal"),
    [
        ("/data/password", "/metadata/annotations/leak"),
        ("/data", "/metadata/annotations"),
        ("", "/metadata/annotations"),
        ("/metadata/annotations", "/metadata/labels"),
        ("/stringData/password", "/data/password"),
        ("/data/password", ""),
        ("/metadata/annotations/fingerprint", "/data/password"),
        ("/metadata/annotations", "/data"),
        (7, "/data/password"),
    ],
)
def test_a_patch_that_copies_into_or_out_of_the_places_of_values_is_noticed(op: str, source: Any, goal: str) -> None:
    assert copies_values([{"op": "remove", "path": "/data/old"}, {"op": op, "from": source, "path": goal}])


@pytest.mark.parametrize(
    "body",
    [
        [{"op": "move", "from": "/data/old", "path": "/data/new"}],
        [{"op": "copy", "from": "/metadata/labels/a", "path": "/metadata/labels/b"}],
        [{"op": "add", "path": "/data/from", "value": MARK}, "no operation"],
        {"data": {"from": MARK}},
    ],
)
def test_what_leaves_the_values_where_they_are_is_no_copy(body: Any) -> None:
    assert not copies_values(body)
