"""
The second look conceals what came past the first, and leaves what the first has concealed.
"""

from typing import Any

import pytest

from executor.core.fingerprint import fingerprint
from executor.core.redact import redact

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"
VALUE = "aHVudGVyMg=="


def a_secret(value: str) -> dict[str, Any]:
    return {"kind": "Secret", "metadata": {"name": "db"}, "data": {"password": value}}


def test_a_value_becomes_a_fingerprint() -> None:
    assert a_secret(fingerprint(VALUE, KEY)) == redact(a_secret(VALUE), KEY)


def test_a_fingerprint_stays_as_it_is() -> None:
    concealed = a_secret(fingerprint(VALUE, KEY))

    assert concealed == redact(concealed, KEY)


def test_other_kinds_are_shown_as_they_are() -> None:
    config = {"kind": "ConfigMap", "data": {"level": "info"}}

    assert config == redact(config, KEY)


def test_what_looks_like_a_fingerprint_in_another_kind_is_only_a_text() -> None:
    config = {"kind": "ConfigMap", "data": {"seen": fingerprint(VALUE, KEY)}}

    assert config == redact(config, KEY)
