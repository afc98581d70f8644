"""
How much of a controller's own words is passed on: one short line, no value, no object, nothing a URL hides.
"""

import pytest

from executor.core.health.wording import MAX_CHARACTERS, because, counted, said

pytestmark = pytest.mark.requirement("VER-1")

SAID = {
    "plain": ("no such branch.", "no such branch"),
    "several lines": ("one\r\n\ttwo\x00\u2028three", "one two three"),
    "a refused value": ('spec.size: Invalid value: "hunter2": must be smaller', "spec.size: Invalid value: …"),
    "an unsupported value": ('type: Unsupported value: "hunter2"', "type: Unsupported value: …"),
    "an object": ('cannot decode {"password": "hunter2"}', "cannot decode …"),
    "an object of Go": ("cannot convert map[password:hunter2]", "cannot convert …"),
    "a signed address": (
        "Get https://cdn.example/layer?X-Amz-Signature=hunter2: 403",
        "Get https://cdn.example/layer… 403",
    ),
    "an address with a password": (
        "https://bob:hunter2@registry.example/v2 denied",
        "https://…registry.example/v2 denied",
    ),
}


@pytest.mark.parametrize(("message", "expected"), SAID.values(), ids=SAID)
def test_only_what_is_safe_is_passed_on(message: str, expected: str) -> None:
    assert expected == said(message)


def test_a_long_message_is_cut() -> None:
    assert MAX_CHARACTERS == len(said("x" * 100_000))
    assert said("x" * 1000).endswith("x…")


@pytest.mark.parametrize(
    ("reason", "message", "expected"),
    [("Down", "no route", " (Down): no route"), ("Down", "", " (Down)"), ("", "no route", ": no route"), ("", "", "")],
    ids=["both", "the word alone", "the message alone", "neither"],
)
def test_a_reason_is_told_as_far_as_it_is_known(reason: str, message: str, expected: str) -> None:
    assert expected == because(reason, message)


def test_one_is_told_from_many() -> None:
    assert ["0 pods", "1 pod", "2 pods"] == [counted(count, "pod") for count in range(3)]
