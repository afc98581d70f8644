"""
Owns logs of events written by hand, and runs in a state that events would leave them in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from executor.core.events import NO_HASH, Draft, Event, EventType, chained
from executor.core.fold import after, first
from executor.core.run import OVER, Actuation, RollbackState, Run, RunPhase, StepPhase, StepState
from tests.unit.core.documents import read

E = EventType
AT = "2026-11-23T11:00:00.000Z"
DEADLINE = "2026-11-23T11:10:00.000Z"
LATE = "2026-11-23T11:10:00.001Z"
EXPIRES = "2026-11-23T11:15:00.000Z"
RUN = "run-1"

OBJECT = {
    "kind": "Deployment",
    "metadata": {"name": "web", "uid": "u", "resourceVersion": "1"},
    "spec": {"replicas": 1},
}
DATA: Mapping[EventType, Mapping[str, Any]] = {
    E.PLAN_ASSESSED: {"effect": "allow", "message": "2 steps may run", "plan_gate": None, "steps": []},
    E.RUN_QUEUED: {"message": "starting"},
    E.RUN_CLAIMED: {"owner": "test", "resumed": False},
    E.STEP_STARTED: {"action": "scale"},
    E.SNAPSHOT_TAKEN: {"object": OBJECT, "attempt": 1},
    E.POLICY_DECIDED: {"decision": "decision-1", "stage": "preflight", "effect": "allow"},
    E.DRY_RUN_COMPLETED: {"object": OBJECT, "diff": [], "warnings": ["old"], "changed_paths": ["/spec/replicas"]},
    E.APPLY_STARTED: {"digest": "sha256:1", "change": {"verb": "PATCH"}, "restore": False},
    E.CHANGE_APPLIED: {"digest": "sha256:1", "resource_version": "2", "divergence": []},
    E.OUTCOME_UNKNOWN: {"message": "no answer came"},
    E.OUTCOME_RESOLVED: {"actuation": "applied", "message": "read back: the write had landed"},
    E.CHANGE_VERIFIED: {"message": "3 of 3 replicas are ready", "divergence": []},
    E.STEP_SUCCEEDED: {"message": "done", "unchanged": False},
    E.STEP_DENIED: {"code": "denied", "message": "frozen: not here"},
    E.STEP_FAILED: {"code": "forbidden", "message": "not permitted"},
    E.STEP_SKIPPED: {"message": "not started"},
    E.ROLLBACK_STARTED: {"because": "step api failed", "residue": []},
    E.RESTORE_STARTED: {"put_back": [".spec.replicas"], "message": "putting back .spec.replicas"},
    E.CHANGE_RESTORED: {"digest": "sha256:2", "equal": [".spec.replicas"], "message": "restored"},
    E.RESTORE_FAILED: {"code": "denied", "message": "not restored", "residue": []},
    E.APPROVAL_REQUESTED: {
        "digest": "sha256:1",
        "approvals": [
            {
                "code": "production",
                "message": "two of the owners",
                "title": "The rule production",
                "remedy": None,
                "path": None,
                "rule": None,
                "count": 2,
                "groups": ["owners"],
                "decision": "decision-1",
                "step": None,
            }
        ],
        "expires_at": EXPIRES,
        "message": "waits for approval",
    },
    E.APPROVAL_GIVEN: {"caller": "bob"},
    E.APPROVAL_REFUSED: {"caller": "bob", "comment": "not on a Friday", "digest": "sha256:1", "message": "rejected"},
    E.APPROVAL_EXPIRED: {"message": "nobody answered"},
    E.CANCEL_REQUESTED: {"reason": "enough", "caller": "ada"},
    E.RUN_FINISHED: {"phase": "cancelled", "message": "the end"},
}
"""What each event holds when nothing else is told."""

Happening = EventType | tuple[EventType, str] | tuple[EventType, str | None, Mapping[str, Any]]


def accepted(plan: Any) -> Event:
    """
    Return the RunAccepted of a plan, on a server that runs five steps side by side.
    """
    checked = read(plan)
    data = {
        "plan": checked.model_dump(mode="json"),
        "digest": checked.digest,
        "caller": "ada",
        "max_parallel": checked.max_parallel or 5,
        "deadline_at": DEADLINE,
        "policy_revision": {"remediation": "1"},
    }
    return following([(E.RUN_ACCEPTED, None, data)])[0]


def following(happenings: Iterable[Happening], run: Run | None = None) -> tuple[Event, ...]:
    """
    Return events chained behind a run's last, or from the start.
    """
    drafts = []
    for each in happenings:
        kind, step, data = (each, None, {}) if isinstance(each, EventType) else (*each, {})[:3]
        drafts.append(Draft(type=kind, at=AT, step=step, data={**DATA.get(kind, {}), **data}))
    sequence, last = (0, NO_HASH) if run is None else (run.version, run.last_hash)
    return chained(drafts, after_sequence=sequence, after_hash=last)


def run_after(plan: Any, *happenings: Happening) -> Run:
    """
    Return the run of a plan after its RunAccepted and these events.
    """
    return going_on(first(RUN, accepted(plan)), *happenings)


def going_on(run: Run, *happenings: Happening) -> Run:
    """
    Return a run some events later.
    """
    for event in following(happenings, run):
        run = after(run, event)
    return run


QUEUED: tuple[Happening, ...] = (E.RUN_QUEUED,)
STARTED: tuple[Happening, ...] = (E.RUN_QUEUED, E.RUN_STARTED)


def applied(step: str = "web") -> tuple[Happening, ...]:
    """
    Return a step's events until its change is applied.
    """
    return (
        (E.STEP_STARTED, step),
        (E.SNAPSHOT_TAKEN, step),
        (E.POLICY_DECIDED, step),
        (E.DRY_RUN_COMPLETED, step),
        (E.POLICY_DECIDED, step, {"stage": "dry_run", "decision": "decision-2"}),
        (E.APPLY_STARTED, step),
        (E.CHANGE_APPLIED, step),
    )


def succeeded(step: str = "web") -> tuple[Happening, ...]:
    """
    Return all events of a step that succeeds.
    """
    return (*applied(step), (E.CHANGE_VERIFIED, step), (E.STEP_SUCCEEDED, step))


def a_run(plan: Any, phase: RunPhase = RunPhase.RUNNING, /, *, cancel: str | None = None, **steps: str) -> Run:
    """
    Return a run in a phase, each step as its words say, in the order they ended: `web="failed applied"`.

    The first word is the step's phase (`denied` and `failed` bring their code along), a second one its actuation.
    """
    run = replace(first(RUN, accepted(plan)), phase=phase, cancel_reason=cancel)
    if phase is RunPhase.ROLLING_BACK:
        run = replace(run, rollback=RollbackState.RUNNING, because="step x failed: told")
    states = dict(run.steps)
    for place, (step, words) in enumerate(steps.items(), start=1):
        states[step] = _state(states[step], *words.split(), place=place)
    return replace(run, steps=states)


def _state(state: StepState, phase: str, actuation: str = "none", *, place: int) -> StepState:
    failed, over = phase in {"failed", "denied"}, StepPhase(phase) in OVER
    return replace(
        state,
        phase=StepPhase(phase),
        actuation=Actuation(actuation),
        code=phase if failed else None,
        message="told" if failed else "",
        finished_at=AT if over else None,
        finished_sequence=10 + place if over else 0,
        applied_sequence=place if actuation == "applied" else 0,
    )
