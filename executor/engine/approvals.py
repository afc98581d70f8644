"""
Owns asking people: an approval is requested in a run's log, and a rejection is taken while it waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.approval import awaited
from executor.core.errors import DigestMismatch, WrongPhase
from executor.core.events import EventType
from executor.core.run import RunPhase
from executor.core.times import plus
from executor.engine.ports import Clock
from executor.engine.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Approvals:
    """
    Asks for approvals, each for so many seconds.
    """

    clock: Clock
    seconds: float

    def request(self, recorder: Recorder, approvals: Sequence[Mapping[str, Any]]) -> None:
        """
        Let a run wait for people. Until when is in its log, so that a restart neither shortens nor prolongs it.
        """
        run = recorder.run
        expires_at = plus(self.clock.now(), self.seconds)
        data = {
            "digest": run.digest,
            "approvals": [dict(each) for each in approvals],
            "expires_at": expires_at,
            "message": awaited(approvals, run=run.id, expires_at=expires_at),
        }
        recorder.note(EventType.APPROVAL_REQUESTED, data)


def reject(recorder: Recorder, *, digest: str, comment: str, caller: str) -> None:
    """
    Take a rejection; raises WrongPhase when nobody is waited for (any more), DigestMismatch for that of another plan.
    """
    run = recorder.run
    if run.phase is not RunPhase.AWAITING_APPROVAL or run.approval is None:
        raise WrongPhase(f"run {run.id} is {run.phase} and waits for no approval", phase=str(run.phase))
    if run.approval.answer is not None or run.cancel_reason is not None:
        done = run.approval.answer or "cancelled"
        raise WrongPhase(f"run {run.id} waits no more: {done}", phase=str(run.phase))
    if digest != run.digest:
        raise DigestMismatch(f"this is not the digest of the plan of run {run.id}: read the run, and what it would do")
    told = f"rejected by {caller}: {comment}"
    data = {"digest": digest, "caller": caller, "comment": comment, "message": told}
    recorder.note(EventType.APPROVAL_REFUSED, data)
