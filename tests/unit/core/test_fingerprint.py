"""
A fingerprint shows whether two values are equal, never what they are.
"""

import pytest

from executor.core.fingerprint import fingerprint, fingerprints_in, is_fingerprint

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"


def test_equal_values_have_equal_fingerprints_and_others_do_not() -> None:
    assert fingerprint("a", KEY) == fingerprint("a", KEY)
    assert fingerprint("a", KEY) != fingerprint("b", KEY)


def test_without_the_key_a_fingerprint_cannot_be_guessed() -> None:
    assert fingerprint("a", KEY) != fingerprint("a", b"another key")


@pytest.mark.parametrize("value", ["", "é🚀\0", "\ud800", "x" * 2_000_000])
def test_every_text_that_json_can_spell_has_a_fingerprint(value: str) -> None:
    assert is_fingerprint(fingerprint(value, KEY))


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "fingerprint:", f"fingerprint:{'0' * 16}", f"fingerprint:{'G' * 32}", f" fingerprint:{'0' * 32}"],
)
def test_what_only_resembles_a_fingerprint_is_none(value: object) -> None:
    assert not is_fingerprint(value)


def test_fingerprints_are_found_wherever_they_stand() -> None:
    one, other = fingerprint("a", KEY), fingerprint("b", KEY)

    assert frozenset({one, other}) == fingerprints_in([{"a": [one, 1]}, {"b": {"c": other, one + "!": None}}])
