"""
No value of a Secret is found anywhere in what is kept of it.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.diff import as_json, diff
from executor.core.redact import LAST_APPLIED, redact

pytestmark = pytest.mark.requirement("DRY-3")

values = st.text("0123456789abcdefGHIJKL+/=", min_size=6, max_size=40).map(lambda text: f"<{text}>")
data = st.dictionaries(st.sampled_from(["password", "token", "user"]), values, max_size=3)


@st.composite
def secrets(draw: st.DrawFn) -> tuple[dict[str, Any], set[str]]:
    """
    Draw a Secret and the values that it holds.
    """
    stored, written = draw(data), draw(data)
    secret: dict[str, Any] = {"kind": "Secret", "metadata": {"name": "db"}, "data": stored, "stringData": written}
    if draw(st.booleans()):
        secret["metadata"]["annotations"] = {LAST_APPLIED: json.dumps(secret), "team": "shop"}
    return secret, {*stored.values(), *written.values()}


@given(secrets(), st.binary(min_size=16, max_size=16))
def test_no_value_of_a_secret_is_left(drawn: tuple[dict[str, Any], set[str]], key: bytes) -> None:
    secret, hidden = drawn

    text = json.dumps(redact(secret, key))

    assert [] == [value for value in hidden if value in text]


@given(secrets(), secrets())
def test_a_diff_of_redacted_secrets_shows_exactly_which_values_differ(one: Any, other: Any) -> None:
    before, after = (redact(each[0], b"key") for each in (one, other))
    found = diff({"data": before["data"]}, {"data": after["data"]})

    text = json.dumps(as_json(found, before, after))
    assert [] == [value for value in {*one[1], *other[1]} if value in text]
    was, now = one[0]["data"], other[0]["data"]
    assert {key for key in {*was, *now} if was.get(key) != now.get(key)} == {each.path[-1] for each in found}
