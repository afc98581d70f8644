"""
An event that does not fit never folds, and what never folds is never recorded.
"""

from dataclasses import replace
from typing import Any

import pytest

from executor.core.errors import IllegalTransition
from executor.core.events import EventType
from executor.core.events import EventType as E
from executor.core.fold import after
from executor.core.run import OVER, Run, RunPhase, StepPhase
from tests.plans import a_plan, scale
from tests.unit.core.logs import STARTED, a_run, applied, following, going_on, run_after, succeeded

pytestmark = pytest.mark.requirement("PLAN-2")

ONE = a_plan(scale("web"))
STEP_EVENTS = {kind for kind in EventType if kind.name.startswith(("STEP_", "CHANGE_", "OUTCOME_", "RESTORE_"))} | {
    E.SNAPSHOT_TAKEN,
    E.POLICY_DECIDED,
    E.DRY_RUN_COMPLETED,
    E.APPLY_STARTED,
}
TERMINAL = [phase for phase in RunPhase if phase.terminal]


def fits(run: Run, kind: EventType, step: str | None = None, **data: Any) -> bool:
    """
    Tell if an event may follow.
    """
    [event] = following([(kind, step, data)], run)
    try:
        after(run, event)
    except IllegalTransition:
        return False
    return True


@pytest.mark.parametrize("phase", TERMINAL)
def test_no_event_follows_a_terminal_phase(phase: RunPhase) -> None:
    run = a_run(ONE, phase, web="succeeded")

    assert [] == [kind for kind in EventType if fits(run, kind, "web" if kind in STEP_EVENTS else None)]


@pytest.mark.parametrize("kind", [kind for kind in EventType if kind.name.startswith(("RUN_PAUSED", "RUN_RESUMED"))])
def test_what_is_not_built_yet_fits_nowhere(kind: EventType) -> None:
    assert not [phase for phase in RunPhase if fits(a_run(ONE, phase), kind) or fits(a_run(ONE, phase), kind, "web")]


STEP_ENDS: dict[StepPhase, set[EventType]] = {
    StepPhase.SUCCEEDED: {E.RESTORE_STARTED, E.RESTORE_FAILED},
    StepPhase.FAILED: {E.RESTORE_STARTED, E.RESTORE_FAILED},
    StepPhase.DENIED: set(),
    StepPhase.SKIPPED: set(),
    StepPhase.RESTORED: set(),
    StepPhase.RESTORE_FAILED: set(),
}


@pytest.mark.parametrize("phase", STEP_ENDS)
def test_only_a_restore_follows_the_end_of_a_step(phase: StepPhase) -> None:
    running, rolling_back = a_run(ONE, web=str(phase)), a_run(ONE, RunPhase.ROLLING_BACK, web=str(phase))

    assert set() == {kind for kind in STEP_EVENTS if fits(running, kind, "web")}
    assert STEP_ENDS[phase] == {kind for kind in STEP_EVENTS if fits(rolling_back, kind, "web")}


def test_every_end_of_a_step_is_judged_above() -> None:
    assert set(STEP_ENDS) == OVER


ENDS: dict[RunPhase, set[str]] = {
    RunPhase.ACCEPTED: {"cancelled", "expired"},
    RunPhase.ASSESSING: {"denied", "failed", "cancelled", "expired"},
    RunPhase.QUEUED: {"cancelled", "expired"},
    RunPhase.RUNNING: {"succeeded", "denied", "failed", "degraded", "cancelled"},
    RunPhase.ROLLING_BACK: {"rolled_back", "degraded", "cancelled"},
    RunPhase.AWAITING_APPROVAL: {"denied", "cancelled", "expired"},
}


@pytest.mark.parametrize("phase", ENDS)
def test_a_run_ends_only_as_its_phase_allows(phase: RunPhase) -> None:
    run = a_run(ONE, phase, web="skipped")

    assert ENDS[phase] == {str(end) for end in RunPhase if fits(run, E.RUN_FINISHED, phase=str(end))}


@pytest.mark.parametrize("phase", [phase for phase in StepPhase if phase not in OVER])
def test_a_run_does_not_end_while_a_step_is_not_over(phase: StepPhase) -> None:
    [event] = following([(E.RUN_FINISHED, None, {"phase": "failed"})], run := a_run(ONE, web=str(phase)))

    with pytest.raises(IllegalTransition, match="while steps are not over: web"):
        after(run, event)


@pytest.mark.parametrize("kind", [E.STEP_STARTED, E.SNAPSHOT_TAKEN, E.APPLY_STARTED, E.STEP_SUCCEEDED, E.STEP_FAILED])
@pytest.mark.parametrize("phase", [RunPhase.ACCEPTED, RunPhase.ASSESSING, RunPhase.QUEUED])
def test_no_step_moves_before_the_run_is_started(kind: EventType, phase: RunPhase) -> None:
    """
    Until its StepStarted (or StepSkipped) no event carries a step's id.
    """
    assert not [state for state in ("pending", "running") if fits(a_run(ONE, phase, web=state), kind, "web")]


def test_a_change_is_not_applied_by_a_step_that_never_started() -> None:
    assert [E.STEP_STARTED, E.STEP_SKIPPED] == [
        kind for kind in EventType if kind in STEP_EVENTS and fits(run_after(ONE, *STARTED), kind, "web")
    ]


def test_no_new_step_starts_while_a_rollback_runs() -> None:
    run = run_after(a_plan(scale("web"), scale("api")), E.RUN_CLAIMED, *STARTED, *succeeded(), E.ROLLBACK_STARTED)

    assert not fits(run, E.STEP_STARTED, "api")
    assert not fits(run, E.CANCEL_REQUESTED)
    assert not fits(run, E.ROLLBACK_STARTED)


def test_an_event_out_of_sequence_is_refused() -> None:
    run = run_after(ONE)
    [skipping] = following([E.RUN_QUEUED], replace(run, version=run.version + 1))

    with pytest.raises(IllegalTransition, match="event 3 cannot follow event 1"):
        after(run, skipping)


@pytest.mark.parametrize(
    ("kind", "step", "says"),
    [
        (E.STEP_STARTED, None, "StepStarted needs a step"),
        (E.CANCEL_REQUESTED, "web", "CancelRequested takes no step"),
        (E.STEP_STARTED, "nobody", "StepStarted names a step the plan does not have"),
    ],
)
def test_an_event_names_a_step_of_the_plan_where_it_is_about_one(kind: EventType, step: str | None, says: str) -> None:
    run = run_after(ONE, *STARTED)
    [event] = following([(kind, step, {})], run)

    with pytest.raises(IllegalTransition, match=says):
        after(run, event)


LACKING: dict[str, tuple[EventType, str | None, dict[str, Any]]] = {
    "a failure without its code": (E.STEP_FAILED, "web", {"message": "x"}),
    "a denial without its code": (E.STEP_DENIED, "web", {"message": "x"}),
    "an end without a message": (E.STEP_SUCCEEDED, "web", {}),
    "an actuation nobody knows": (E.STEP_FAILED, "web", {"code": "x", "message": "x", "actuation": "hunter2"}),
    "a snapshot of nothing": (E.SNAPSHOT_TAKEN, "web", {}),
    "a phase nobody knows": (E.RUN_FINISHED, None, {"phase": "hunter2", "message": "x"}),
    "a cancel without its reason": (E.CANCEL_REQUESTED, None, {}),
    "residue without its reason": (E.ROLLBACK_STARTED, None, {"because": "x", "residue": [{"step": "web"}]}),
}


@pytest.mark.parametrize(("kind", "step", "data"), LACKING.values(), ids=LACKING)
def test_an_event_that_lacks_data_is_refused_and_its_data_not_told(
    kind: EventType, step: str | None, data: dict[str, Any]
) -> None:
    run = run_after(ONE, *STARTED, (E.STEP_STARTED, "web"))
    [event] = following([(kind, step, {})], run)

    with pytest.raises(IllegalTransition, match=f"{kind} lacks data") as refused:
        after(run, event.model_copy(update={"data": data}))
    assert "hunter2" not in str(refused.value)


def test_a_step_goes_back_to_its_judgement_after_a_write_that_did_not_land() -> None:
    run = going_on(
        run_after(ONE, *STARTED, *applied()[:-1]), (E.OUTCOME_RESOLVED, "web", {"actuation": "none"}), *applied()[1:]
    )

    assert 2 == run.steps["web"].attempts
