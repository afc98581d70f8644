"""
Secret values become fingerprints that show that they differ, never what they are.
"""

import json
from typing import Any

import pytest

from executor.core.redact import LAST_APPLIED, fingerprint, redact

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"
VALUE = "aHVudGVyMg=="


def a_secret(**more: Any) -> dict[str, Any]:
    return {"kind": "Secret", "metadata": {"name": "db"}, "type": "Opaque", "data": {"password": VALUE}, **more}


def test_every_value_becomes_a_fingerprint_and_its_name_stays() -> None:
    redacted = redact(a_secret(stringData={"user": "hunter"}), KEY)

    assert {"password": fingerprint(VALUE, KEY)} == redacted["data"]
    assert {"user": fingerprint("hunter", KEY)} == redacted["stringData"]
    assert ("Opaque", {"name": "db"}) == (redacted["type"], redacted["metadata"])


def test_the_annotation_that_kubectl_keeps_is_no_way_out() -> None:
    applied = json.dumps(a_secret())
    secret = a_secret(metadata={"name": "db", "annotations": {LAST_APPLIED: applied, "team": "shop"}})

    redacted = redact(secret, KEY)

    assert VALUE not in json.dumps(redacted)
    assert "shop" == redacted["metadata"]["annotations"]["team"]


def test_equal_values_have_equal_fingerprints_and_others_do_not() -> None:
    assert fingerprint("a", KEY) == fingerprint("a", KEY)
    assert fingerprint("a", KEY) != fingerprint("b", KEY)


def test_without_the_key_a_fingerprint_cannot_be_guessed() -> None:
    assert fingerprint("a", KEY) != fingerprint("a", b"another key")


def test_the_secret_itself_is_not_touched() -> None:
    secret = a_secret()

    redact(secret, KEY)

    assert a_secret() == secret


@pytest.mark.parametrize("more", [{"data": None}, {"data": {}}, {"metadata": {"annotations": None}}, {"metadata": {}}])
def test_a_secret_without_values_stays_as_it_is(more: dict[str, Any]) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, **more}

    assert secret == redact(secret, KEY)


def test_other_kinds_are_shown_as_they_are() -> None:
    config = {"kind": "ConfigMap", "data": {"level": "info"}}

    assert config is redact(config, KEY)
