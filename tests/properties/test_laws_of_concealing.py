"""
No value of a Secret is left in what is concealed, all of it comes back, and fingerprints are equal as values are.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.change import patch_change
from executor.core.concealing import LAST_APPLIED, conceal, conceal_texts, reveal, sealed_in
from executor.core.diff import as_json, diff
from executor.core.fingerprint import fingerprint, fingerprints_in
from executor.core.target import Target
from tests.properties.strategies import texts

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"

values = st.text("0123456789abcdefGHIJKL+/=", min_size=6, max_size=40).map(lambda text: f"<{text}>")
looks_like_one = st.text("0123456789abcdef", min_size=32, max_size=32).map(lambda text: f"fingerprint:{text}")
data = st.dictionaries(st.sampled_from(["password", "token", "user", "a/b", "~"]), values | looks_like_one, max_size=3)


@st.composite
def secrets(draw: st.DrawFn) -> tuple[dict[str, Any], set[str]]:
    """
    Draw a Secret and the values that it holds.
    """
    stored, written = draw(data), draw(data)
    metadata = {"name": "db", "uid": "u", "resourceVersion": "1"}
    secret: dict[str, Any] = {"kind": "Secret", "metadata": metadata, "data": stored, "stringData": written}
    hidden = {*stored.values(), *written.values()}
    if draw(st.booleans()):
        applied = json.dumps(secret)
        metadata["annotations"] = {LAST_APPLIED: applied, "team": "shop"}  # type: ignore[assignment]  # JSON is open
        hidden.add(applied)
    return secret, hidden


def leaks(document: Any, hidden: set[str]) -> list[str]:
    """
    Return the values that can be read in a document.
    """
    text = json.dumps(document)
    return [value for value in hidden if json.dumps(value)[1:-1] in text]


@given(secrets(), st.binary(min_size=16, max_size=16))
def test_no_value_of_a_secret_is_left(drawn: tuple[dict[str, Any], set[str]], key: bytes) -> None:
    secret, hidden = drawn

    concealed, kept = conceal(secret, key)

    assert [] == leaks(concealed, hidden)
    assert hidden == set(kept.values())
    assert sealed_in(concealed) == kept.keys() == fingerprints_in(concealed)


@pytest.mark.requirement("ROLL-1")
@given(secrets())
def test_what_is_revealed_is_what_was_concealed(drawn: tuple[dict[str, Any], set[str]]) -> None:
    secret, _ = drawn

    assert secret == reveal(*conceal(secret, KEY))


@given(texts | values, texts | values)
def test_fingerprints_are_equal_exactly_where_values_are(one: str, other: str) -> None:
    assert (one == other) == (fingerprint(one, KEY) == fingerprint(other, KEY))
    assert ({"k": fingerprint(one, KEY)}, {fingerprint(one, KEY): one}) == conceal_texts({"k": one}, KEY)


@given(secrets(), secrets())
def test_a_diff_of_concealed_secrets_shows_exactly_which_values_differ(one: Any, other: Any) -> None:
    before, after = (conceal(each[0], KEY)[0] for each in (one, other))
    found = diff({"data": before["data"]}, {"data": after["data"]})

    assert [] == leaks(as_json(found, before, after), {*one[1], *other[1]})
    was, now = one[0]["data"], other[0]["data"]
    assert {key for key in {*was, *now} if was.get(key) != now.get(key)} == {each.path[-1] for each in found}


@given(secrets(), secrets())
def test_a_change_made_of_concealed_secrets_is_revealed_as_the_change_of_the_secrets(one: Any, other: Any) -> None:
    (before, kept), (after, more) = (conceal(each[0], KEY) for each in (one, other))
    target = Target(kind="Secret", namespace="shop", name="db")

    change = patch_change(target, before, diff(before, after))

    assert [] == leaks(change.model_dump(mode="json"), {*one[1], *other[1]})
    assert patch_change(target, one[0], diff(one[0], other[0])).body == reveal(change.body, {**kept, **more})
