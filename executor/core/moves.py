"""
Owns what a run does next: `next_moves(run, now) → moves`. The runner is a loop around it.

Everything the contract says about failures, cancelling, deadlines and rollback strategies is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from executor.core.approval import ApprovalRequest, asked
from executor.core.restore import Residue
from executor.core.run import OVER, Actuation, RollbackState, Run, RunPhase, StepPhase, StepState


@dataclass(frozen=True, slots=True)
class StartStep:
    """
    Start a step, or go on with it after a restart.
    """

    step: str


@dataclass(frozen=True, slots=True)
class SkipStep:
    """
    A step will never start; `because` says why.
    """

    step: str
    because: str


@dataclass(frozen=True, slots=True)
class StartRollback:
    """
    Begin to restore; `residue` is what cannot be restored at all.
    """

    because: str
    residue: tuple[Residue, ...]


@dataclass(frozen=True, slots=True)
class RestoreStep:
    """
    Restore one step, or go on restoring it after a restart.
    """

    step: str


@dataclass(frozen=True, slots=True)
class ExpireApproval:
    """
    Nobody has answered in time.
    """

    message: str


@dataclass(frozen=True, slots=True)
class DenyStep:
    """
    A step that waited for people was rejected.
    """

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class FinishRun:
    """
    The run is over.
    """

    phase: RunPhase
    message: str


Move = StartStep | SkipStep | StartRollback | RestoreStep | ExpireApproval | DenyStep | FinishRun


def next_moves(run: Run, now: str) -> tuple[Move, ...]:
    """
    Return what must happen now. Empty means: wait for a running step, or for people.

    `now` is compared with `deadline_at`, or with the end of the wait for people; all are RFC 3339 UTC with
    milliseconds, which sort as text. Steps that are already running are named again, so that a restarted process takes
    them up.
    """
    match run.phase:
        case RunPhase.RUNNING:
            return _while_running(run, now)
        case RunPhase.ROLLING_BACK:
            return _while_rolling_back(run)
        case RunPhase.AWAITING_APPROVAL if run.approval is not None:
            return _while_awaiting(run, run.approval, now)
        case _:
            return ()


def ready_steps(run: Run) -> tuple[str, ...]:
    """
    Return the steps that may start now, first in first out: pending, with every need succeeded.
    """
    ready = [state for state in run.steps.values() if state.phase is StepPhase.PENDING and _may_start(run, state)]
    order = {step: place for place, step in enumerate(run.steps)}
    return tuple(
        state.step.id for state in sorted(ready, key=lambda each: (_ready_since(run, each), order[each.step.id]))
    )


def stop_reason(run: Run, now: str) -> str | None:
    """
    Return why no new step may start, or None: a cancel, an untolerated failure, or the run's limit.
    """
    if run.cancel_reason is not None:
        return f"cancelled: {run.cancel_reason}"
    for state in _failures(run):
        return f"step {state.step.id} {'was denied' if state.phase is StepPhase.DENIED else 'failed'}: {state.message}"
    if now >= run.deadline_at and _cut_short(run):
        return f"the run's limit of {run.plan.timeout_seconds:g} s was reached before all steps were done"
    return None


def brief(because: str) -> str:
    """
    Return a reason without its details, which stand at the step it is about: `step web was denied`.
    """
    return because.partition(": ")[0]


def _cut_short(run: Run) -> bool:
    """
    Tell if the limit kept a step from its own end; a run whose steps are all done is never undone for being late.
    """
    return any(
        state.phase not in OVER
        or (state.phase is StepPhase.SKIPPED and _may_start(run, state))
        or (state.tolerated and state.finished_at is not None and state.finished_at >= run.deadline_at)
        for state in run.steps.values()
    )


def _may_start(run: Run, state: StepState) -> bool:
    return all(run.steps[need].phase is StepPhase.SUCCEEDED for need in state.step.needs)


def _while_running(run: Run, now: str) -> tuple[Move, ...]:
    running = [state.step.id for state in run.steps.values() if state.phase is StepPhase.RUNNING]
    pending = [state for state in run.steps.values() if state.phase is StepPhase.PENDING]
    because = stop_reason(run, now)
    if because is not None:
        if running:
            return tuple(StartStep(step) for step in running)
        if pending:
            return tuple(SkipStep(state.step.id, f"not started: {brief(because)}") for state in pending)
        return (_conclusion(run, because),)
    skipped = tuple(_skips(run, pending))
    if skipped:
        return skipped
    free = max(run.max_parallel - len(running), 0)
    starting = (*running, *ready_steps(run)[:free])
    return tuple(StartStep(step) for step in starting) if starting else (_conclusion(run, None),)


def _while_rolling_back(run: Run) -> tuple[Move, ...]:
    waiting = [state for state in _to_restore(run) if state.phase not in {StepPhase.RESTORED, StepPhase.RESTORE_FAILED}]
    if waiting:
        # Writes landed in dependency order, so newest first is reverse dependency order.
        return (RestoreStep(max(waiting, key=lambda state: state.applied_sequence).step.id),)
    return (_end(run, run.because),)


def _while_awaiting(run: Run, request: ApprovalRequest, now: str) -> tuple[Move, ...]:
    """
    An answer counts before a cancel that came behind it; the plan's own limit does not run meanwhile.
    """
    waiting = [state.step.id for state in run.steps.values() if state.phase not in OVER]
    if request.answer == "refused":
        because = f"rejected by {request.caller}: {request.comment}; nothing was written"
        held = [step for step in waiting if run.steps[step].phase is StepPhase.AWAITING_APPROVAL]
        denied = [DenyStep(step, because) for step in held]
        skipped = [SkipStep(step, f"not started: {brief(because)}") for step in waiting if step not in held]
        return (*denied, *skipped, FinishRun(RunPhase.DENIED, because))
    if request.answer == "expired":
        because = f"nobody approved until {request.expires_at}: {asked(request.approvals)}; nothing was written"
        phase = RunPhase.EXPIRED
    elif run.cancel_reason is not None:
        because, phase = f"cancelled: {run.cancel_reason}; nothing was written", RunPhase.CANCELLED
    elif now >= request.expires_at:
        return (ExpireApproval(f"nobody answered until {request.expires_at}"),)
    else:
        return ()
    told = brief(because) if phase is RunPhase.CANCELLED else "nobody approved in time"
    return (*(SkipStep(step, f"not done: {told}") for step in waiting), FinishRun(phase, because))


def _skips(run: Run, pending: Iterable[StepState]) -> Iterable[SkipStep]:
    for state in pending:
        for need in state.step.needs:
            if run.steps[need].phase in OVER - {StepPhase.SUCCEEDED}:
                yield SkipStep(state.step.id, f"needs step {need}, which is {run.steps[need].phase}")
                break


def _conclusion(run: Run, because: str | None) -> StartRollback | FinishRun:
    if because is not None and run.plan.rollback == "automatic" and _asks_for_rollback(run) and _written(run):
        return StartRollback(because, _irreversible(run))
    return _end(run, because)


def _asks_for_rollback(run: Run) -> bool:
    """
    A cancel or a limit always asks for it, failures unless each of them says `stop`.
    """
    failures = _failures(run)
    return run.cancel_reason is not None or not failures or any(each.step.on_failure == "rollback" for each in failures)


def _end(run: Run, because: str | None) -> FinishRun:
    left = [state for state in run.steps.values() if state.may_have_written]
    unknown = [state.step.id for state in left if state.actuation in {Actuation.UNKNOWN, Actuation.INTENDED}]
    if because is None:
        return _end_of_success(run, left)
    if unknown:
        told = f"look at {_listed(run, unknown)}: nobody knows if the write landed"
        known = [state.step.id for state in left if state.step.id not in unknown]
        also = f"; still changed: {_listed(run, known)}" if known else ""
        return FinishRun(RunPhase.DEGRADED, f"{because}; {told}{also}")
    if run.cancel_reason is not None:
        return _end_of_cancel(run, because, left)
    return _end_left_changed(run, because, left) if left else _end_unchanged(run, because)


def _end_unchanged(run: Run, because: str) -> FinishRun:
    if run.rollback is RollbackState.RUNNING:
        return FinishRun(RunPhase.ROLLED_BACK, f"{because}; everything was restored and proven equal")
    if any(state.phase is StepPhase.DENIED for state in _failures(run)[:1]):
        return FinishRun(RunPhase.DENIED, because)
    return FinishRun(RunPhase.FAILED, f"{because}; nothing is left changed")


def _end_of_success(run: Run, left: list[StepState]) -> FinishRun:
    succeeded = sum(state.phase is StepPhase.SUCCEEDED for state in run.steps.values())
    counted = f"{succeeded} of {len(run.steps)} steps succeeded"
    tolerated = [state for state in run.steps.values() if state.tolerated]
    if not tolerated:
        return FinishRun(RunPhase.SUCCEEDED, counted)
    told = "; ".join(f"step {state.step.id} {state.phase}: {state.message}" for state in tolerated)
    if any(state.may_have_written for state in tolerated):
        return FinishRun(RunPhase.DEGRADED, f"{counted}; {told}; it was not restored (on_failure: continue)")
    if succeeded == 0 and not left and any(state.phase is StepPhase.DENIED for state in tolerated):
        return FinishRun(RunPhase.DENIED, told)
    return FinishRun(RunPhase.SUCCEEDED, f"{counted}; {told} (on_failure: continue)")


def _end_of_cancel(run: Run, because: str, left: list[StepState]) -> FinishRun:
    if not left:
        restored = "; everything was restored and proven equal" if run.rollback is RollbackState.RUNNING else ""
        return FinishRun(RunPhase.CANCELLED, f"{because}{restored}")
    changed = _listed(run, [state.step.id for state in left])
    if run.plan.rollback == "none":
        return FinishRun(RunPhase.CANCELLED, f"{because}; left changed as the plan asks: {changed}")
    return FinishRun(RunPhase.DEGRADED, f"{because}; still changed: {changed}")


def _end_left_changed(run: Run, because: str, left: list[StepState]) -> FinishRun:
    changed = _listed(run, [state.step.id for state in left])
    if run.plan.rollback == "none":
        return FinishRun(RunPhase.FAILED, f"{because}; left changed as the plan asks: {changed}")
    return FinishRun(RunPhase.DEGRADED, f"{because}; still changed, a person must look: {changed}")


def _failures(run: Run) -> list[StepState]:
    failed = [state for state in run.steps.values() if state.failed and not state.tolerated]
    return sorted(failed, key=lambda state: state.finished_sequence)


def _written(run: Run) -> list[StepState]:
    """
    Every step whose write is known to have reached the server and that the plan does not tolerate as failed.
    """
    return [state for state in run.steps.values() if state.actuation is Actuation.APPLIED and not state.tolerated]


def _to_restore(run: Run) -> list[StepState]:
    return [state for state in _written(run) if state.reversible]


def _irreversible(run: Run) -> tuple[Residue, ...]:
    return tuple(
        Residue(state.step.id, state.step.about, None, None, None, f"irreversible: {state.step.action} has no inverse")
        for state in _written(run)
        if not state.reversible
    )


def _ready_since(run: Run, state: StepState) -> int:
    return max((run.steps[need].finished_sequence for need in state.step.needs), default=0)


def _listed(run: Run, steps: Iterable[str]) -> str:
    return ", ".join(f"{run.steps[step].step.about} (step {step})" for step in steps)
