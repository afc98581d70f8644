"""
Owns how a run and its steps are shown: the documents of `GET /v1/runs/{run}` and `…/steps/{step}`.
"""

from typing import Any

from executor.core.run import OVER, Run, StepPhase, StepState
from executor.core.target import Target


def run_view(run: Run, *, steps: bool = True) -> dict[str, Any]:
    """
    Return a run as the API answers it; in lists it comes without its steps.
    """
    view: dict[str, Any] = {
        "id": run.id,
        "name": run.plan.name,
        "reason": run.plan.reason,
        "labels": dict(run.plan.labels),
        "digest": run.digest,
        "caller": run.caller,
        "phase": str(run.phase),
        "message": run.message,
        "rollback": {
            "strategy": run.plan.rollback,
            "state": str(run.rollback),
            "residue": [each.as_json() for each in run.residue],
        },
        "progress": progress(run),
        "policy_revision": dict(run.policy_revision),
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "deadline_at": run.deadline_at,
        "version": run.version,
    }
    if steps:
        view["approval"] = None if run.approval is None else run.approval.as_json()
        view["steps"] = [step_summary(state) for state in run.steps.values()]
    return view


def progress(run: Run) -> dict[str, int]:
    """
    Return how many steps are over; it never falls, since a step that is restored was over before.
    """
    over = OVER | {StepPhase.RESTORING}
    done = sum(state.phase in over for state in run.steps.values())
    total = len(run.steps)
    return {"total": total, "done": done, "percent": 100 * done // total}


def step_summary(state: StepState) -> dict[str, Any]:
    """
    Return a step as it stands in its run's document.
    """
    step = state.step
    return {
        "id": step.id,
        "action": step.action,
        "target": None if step.target is None else _target(step.target),
        "needs": list(step.needs),
        "phase": str(state.phase),
        "stage": state.stage,
        "actuation": str(state.actuation),
        "verification": str(state.verification),
        "attempts": state.attempts,
        "reversible": state.reversible,
        "message": state.message,
        "warnings": list(state.warnings),
        "started_at": state.started_at,
        "finished_at": state.finished_at,
        "changed_paths": list(state.changed_paths),
        "decisions": list(state.decisions),
    }


def _target(target: Target) -> dict[str, Any]:
    named = {"kind": target.kind, "namespace": target.namespace, "name": target.name}
    return named if target.api_version is None else {**named, "api_version": target.api_version}


def step_view(state: StepState) -> dict[str, Any]:
    """
    Return one step in full: what was there before, what the preview said, what was sent, and what was put back.
    """
    return {
        **step_summary(state),
        "code": state.code,
        "parameters": dict(state.step.parameters),
        "on_failure": state.step.on_failure,
        "assess": state.step.assess,
        "expect": None if state.step.expect is None else {"paths": list(state.step.expect.paths)},
        "snapshot": state.snapshot,
        "preview": state.preview,
        "diff": [dict(each) for each in state.diff],
        "change": None if state.change is None else dict(state.change),
        "outcome": None if state.outcome is None else dict(state.outcome),
        "observed": None if state.observed is None else dict(state.observed),
        "parts": {part: dict(told) for part, told in state.parts.items()},
        "restore": None if state.restore is None else dict(state.restore),
    }


def namespaces_of(run: Run) -> tuple[str, ...]:
    """
    Return the namespaces a run's steps touch, sorted.
    """
    touched = {step.target.namespace for step in run.plan.steps if step.target is not None}
    return tuple(sorted(namespace for namespace in touched if namespace is not None))
