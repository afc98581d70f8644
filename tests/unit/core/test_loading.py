"""
What is told about loading policies: the last attempts, and whether what the folders hold is active.
"""

import pytest

from executor.core.loading import EVENTS_KEPT, Attempt, Loading, Outcome

START = Loading(loaded_at="2026-11-23T11:00:00.000Z")


def an_attempt(outcome: Outcome, at: str = "2026-11-23T12:00:00.000Z") -> Attempt:
    return Attempt(at, outcome, None, "a reason", 0.5)


def test_a_refused_set_is_told_until_a_good_one_is_loaded() -> None:
    refused = START.after(an_attempt(Outcome.REFUSED))
    mended = refused.after(an_attempt(Outcome.LOADED, "2026-11-23T13:00:00.000Z"))

    assert an_attempt(Outcome.REFUSED) == refused.refused
    assert START.loaded_at == refused.loaded_at
    assert (None, "2026-11-23T13:00:00.000Z") == (mended.refused, mended.loaded_at)


def test_a_change_that_was_taken_back_clears_the_refusal_and_loads_nothing() -> None:
    back = START.after(an_attempt(Outcome.REFUSED)).after(an_attempt(Outcome.UNCHANGED))

    assert (None, START.loaded_at) == (back.open, back.loaded_at)


def test_a_set_that_an_external_opa_does_not_serve_yet_is_open_and_not_refused() -> None:
    awaited = START.after(an_attempt(Outcome.AWAITED))

    assert (None, an_attempt(Outcome.AWAITED)) == (awaited.refused, awaited.open)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_the_last_attempts_are_kept(outcome: Outcome) -> None:
    told = START
    for number in range(EVENTS_KEPT + 5):
        told = told.after(an_attempt(outcome, f"2026-11-23T12:00:{number:02}.000Z"))

    assert EVENTS_KEPT == len(told.attempts)
    assert f"2026-11-23T12:00:{EVENTS_KEPT + 4:02}.000Z" == told.attempts[-1].at
