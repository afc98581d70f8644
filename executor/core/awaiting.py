"""
Owns how asking people changes a run: it waits, and what they say, or that nobody said anything in time, is kept.
"""

from dataclasses import replace
from typing import Literal

from executor.core.approval import ApprovalRequest, asked
from executor.core.events import Event
from executor.core.run import Run, RunPhase, StepPhase
from executor.core.times import plus, seconds_between


def requested(run: Run, event: Event) -> Run:
    """
    Wait, together with the step whose turn it is (the only one of its plan).
    """
    data = event.data
    request = ApprovalRequest(data["digest"], tuple(data["approvals"]), event.at, data["expires_at"])
    told = f"needs approval: {asked(request.approvals)}"
    steps = {
        step: replace(state, phase=StepPhase.AWAITING_APPROVAL, stage=None, message=told)
        if state.phase is StepPhase.RUNNING
        else state
        for step, state in run.steps.items()
    }
    return replace(run, phase=RunPhase.AWAITING_APPROVAL, message=data["message"], approval=request, steps=steps)


def given(run: Run, event: Event) -> Run:
    """
    Queue the run: the time it waited is not the plan's, and a step that waited is judged anew.
    """
    steps = {
        step: replace(state, phase=StepPhase.PENDING, message="")
        if state.phase is StepPhase.AWAITING_APPROVAL
        else state
        for step, state in run.steps.items()
    }
    request = _answered(run, event, "given")
    deadline_at = plus(run.deadline_at, seconds_between(request.requested_at, event.at))
    return replace(
        run,
        phase=RunPhase.QUEUED,
        message="approved",
        approval=request,
        deadline_at=deadline_at,
        # It has not started until it holds its claims and is judged once more.
        started_at=None,
        steps=steps,
    )


def refused(run: Run, event: Event) -> Run:
    """
    Keep who rejected it, and why.
    """
    return replace(run, approval=_answered(run, event, "refused"))


def expired(run: Run, event: Event) -> Run:
    """
    Keep that nobody answered in time.
    """
    return replace(run, approval=_answered(run, event, "expired"))


def _answered(run: Run, event: Event, answer: Literal["given", "refused", "expired"]) -> ApprovalRequest:
    if run.approval is None:
        raise ValueError("nothing was asked")
    caller, comment = event.data.get("caller"), event.data.get("comment")
    return replace(run.approval, answer=answer, answered_at=event.at, caller=caller, comment=comment)
