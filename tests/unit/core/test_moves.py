"""
What a run does next while all goes well, and how failures and the plan's answers to them end it.
"""

from typing import Any

import pytest

from executor.core.moves import FinishRun, RestoreStep, SkipStep, StartRollback, StartStep, next_moves, ready_steps
from executor.core.run import RunPhase
from tests.plans import a_plan, restart, scale
from tests.unit.core.logs import AT, a_run

DIAMOND = a_plan(scale("a"), scale("b", needs=["a"]), scale("c", needs=["a"]), scale("d", needs=["b", "c"]))


def starts(*steps: str) -> tuple[StartStep, ...]:
    return tuple(StartStep(step) for step in steps)


def end_of(plan: Any, **steps: str) -> FinishRun:
    """
    Return how a run ends; fails when it does not end now.
    """
    [move] = next_moves(a_run(plan, **steps), AT)
    assert isinstance(move, FinishRun)
    return move


# --- order ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("RUN-1")
@pytest.mark.parametrize(
    ("steps", "moves"),
    [
        ({}, starts("a")),
        ({"a": "running"}, starts("a")),
        ({"a": "succeeded"}, starts("b", "c")),
        ({"a": "succeeded", "b": "succeeded"}, starts("c")),
        ({"a": "succeeded", "b": "succeeded", "c": "running"}, starts("c")),
        ({"a": "succeeded", "b": "succeeded", "c": "succeeded"}, starts("d")),
    ],
    ids=["first", "its dependents wait", "side by side", "the other half", "the last waits for both", "the last"],
)
def test_a_diamond_goes_from_a_through_b_and_c_to_d(steps: dict[str, str], moves: tuple[StartStep, ...]) -> None:
    assert moves == next_moves(a_run(DIAMOND, **steps), AT)


@pytest.mark.requirement("RUN-2")
def test_no_more_start_than_the_limit_leaves_free_and_what_runs_is_named_again() -> None:
    plan = a_plan(*(scale(name) for name in "abcde"), max_parallel=3)

    assert starts("b", "a", "c") == next_moves(a_run(plan, b="running"), AT)
    assert starts("a", "b", "c") == next_moves(a_run(plan, a="running", b="running", c="running"), AT)


@pytest.mark.requirement("RUN-2")
def test_who_became_ready_first_starts_first() -> None:
    plan = a_plan(scale("late"), scale("early"), scale("x", needs=["late"]), scale("y", needs=["early"]), scale("z"))

    assert ("z", "y", "x") == ready_steps(a_run(plan, early="succeeded", late="succeeded"))


@pytest.mark.parametrize(
    "phase", [phase for phase in RunPhase if phase not in {RunPhase.RUNNING, RunPhase.ROLLING_BACK}]
)
def test_nothing_moves_where_no_step_can(phase: RunPhase) -> None:
    assert () == next_moves(a_run(DIAMOND, phase), AT)


def test_a_run_whose_steps_all_succeeded_has_succeeded() -> None:
    assert FinishRun(RunPhase.SUCCEEDED, "1 of 1 steps succeeded") == end_of(a_plan(scale("a")), a="succeeded applied")


# --- a failure -----------------------------------------------------------------------------------------------------

PAIR = (scale("a"), scale("b"), scale("c", needs=["a"]))


@pytest.mark.requirement("RUN-3")
def test_after_a_failure_the_running_finish_and_nothing_new_starts() -> None:
    assert starts("b") == next_moves(a_run(a_plan(*PAIR, scale("d")), a="failed", b="running applied"), AT)


@pytest.mark.requirement("RUN-3")
def test_steps_that_never_started_are_skipped_with_the_reason() -> None:
    assert (SkipStep("c", "not started: step a failed"),) == next_moves(
        a_run(a_plan(*PAIR), a="failed", b="succeeded applied"), AT
    )


@pytest.mark.requirement("RUN-3", "ROLL-2")
def test_then_the_rollback_begins() -> None:
    run = a_run(a_plan(*PAIR), a="failed", b="succeeded applied", c="skipped")

    assert (StartRollback("step a failed: told", ()),) == next_moves(run, AT)


ONE_WRITTEN = {"b": "succeeded applied", "a": "failed", "c": "skipped"}
LEFT = "deployment/shop/b (step b)"


@pytest.mark.requirement("ROLL-2")
@pytest.mark.parametrize(
    ("plan", "steps", "phase", "told"),
    [
        (a_plan(*PAIR), {"a": "failed", "b": "succeeded", "c": "skipped"}, "failed", "nothing is left changed"),
        (a_plan(*PAIR), {"a": "denied", "b": "succeeded", "c": "skipped"}, "denied", "step a was denied: told"),
        (a_plan(*PAIR), {"a": "failed", "b": "denied", "c": "skipped"}, "failed", "step a failed: told"),
        (a_plan(*PAIR), {"b": "denied", "a": "failed", "c": "skipped"}, "denied", "step b was denied: told"),
        (a_plan(*PAIR, rollback="manual"), ONE_WRITTEN, "degraded", f"still changed, a person must look: {LEFT}"),
        (a_plan(*PAIR, rollback="none"), ONE_WRITTEN, "failed", f"left changed as the plan asks: {LEFT}"),
        (a_plan(scale("a", on_failure="stop"), *PAIR[1:]), ONE_WRITTEN, "degraded", f"a person must look: {LEFT}"),
        (
            a_plan(scale("a", on_failure="stop"), *PAIR[1:], rollback="none"),
            ONE_WRITTEN,
            "failed",
            f"left changed as the plan asks: {LEFT}",
        ),
        (
            a_plan(scale("a", on_failure="stop"), *PAIR[1:]),
            {"a": "failed", "b": "skipped", "c": "skipped"},
            "failed",
            "nothing is left changed",
        ),
        (
            a_plan(scale("a", on_failure="stop"), *PAIR[1:]),
            {"a": "failed applied", "b": "skipped", "c": "skipped"},
            "degraded",
            "deployment/shop/a (step a)",
        ),
        (
            a_plan(*PAIR, rollback="none"),
            {"a": "failed unknown", "b": "succeeded applied", "c": "skipped"},
            "degraded",
            f"nobody knows if the write landed; still changed: {LEFT}",
        ),
        (a_plan(*PAIR), {"a": "failed intended", "b": "skipped", "c": "skipped"}, "degraded", "nobody knows"),
    ],
    ids=[
        "nothing written",
        "denied and nothing written",
        "failed before another was denied",
        "denied before another failed",
        "manual",
        "none",
        "stop",
        "stop and none",
        "stop and nothing written",
        "stop after its own write",
        "unknown beside applied",
        "announced and never resolved",
    ],
)
def test_a_failure_without_a_rollback_ends_as_the_plan_asks(
    plan: Any, steps: dict[str, str], phase: str, told: str
) -> None:
    end = end_of(plan, **steps)

    assert phase == end.phase
    assert told in end.message


@pytest.mark.requirement("ROLL-4")
@pytest.mark.parametrize("steps", [{"a": "failed applied"}, {"b": "succeeded applied", "a": "denied"}], ids=str)
def test_whatever_may_have_landed_is_rolled_back_also_of_the_failed_step(steps: dict[str, str]) -> None:
    run = a_run(a_plan(*PAIR), **{"b": "skipped", "c": "skipped", **steps})

    assert [StartRollback] == [type(move) for move in next_moves(run, AT)]


def test_one_failure_that_asks_for_a_rollback_outweighs_others_that_say_stop() -> None:
    plan = a_plan(scale("a", on_failure="stop"), scale("b"), scale("c"))

    assert [StartRollback] == [
        type(move) for move in next_moves(a_run(plan, a="failed", b="failed", c="succeeded applied"), AT)
    ]


# --- a tolerated failure -------------------------------------------------------------------------------------------

TOLERANT = a_plan(scale("a", on_failure="continue"), scale("b"), scale("c", needs=["a"]), scale("d", needs=["c"]))


def test_what_needs_a_tolerated_failure_is_skipped_and_the_rest_goes_on() -> None:
    assert (SkipStep("c", "needs step a, which is failed"),) == next_moves(a_run(TOLERANT, a="failed"), AT)
    assert (SkipStep("d", "needs step c, which is skipped"),) == next_moves(
        a_run(TOLERANT, a="failed", c="skipped"), AT
    )
    assert starts("b") == next_moves(a_run(TOLERANT, a="failed", c="skipped", d="skipped"), AT)


@pytest.mark.parametrize(
    ("first", "phase", "told"),
    [
        ("failed", "succeeded", "1 of 4 steps succeeded; step a failed: told (on_failure: continue)"),
        ("denied", "succeeded", "1 of 4 steps succeeded; step a denied: told (on_failure: continue)"),
        ("failed applied", "degraded", "step a failed: told; it was not restored (on_failure: continue)"),
        ("failed unknown", "degraded", "step a failed: told; it was not restored (on_failure: continue)"),
    ],
)
def test_a_tolerated_failure_is_named_and_degrades_only_if_its_write_may_have_landed(
    first: str, phase: str, told: str
) -> None:
    end = end_of(TOLERANT, a=first, b="succeeded applied", c="skipped", d="skipped")

    assert phase == end.phase
    assert told in end.message


def test_a_plan_of_nothing_but_denials_is_denied_however_tolerant() -> None:
    end = end_of(a_plan(scale("a", on_failure="continue")), a="denied")

    assert FinishRun(RunPhase.DENIED, "step a denied: told") == end


def test_a_tolerated_failure_is_not_restored_when_another_step_fails() -> None:
    plan = a_plan(scale("a", on_failure="continue"), scale("b"))

    assert RunPhase.DEGRADED is end_of(plan, a="failed applied", b="failed").phase
    rolling_back = a_run(plan, RunPhase.ROLLING_BACK, a="failed applied", b="failed applied")
    assert (RestoreStep("b"),) == next_moves(rolling_back, AT)


# --- the rollback --------------------------------------------------------------------------------------------------

BACK = RunPhase.ROLLING_BACK
CHAIN = a_plan(scale("a"), scale("b", needs=["a"]), scale("c", needs=["b"]))


@pytest.mark.requirement("ROLL-3")
@pytest.mark.parametrize(
    ("steps", "following"),
    [
        ({"a": "succeeded applied", "b": "succeeded applied", "c": "failed applied"}, "c"),
        ({"a": "succeeded applied", "b": "succeeded applied", "c": "restored applied"}, "b"),
        ({"a": "succeeded applied", "b": "restore_failed applied", "c": "restored applied"}, "a"),
        ({"a": "succeeded applied", "b": "restoring applied", "c": "restored applied"}, "b"),
        ({"a": "succeeded applied", "b": "succeeded", "c": "failed unknown"}, "a"),
    ],
    ids=["newest first", "then the next", "past a failed one", "taken up again", "not what is unknown or unchanged"],
)
def test_restores_go_newest_first_and_on_past_failures(steps: dict[str, str], following: str) -> None:
    assert (RestoreStep(following),) == next_moves(a_run(CHAIN, BACK, **steps), AT)


@pytest.mark.requirement("ROLL-2", "ROLL-10")
@pytest.mark.parametrize(
    ("steps", "phase", "told"),
    [
        ({"a": "restored applied", "b": "restored applied", "c": "failed"}, "rolled_back", "proven equal"),
        ({"a": "restored applied", "b": "restore_failed applied", "c": "failed"}, "degraded", "deployment/shop/b"),
        (
            {"a": "restored applied", "b": "restored applied", "c": "failed unknown"},
            "degraded",
            "look at deployment/shop/c (step c): nobody knows if the write landed",
        ),
        (
            {"a": "restored applied", "b": "restore_failed applied", "c": "failed unknown"},
            "degraded",
            "still changed: deployment/shop/b (step b)",
        ),
    ],
    ids=["all restored", "one not", "one unknown", "one not and one unknown"],
)
def test_a_rollback_ends_by_what_is_left(steps: dict[str, str], phase: str, told: str) -> None:
    [end] = next_moves(a_run(CHAIN, BACK, **steps), AT)

    assert isinstance(end, FinishRun)
    assert phase == end.phase
    assert told in end.message


@pytest.mark.requirement("ROLL-8")
def test_an_applied_step_without_an_inverse_is_residue_and_never_rolled_back() -> None:
    plan = a_plan(restart("a"), scale("b"))

    [begin] = next_moves(a_run(plan, a="succeeded applied", b="failed"), AT)

    assert isinstance(begin, StartRollback)
    assert [("a", "deployment/shop/a", "irreversible: restart has no inverse")] == [
        (each.step, each.target, each.why) for each in begin.residue
    ]
    [end] = next_moves(a_run(plan, BACK, a="succeeded applied", b="failed"), AT)
    assert isinstance(end, FinishRun)
    assert RunPhase.DEGRADED is end.phase
