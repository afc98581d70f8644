"""
Entries of ConfigMaps and Secrets: texts, bytes, and what is removed; a Secret's values are seen by nobody.
"""

import base64
from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.fingerprint import fingerprint
from executor.core.paths import MISSING
from tests.builders import a_secret, target_of
from tests.objects import a_config_map
from tests.plans import a_plan, a_step
from tests.rendering import changes
from tests.rendering import desired as desired_of
from tests.unit.core.documents import found, read

pytestmark = pytest.mark.requirement("ACT-2")

KEY = b"0123456789abcdef"
BYTES = base64.b64encode(bytes(range(7))).decode()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def asked(kind: str = "ConfigMap", **parameters: Any) -> list[tuple[str, str]]:
    action = {"ConfigMap": "update_configmap", "Secret": "update_secret"}[kind]
    return found(a_plan(a_step(action, kind, "settings", parameters)))


def test_texts_and_bytes_are_set_and_unset_and_the_others_stay() -> None:
    live = a_config_map(data={"kept": "1", "old": "2"}, binary={"logo": BYTES, "icon": BYTES})
    parameters = {"set": {"app.yaml": "a: 1\n"}, "set_binary": {"new": BYTES}, "unset": ["old", "icon", "never-there"]}

    assert [
        (".data.old", MISSING),
        (".data.app.yaml", "a: 1\n"),
        (".binaryData.icon", MISSING),
        (".binaryData.new", BYTES),
    ] == changes("update_configmap", live, parameters)


def test_a_key_moves_between_texts_and_bytes_and_stands_in_one_only() -> None:
    live = a_config_map(data={"a": "1"}, binary={"b": BYTES})

    assert [(".data.a", MISSING), (".data.b", "2"), (".binaryData.b", MISSING), (".binaryData.a", BYTES)] == changes(
        "update_configmap", live, {"set": {"b": "2"}, "set_binary": {"a": BYTES}}
    )


def test_the_last_entry_can_go() -> None:
    assert [(".data.a", MISSING)] == changes("update_configmap", a_config_map(data={"a": "1"}), {"unset": ["a"]})


@pytest.mark.requirement("ACT-4")
def test_what_is_so_already_is_no_change() -> None:
    live = a_config_map(data={"a": "1"}, binary={"b": BYTES})

    assert [] == changes("update_configmap", live, {"set": {"a": "1"}, "set_binary": {"b": BYTES}, "unset": ["c"]})


@pytest.mark.parametrize(
    ("action", "live"),
    [("update_configmap", a_config_map()), ("update_secret", a_secret())],
    ids=["ConfigMap", "Secret"],
)
def test_what_is_immutable_is_refused(action: str, live: Any) -> None:
    with pytest.raises(Unusable, match="it is immutable"):
        changes(action, {**live, "immutable": True}, {"set": {"a": "1"}})


def test_data_that_would_be_too_large_is_refused() -> None:
    live = a_config_map(data={"a": "x" * 600_000})

    with pytest.raises(Unusable, match="its data would be more than 1 MiB"):
        changes("update_configmap", live, {"set": {"b": "x" * 600_000}})
    assert [(".data.a", "y" * 600_000)] == changes("update_configmap", live, {"set": {"a": "y" * 600_000}})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [("", "bad_parameter")]),
        ({"set": {"a": "1"}, "unset": ["a"]}, [("/unset", "bad_parameter")]),
        ({"set": {"a": "1"}, "set_binary": {"a": BYTES}}, [("/set_binary", "bad_parameter")]),
        ({"set": {"a": "x" * 600_000, "b": "ä" * 300_000}}, [("", "bad_parameter")]),
        ({"set": {"a": 1}}, [("/set/a", "wrong_type")]),
        ({"set": {"a/b": "1"}}, [("/set/a~1b", "bad_name")]),
        ({"set": {"..": "1"}}, [("/set/..", "bad_name")]),
        ({"set": {".": "1"}}, [("/set/.", "bad_name")]),
        ({"set": {"..a": "1"}}, [("/set/..a", "bad_name")]),
        ({"set_binary": {"a": "no base64!"}}, [("/set_binary/a", "bad_value")]),
        ({"set_binary": {"a": "YQ"}}, [("/set_binary/a", "bad_value")]),
        ({"set_binary": {"a": "YR=="}}, [("/set_binary/a", "bad_value")]),
        ({"set_binary": {"a": "YQ==\n"}}, [("/set_binary/a", "bad_value")]),
        ({"set_binary": {"a": "fingerprint:" + "0" * 32}}, [("/set_binary/a", "bad_value")]),
    ],
    ids=lambda each: str(each)[:60],
)
def test_bad_parameters_are_pointed_at(kind: str, parameters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(f"/steps/0/parameters{place}", code) for place, code in expected] == asked(kind, **parameters)


@pytest.mark.parametrize("key", ["a", ".dockerconfigjson", "tls.crt", "A_b-c"])
def test_a_key_is_a_file_name(key: str) -> None:
    assert [] == asked(set={key: "1"})


@pytest.mark.requirement("DRY-3")
def test_the_values_of_a_secret_leave_the_plan_and_come_back_as_fingerprints_of_what_it_will_hold() -> None:
    parameters = {"set": {"password": "hunter2"}, "set_binary": {"key": BYTES}, "unset": ["old"]}
    [step] = read(a_plan(a_step("update_secret", "Secret", "db", parameters))).steps
    assert step.target is not None

    recorded, values = CATALOGUE["update_secret"].conceal(step.target, step.parameters, KEY)

    password, key = fingerprint(encoded("hunter2"), KEY), fingerprint(BYTES, KEY)
    assert {"set": {}, "set_binary": {"password": password, "key": key}, "unset": ["old"]} == recorded
    assert {password: encoded("hunter2"), key: BYTES} == values


@pytest.mark.requirement("DRY-3")
def test_a_recorded_step_puts_fingerprints_where_the_values_go() -> None:
    mark = fingerprint(encoded("hunter2"), KEY)
    live = {**a_secret(), "data": {"user": fingerprint(encoded("shop"), KEY), "old": fingerprint("", KEY)}}
    recorded = {"set": {}, "set_binary": {"password": mark}, "unset": ["old"]}

    assert [(".data.old", MISSING), (".data.password", mark)] == changes("update_secret", live, recorded)


@pytest.mark.requirement("ACT-4")
def test_the_same_value_has_the_same_fingerprint_and_is_no_change() -> None:
    secret = {**a_secret(), "data": {"password": fingerprint(encoded("hunter2"), KEY)}}
    recorded, _ = CATALOGUE["update_secret"].conceal(
        target_of(secret), {"set": {"password": "hunter2"}, "set_binary": {}, "unset": []}, KEY
    )

    assert [] == changes("update_secret", secret, recorded)


def test_a_secret_with_plain_parameters_holds_them_in_base64() -> None:
    wanted = desired_of("update_secret", {**a_secret(), "data": {}}, {"set": {"a": "1"}, "set_binary": {"b": BYTES}})

    assert {"a": encoded("1"), "b": BYTES} == wanted["data"]
