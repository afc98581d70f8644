"""
Owns how an event changes a run: `after(run, event) → run`.

API, restart, metrics and tests all use this one fold. An event that does not fit (`core.transitions`) raises
IllegalTransition and is never recorded, since the recorder folds before it writes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from executor.core import awaiting
from executor.core.digest import canonical
from executor.core.errors import IllegalTransition
from executor.core.events import Event, EventType
from executor.core.plan import Plan
from executor.core.restore import Residue
from executor.core.run import Actuation, RollbackState, Run, RunPhase, StepPhase, StepState, Verification
from executor.core.transitions import check_fits, check_may_end

E, P, S = EventType, RunPhase, StepPhase


def first(run_id: str, event: Event) -> Run:
    """
    Return the run that its RunAccepted makes.
    """
    if event.type is not E.RUN_ACCEPTED or event.sequence != 1:
        raise IllegalTransition(f"run {run_id} begins with {event.type} {event.sequence} instead of RunAccepted 1")
    data = event.data
    plan = Plan.model_validate_json(canonical(data["plan"]))
    return Run(
        id=run_id,
        plan=plan,
        digest=data["digest"],
        caller=data["caller"],
        max_parallel=data["max_parallel"],
        created_at=event.at,
        deadline_at=data["deadline_at"],
        policy_revision=data["policy_revision"],
        version=event.sequence,
        last_hash=event.hash,
        message="accepted",
        steps={step.id: StepState(step) for step in plan.steps},
    )


def after(run: Run, event: Event) -> Run:
    """
    Return the run as it is after an event; raises IllegalTransition for one that does not fit.
    """
    check_fits(run, event)
    try:
        changed = _RUN_RULES.get(event.type, _unchanged)(run, event)
        steps = changed.steps
        if event.step is not None and event.type in _STEP_RULES:
            steps = {**steps, event.step: _STEP_RULES[event.type](steps[event.step], event)}
    except (KeyError, TypeError, ValueError) as error:
        # The type alone is told: the text of a ValueError may repeat what the data holds.
        raise IllegalTransition(f"run {run.id}: {event.type} lacks data it needs ({type(error).__name__})") from error
    return replace(changed, steps=steps, version=event.sequence, last_hash=event.hash)


def folded(run_id: str, events: Iterable[Event]) -> Run:
    """
    Return the run that a whole log makes.
    """
    log = iter(events)
    run = first(run_id, next(log))
    for event in log:
        run = after(run, event)
    return run


# --- what an event does to the run ---------------------------------------------------------------------------------


def _unchanged(run: Run, _: Event) -> Run:
    return run


def _claimed(run: Run, _: Event) -> Run:
    if run.phase is P.ACCEPTED and run.assessed_as_a_whole:
        return replace(run, phase=P.ASSESSING, message="judging the whole plan before its first write")
    return run


def _assessed(run: Run, event: Event) -> Run:
    return replace(run, assessment=event.data)


def _queued(run: Run, event: Event) -> Run:
    return replace(run, phase=P.QUEUED, message=event.data["message"])


def _started(run: Run, event: Event) -> Run:
    return replace(run, phase=P.RUNNING, started_at=event.at, message="running")


def _cancel(run: Run, event: Event) -> Run:
    return replace(run, cancel_reason=event.data["reason"], message="cancelling: steps reach a safe point first")


def _rollback(run: Run, event: Event) -> Run:
    return replace(
        run,
        phase=P.ROLLING_BACK,
        rollback=RollbackState.RUNNING,
        because=event.data["because"],
        message=f"rolling back: {event.data['because']}",
        residue=(*run.residue, *_residue(event.data)),
    )


def _restore_failed(run: Run, event: Event) -> Run:
    return replace(run, residue=(*run.residue, *_residue(event.data)))


def _finished(run: Run, event: Event) -> Run:
    phase = RunPhase(event.data["phase"])
    check_may_end(run, phase)
    rollback = run.rollback
    if rollback is RollbackState.RUNNING:
        rollback = RollbackState.FAILED if run.residue else RollbackState.DONE
    elif phase is P.DEGRADED:
        rollback = RollbackState.PENDING
    residue = (*run.residue, *_residue(event.data))
    return replace(
        run, phase=phase, message=event.data["message"], finished_at=event.at, rollback=rollback, residue=residue
    )


def _residue(data: Mapping[str, Any]) -> tuple[Residue, ...]:
    return tuple(Residue(**each) for each in data.get("residue", ()))


_RUN_RULES: Mapping[EventType, Callable[[Run, Event], Run]] = {
    E.RUN_CLAIMED: _claimed,
    E.PLAN_ASSESSED: _assessed,
    E.RUN_QUEUED: _queued,
    E.RUN_STARTED: _started,
    E.APPROVAL_REQUESTED: awaiting.requested,
    E.APPROVAL_GIVEN: awaiting.given,
    E.APPROVAL_REFUSED: awaiting.refused,
    E.APPROVAL_EXPIRED: awaiting.expired,
    E.CANCEL_REQUESTED: _cancel,
    E.ROLLBACK_STARTED: _rollback,
    E.RESTORE_FAILED: _restore_failed,
    E.RUN_FINISHED: _finished,
}


# --- what an event does to its step --------------------------------------------------------------------------------


def _step_started(state: StepState, event: Event) -> StepState:
    return replace(state, phase=S.RUNNING, stage="snapshot", started_at=event.at, message="reading the target")


def _snapshot(state: StepState, event: Event) -> StepState:
    return replace(
        state,
        stage="preflight",
        attempts=state.attempts + 1,
        snapshot=event.data["object"],
        snapshot_at=event.at,
        warnings=(),
        message="asking the policy about the intent",
    )


def _decided(state: StepState, event: Event) -> StepState:
    following = {"preflight": "dry_run", "dry_run": "apply"}.get(event.data["stage"], state.stage)
    decisions = (*state.decisions, event.data["decision"])
    warned = (f"{each['code']}: {each['message']}" for each in event.data.get("warnings", ()))
    warnings = (*state.warnings, *(each for each in dict.fromkeys(warned) if each not in state.warnings))
    return replace(state, decisions=decisions, warnings=warnings, stage=following)


def _judged_parts(state: StepState, event: Event) -> StepState:
    """
    Keep what was judged of each part (a drain's evictions), and what has been done of them already.
    """
    done = {part: told for part, told in state.parts.items() if told["actuation"] != Actuation.NONE}
    judged = {
        each["part"]: {
            "actuation": str(Actuation.NONE),
            "message": f"{each['outcome']}: {each['why']}" if each["why"] else each["outcome"],
            "uid": each["uid"],
        }
        for each in event.data.get("evictions", ())
    }
    return replace(state, parts={**(state.parts if _more(event) else done), **judged})


def _more(event: Event) -> bool:
    """
    Tell if a dry run is of parts that were not there when the step was judged.
    """
    return bool(event.data.get("more"))


def _dry_run(state: StepState, event: Event) -> StepState:
    state = _judged_parts(state, event)
    if _more(event):
        return state
    if state.phase is S.RESTORING:
        # What a restore shows is the write that puts the values back, not the one that gives the fields back.
        if event.data.get("owners"):
            return state
        return replace(
            state, restore={**(state.restore or {}), "preview": event.data["object"], "diff": event.data["diff"]}
        )
    return replace(
        state,
        stage="dry_run",
        preview=event.data["object"],
        diff=tuple(event.data["diff"]),
        warnings=(*state.warnings, *event.data["warnings"]),
        changed_paths=tuple(event.data["changed_paths"]),
        message="asking the policy about the preview",
    )


def _part(state: StepState, event: Event, actuation: Actuation) -> StepState:
    """
    A write that is one of several of its step (the eviction of one pod) leaves the step's own change as it is.

    Where the step had none to make, the first part that landed tells that it wrote, and that its target is as it was.
    """
    part, message = event.data["part"], event.data["message"]
    told = {**state.parts.get(part, {}), "actuation": str(actuation), "message": message}
    state = replace(state, parts={**state.parts, part: told}, message=f"{part}: {message}")
    if actuation is not Actuation.APPLIED or state.actuation is not Actuation.NONE:
        return state
    return replace(
        state,
        actuation=Actuation.APPLIED,
        verification=Verification.PENDING,
        applied=state.snapshot,
        applied_sequence=event.sequence,
    )


def _apply_started(state: StepState, event: Event) -> StepState:
    if "part" in event.data:
        return _part(state, event, Actuation.INTENDED)
    if state.phase is S.RESTORING:
        if event.data.get("owners"):
            return state
        return replace(state, restore={**(state.restore or {}), "change": event.data["change"]})
    return replace(
        state, stage="apply", actuation=Actuation.INTENDED, change=event.data["change"], message="writing the change"
    )


def _applied(state: StepState, event: Event) -> StepState:
    if "part" in event.data:
        return _part(state, event, Actuation.APPLIED)
    return replace(
        state,
        stage="verify",
        actuation=Actuation.APPLIED,
        verification=Verification.PENDING,
        applied=event.data.get("object", state.preview),
        divergence=tuple(event.data.get("divergence_paths", ())),
        applied_sequence=event.sequence,
        message="waiting until the change has settled",
    )


def _unknown(state: StepState, event: Event) -> StepState:
    if "part" in event.data:
        return _part(state, event, Actuation.UNKNOWN)
    if state.phase is S.RESTORING:
        return replace(state, message=event.data["message"])
    return replace(state, actuation=Actuation.UNKNOWN, message=event.data["message"])


def _resolved(state: StepState, event: Event) -> StepState:
    if "part" in event.data:
        return _part(state, event, Actuation(event.data["actuation"]))
    if state.phase is S.RESTORING:
        return replace(state, message=event.data["message"])
    return replace(state, actuation=Actuation(event.data["actuation"]), message=event.data["message"])


def _verified(state: StepState, event: Event) -> StepState:
    return replace(state, verification=Verification.VERIFIED, outcome=event.data, message=event.data["message"])


def _ended(phase: StepPhase) -> Callable[[StepState, Event], StepState]:
    failed = phase in {S.DENIED, S.FAILED}

    def rule(state: StepState, event: Event) -> StepState:
        data = event.data
        return replace(
            state,
            phase=phase,
            stage=None,
            # A step is told to have failed by its code, so a bad end needs one and a good end has none.
            code=str(data["code"]) if failed else None,
            message=data["message"],
            actuation=Actuation(data.get("actuation", state.actuation)),
            verification=Verification(data.get("verification", state.verification)),
            observed=data.get("observed", state.observed),
            finished_at=event.at,
            finished_sequence=event.sequence,
        )

    return rule


def _restore_started(state: StepState, event: Event) -> StepState:
    phase = S.RESTORING if event.data["put_back"] else S.RESTORED
    return replace(state, phase=phase, restore=event.data, message=event.data["message"])


def _restored(state: StepState, event: Event) -> StepState:
    return replace(
        state, phase=S.RESTORED, restore={**(state.restore or {}), **event.data}, message=event.data["message"]
    )


def _not_restored(state: StepState, event: Event) -> StepState:
    restore = {**(state.restore or {}), **event.data}
    return replace(state, phase=S.RESTORE_FAILED, restore=restore, message=event.data["message"])


_STEP_RULES: Mapping[EventType, Callable[[StepState, Event], StepState]] = {
    E.STEP_STARTED: _step_started,
    E.SNAPSHOT_TAKEN: _snapshot,
    E.POLICY_DECIDED: _decided,
    E.DRY_RUN_COMPLETED: _dry_run,
    E.APPLY_STARTED: _apply_started,
    E.CHANGE_APPLIED: _applied,
    E.OUTCOME_UNKNOWN: _unknown,
    E.OUTCOME_RESOLVED: _resolved,
    E.CHANGE_VERIFIED: _verified,
    E.STEP_SUCCEEDED: _ended(S.SUCCEEDED),
    E.STEP_DENIED: _ended(S.DENIED),
    E.STEP_FAILED: _ended(S.FAILED),
    E.STEP_SKIPPED: _ended(S.SKIPPED),
    E.RESTORE_STARTED: _restore_started,
    E.CHANGE_RESTORED: _restored,
    E.RESTORE_FAILED: _not_restored,
}
