"""
How a cancel and the run's limit end it: nothing new starts, what runs comes to a safe point, then the strategy.
"""

from dataclasses import replace
from typing import Any

import pytest

from executor.core.moves import FinishRun, RestoreStep, SkipStep, StartRollback, StartStep, next_moves, stop_reason
from executor.core.run import Run, RunPhase, Verification
from tests.plans import a_plan, scale
from tests.unit.core.logs import AT, DEADLINE, LATE, a_run

PAIR = (scale("a"), scale("b"))
LIMIT = "the run's limit of 600 s was reached before all steps were done"


def cancelled(plan: Any, phase: RunPhase = RunPhase.RUNNING, /, **steps: str) -> Run:
    return a_run(plan, phase, cancel="enough", **steps)


def move_of(run: Run, now: str = AT) -> Any:
    [move] = next_moves(run, now)
    return move


@pytest.mark.requirement("RUN-6")
def test_after_a_cancel_the_running_are_awaited_and_the_rest_is_skipped() -> None:
    assert (StartStep("a"),) == next_moves(cancelled(a_plan(*PAIR), a="running"), AT)
    assert SkipStep("b", "not started: cancelled") == move_of(cancelled(a_plan(*PAIR), a="failed"))


@pytest.mark.requirement("RUN-6")
def test_a_cancel_rolls_back_what_was_written() -> None:
    run = cancelled(a_plan(*PAIR), a="succeeded applied", b="skipped")

    assert StartRollback("cancelled: enough", ()) == move_of(run)


@pytest.mark.requirement("RUN-6")
@pytest.mark.parametrize("on_failure", ["stop", "continue", "rollback"])
def test_a_step_that_a_cancel_broke_off_is_rolled_back_whatever_it_says_of_failures(on_failure: str) -> None:
    run = cancelled(a_plan(scale("a", on_failure=on_failure)), a="failed applied")
    broken_off = replace(run.steps["a"], verification=Verification.INTERRUPTED, code="cancelled")
    run = replace(run, steps={"a": broken_off})

    assert isinstance(move_of(run), StartRollback)
    assert RestoreStep("a") == move_of(replace(run, phase=RunPhase.ROLLING_BACK))


@pytest.mark.requirement("RUN-6")
@pytest.mark.parametrize(
    ("more", "phase", "steps", "ends", "told"),
    [
        ({}, "running", {"a": "failed", "b": "skipped"}, "cancelled", "cancelled: enough"),
        ({}, "rolling_back", {"a": "restored applied", "b": "skipped"}, "cancelled", "proven equal"),
        ({}, "rolling_back", {"a": "restore_failed applied", "b": "skipped"}, "degraded", "shop/a"),
        ({"rollback": "manual"}, "running", {"a": "succeeded applied", "b": "skipped"}, "degraded", "shop/a"),
        ({"rollback": "none"}, "running", {"a": "succeeded applied", "b": "skipped"}, "cancelled", "as the plan asks"),
        ({"rollback": "none"}, "running", {"a": "failed unknown", "b": "skipped"}, "degraded", "nobody knows"),
    ],
    ids=["nothing written", "restored", "not restored", "manual", "none", "unknown"],
)
def test_a_cancelled_run_is_cancelled_unless_something_is_left_that_nobody_asked_for(
    more: dict[str, str], phase: str, steps: dict[str, str], ends: str, told: str
) -> None:
    end = move_of(cancelled(a_plan(*PAIR, **more), RunPhase(phase), **steps))

    assert isinstance(end, FinishRun)
    assert ends == end.phase
    assert told in end.message


@pytest.mark.requirement("PLAN-6")
@pytest.mark.parametrize(
    ("now", "because"), [(AT, None), (DEADLINE, LIMIT), (LATE, LIMIT)], ids=["before", "at", "after"]
)
def test_no_new_step_starts_from_the_limit_on(now: str, because: str | None) -> None:
    assert because == stop_reason(a_run(a_plan(*PAIR), a="succeeded"), now)


@pytest.mark.requirement("PLAN-6")
def test_at_the_limit_the_running_are_awaited_the_rest_is_skipped_and_all_is_rolled_back() -> None:
    plan = a_plan(*PAIR)

    assert (StartStep("a"),) == next_moves(a_run(plan, a="running applied"), LATE)
    assert SkipStep("b", f"not started: {LIMIT}") == move_of(a_run(plan, a="succeeded applied"), LATE)
    assert StartRollback(LIMIT, ()) == move_of(a_run(plan, a="succeeded applied", b="skipped"), LATE)


@pytest.mark.requirement("PLAN-6")
@pytest.mark.parametrize(
    ("more", "steps", "ends"),
    [
        ({}, {"a": "succeeded", "b": "skipped"}, "failed"),
        ({"rollback": "none"}, {"a": "succeeded applied", "b": "skipped"}, "failed"),
        ({"rollback": "manual"}, {"a": "succeeded applied", "b": "skipped"}, "degraded"),
    ],
    ids=["nothing written", "none", "manual"],
)
def test_a_run_past_its_limit_ends_as_its_strategy_says(more: dict[str, str], steps: dict[str, str], ends: str) -> None:
    end = move_of(a_run(a_plan(*PAIR, **more), **steps), LATE)

    assert ends == end.phase
    assert LIMIT in end.message


@pytest.mark.requirement("PLAN-6")
def test_a_run_whose_steps_all_succeeded_is_not_undone_for_being_late() -> None:
    """
    The last step may succeed a moment before the limit, and a restart may come after it.
    """
    run = a_run(a_plan(*PAIR), a="succeeded applied", b="succeeded applied")

    assert FinishRun(RunPhase.SUCCEEDED, "2 of 2 steps succeeded") == move_of(run, LATE)


@pytest.mark.requirement("PLAN-6")
def test_a_tolerated_failure_before_the_limit_stays_tolerated_behind_it() -> None:
    plan = a_plan(scale("a", on_failure="continue"), scale("b"), scale("c", needs=["a"]))

    assert RunPhase.SUCCEEDED is move_of(a_run(plan, a="failed", b="succeeded applied", c="skipped"), LATE).phase


@pytest.mark.requirement("PLAN-6")
def test_the_limit_of_the_run_is_no_failure_that_a_step_tolerates() -> None:
    run = a_run(a_plan(scale("a", on_failure="continue"), scale("b")), b="succeeded applied", a="failed")
    ended_by_limit = replace(run.steps["a"], code="deadline_exceeded", finished_at=LATE)

    assert StartRollback(LIMIT, ()) == move_of(replace(run, steps={**run.steps, "a": ended_by_limit}), LATE)


@pytest.mark.requirement("PLAN-6")
def test_the_limit_never_ends_a_restore() -> None:
    assert RestoreStep("a") == move_of(a_run(a_plan(*PAIR), RunPhase.ROLLING_BACK, a="restoring applied"), LATE)


def test_a_failure_is_told_rather_than_the_limit_and_a_cancel_rather_than_both() -> None:
    run = a_run(a_plan(*PAIR), a="failed", b="skipped")

    assert "step a failed: told" == stop_reason(run, LATE)
    assert "cancelled: enough" == stop_reason(replace(run, cancel_reason="enough"), LATE)
