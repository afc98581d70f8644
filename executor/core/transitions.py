"""
Owns which events may follow in which phase of a run and of a step, and how a run may end.
"""

from collections.abc import Mapping

from executor.core.errors import IllegalTransition
from executor.core.events import Event, EventType
from executor.core.run import OVER, Run, RunPhase, StepPhase

E, P, S = EventType, RunPhase, StepPhase

_BEFORE_RUNNING = frozenset({P.ACCEPTED, P.ASSESSING, P.QUEUED})
_UNFINISHED = _BEFORE_RUNNING | {P.AWAITING_APPROVAL, P.RUNNING, P.ROLLING_BACK}
_AWAITING = frozenset({P.AWAITING_APPROVAL})
_RUNNING = frozenset({P.RUNNING})
_ACTING = frozenset({P.RUNNING, P.ROLLING_BACK})
_ROLLING_BACK = frozenset({P.ROLLING_BACK})

_RUN_PHASES: Mapping[EventType, frozenset[RunPhase]] = {
    E.PLAN_ASSESSED: frozenset({P.ASSESSING}),
    E.RUN_QUEUED: frozenset({P.ACCEPTED, P.ASSESSING, P.QUEUED}),
    E.RUN_CLAIMED: _UNFINISHED,
    E.RUN_STARTED: frozenset({P.QUEUED}),
    E.STEP_STARTED: _RUNNING,
    E.SNAPSHOT_TAKEN: _RUNNING,
    E.POLICY_DECIDED: _ACTING,
    E.DRY_RUN_COMPLETED: _ACTING,
    E.APPLY_STARTED: _ACTING,
    E.CHANGE_APPLIED: _RUNNING,
    E.OUTCOME_UNKNOWN: _ACTING,
    E.OUTCOME_RESOLVED: _ACTING,
    E.CHANGE_VERIFIED: _RUNNING,
    E.STEP_SUCCEEDED: _RUNNING,
    E.STEP_DENIED: _RUNNING | _AWAITING,
    E.STEP_FAILED: _RUNNING,
    E.STEP_SKIPPED: _BEFORE_RUNNING | _AWAITING | _RUNNING,
    E.APPROVAL_REQUESTED: frozenset({P.ASSESSING, P.RUNNING}),
    E.APPROVAL_GIVEN: _AWAITING,
    E.APPROVAL_REFUSED: _AWAITING,
    E.APPROVAL_EXPIRED: _AWAITING,
    E.ROLLBACK_STARTED: _RUNNING,
    E.RESTORE_STARTED: _ROLLING_BACK,
    E.CHANGE_RESTORED: _ROLLING_BACK,
    E.RESTORE_FAILED: _ROLLING_BACK,
    E.CANCEL_REQUESTED: _UNFINISHED - {P.ROLLING_BACK},
    E.RUN_FINISHED: _UNFINISHED,
}

_ENDS: Mapping[RunPhase, frozenset[RunPhase]] = {
    P.ACCEPTED: frozenset({P.CANCELLED, P.EXPIRED}),
    P.ASSESSING: frozenset({P.DENIED, P.FAILED, P.CANCELLED, P.EXPIRED}),
    P.AWAITING_APPROVAL: frozenset({P.DENIED, P.CANCELLED, P.EXPIRED}),
    P.QUEUED: frozenset({P.CANCELLED, P.EXPIRED}),
    P.RUNNING: frozenset({P.SUCCEEDED, P.DENIED, P.FAILED, P.DEGRADED, P.CANCELLED}),
    P.ROLLING_BACK: frozenset({P.ROLLED_BACK, P.DEGRADED, P.CANCELLED}),
}
"""How a run may end out of each phase (contract, section 4)."""

_ANSWERS = frozenset({E.APPROVAL_GIVEN, E.APPROVAL_REFUSED, E.APPROVAL_EXPIRED})

_WORKING = frozenset({S.RUNNING, S.RESTORING})
_STEP_PHASES: Mapping[EventType, frozenset[StepPhase]] = {
    E.STEP_STARTED: frozenset({S.PENDING}),
    E.SNAPSHOT_TAKEN: frozenset({S.RUNNING}),
    E.POLICY_DECIDED: _WORKING,
    E.DRY_RUN_COMPLETED: _WORKING,
    E.APPLY_STARTED: _WORKING,
    E.CHANGE_APPLIED: frozenset({S.RUNNING}),
    E.OUTCOME_UNKNOWN: _WORKING,
    E.OUTCOME_RESOLVED: _WORKING,
    E.CHANGE_VERIFIED: frozenset({S.RUNNING}),
    E.STEP_SUCCEEDED: frozenset({S.RUNNING}),
    E.STEP_DENIED: frozenset({S.RUNNING, S.AWAITING_APPROVAL}),
    E.STEP_FAILED: frozenset({S.RUNNING}),
    E.STEP_SKIPPED: frozenset({S.PENDING, S.AWAITING_APPROVAL}),
    E.RESTORE_STARTED: frozenset({S.SUCCEEDED, S.FAILED, S.RESTORING}),
    E.CHANGE_RESTORED: frozenset({S.RESTORING}),
    E.RESTORE_FAILED: frozenset({S.SUCCEEDED, S.FAILED, S.RESTORING}),
}


def check_fits(run: Run, event: Event) -> None:
    """
    Raise IllegalTransition for an event that is out of sequence, or that the phase of the run or step does not take.
    """
    if event.sequence != run.version + 1:
        raise IllegalTransition(f"run {run.id}: event {event.sequence} cannot follow event {run.version}")
    if run.phase not in _RUN_PHASES.get(event.type, frozenset()):
        raise IllegalTransition(f"run {run.id}: {event.type} does not fit phase {run.phase}")
    if event.type is E.APPROVAL_REQUESTED and not run.may_await_approval:
        raise IllegalTransition(f"run {run.id}: {event.type} does not fit behind a write, nor beside another step")
    if event.type in _ANSWERS and run.approval is not None and run.approval.answer is not None:
        raise IllegalTransition(f"run {run.id}: {event.type} follows an answer: {run.approval.answer}")
    of_plan = event.type is E.POLICY_DECIDED and event.data.get("stage") == "plan"
    if (event.type in _STEP_PHASES and not of_plan) != (event.step is not None):
        raise IllegalTransition(f"run {run.id}: {event.type} {'needs a' if event.step is None else 'takes no'} step")
    if event.step is None:
        return
    if event.step not in run.steps:
        raise IllegalTransition(f"run {run.id}: {event.type} names a step the plan does not have")
    phase = run.steps[event.step].phase
    if phase not in _STEP_PHASES[event.type]:
        raise IllegalTransition(f"run {run.id}, step {event.step}: {event.type} does not fit step phase {phase}")


def check_may_end(run: Run, phase: RunPhase) -> None:
    """
    Raise IllegalTransition unless a run may end like this from where it is, with no step under way or still to come.
    """
    if phase not in _ENDS.get(run.phase, frozenset()):
        raise IllegalTransition(f"run {run.id}: RunFinished cannot turn {run.phase} into {phase}")
    open_steps = [step for step, state in run.steps.items() if state.phase not in OVER]
    if open_steps:
        raise IllegalTransition(f"run {run.id}: RunFinished while steps are not over: {', '.join(open_steps)}")
