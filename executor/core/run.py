"""
Owns the state of a run and of its steps, as the events leave it. `core.fold` makes it, `core.view` shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.approval import ApprovalRequest
from executor.core.model import Manifest
from executor.core.plan import Plan, Step
from executor.core.restore import Residue


class RunPhase(StrEnum):
    """
    Where a run is.
    """

    ACCEPTED = "accepted"
    ASSESSING = "assessing"
    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    RUNNING = "running"
    ROLLING_BACK = "rolling_back"
    SUCCEEDED = "succeeded"
    DENIED = "denied"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def terminal(self) -> bool:
        """
        Tell if no event can follow.
        """
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        RunPhase.SUCCEEDED,
        RunPhase.DENIED,
        RunPhase.FAILED,
        RunPhase.ROLLED_BACK,
        RunPhase.DEGRADED,
        RunPhase.CANCELLED,
        RunPhase.EXPIRED,
    }
)


class StepPhase(StrEnum):
    """
    Where a step is.
    """

    PENDING = "pending"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    SUCCEEDED = "succeeded"
    DENIED = "denied"
    FAILED = "failed"
    SKIPPED = "skipped"
    RESTORING = "restoring"
    RESTORED = "restored"
    RESTORE_FAILED = "restore_failed"


OVER = frozenset(
    {
        StepPhase.SUCCEEDED,
        StepPhase.DENIED,
        StepPhase.FAILED,
        StepPhase.SKIPPED,
        StepPhase.RESTORED,
        StepPhase.RESTORE_FAILED,
    }
)
"""The phases in which a step has come to an end; a restore may still follow."""


class Actuation(StrEnum):
    """
    Did our write reach the server.
    """

    NONE = "none"
    INTENDED = "intended"
    APPLIED = "applied"
    UNKNOWN = "unknown"


class Verification(StrEnum):
    """
    Did the effect arrive.
    """

    NONE = "none"
    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


class RollbackState(StrEnum):
    """
    How far the run's rollback is.
    """

    NONE = "none"
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepState:
    """
    One step as its events leave it. `finished_sequence` and `applied_sequence` are places in the event log.

    `snapshot`, `preview` and `applied` are ABSENT (empty) for an object that does not exist there, None while unknown.
    `divergence` names where what was written is not as the preview said, as JSON Pointers.
    `observed` is what a step that only looks has found. `parts` are a drain's evictions by pod, `{actuation, message}`.
    """

    step: Step
    phase: StepPhase = StepPhase.PENDING
    stage: str | None = None
    actuation: Actuation = Actuation.NONE
    verification: Verification = Verification.NONE
    attempts: int = 0
    code: str | None = None
    message: str = ""
    warnings: tuple[str, ...] = ()
    started_at: str | None = None
    finished_at: str | None = None
    finished_sequence: int = 0
    applied_sequence: int = 0
    changed_paths: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    snapshot: Manifest | None = None
    snapshot_at: str | None = None
    preview: Manifest | None = None
    diff: tuple[Mapping[str, Any], ...] = ()
    change: Mapping[str, Any] | None = None
    applied: Manifest | None = None
    outcome: Mapping[str, Any] | None = None
    restore: Mapping[str, Any] | None = None
    divergence: tuple[str, ...] = ()
    observed: Mapping[str, Any] | None = None
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def reversible(self) -> bool:
        """
        Tell if what the step does to its target can be undone.
        """
        return CATALOGUE[self.step.action].why_irreversible(self.step.target) is None

    @property
    def tolerated(self) -> bool:
        """
        Tell if the plan goes on although the step failed or was denied; what a cancel broke off did not fail.
        """
        broken_off = self.verification is Verification.INTERRUPTED
        return self.step.on_failure == "continue" and self.failed and not broken_off

    @property
    def failed(self) -> bool:
        """
        Tell if the step itself ended badly, whatever was restored since.
        """
        return self.code is not None

    @property
    def is_untouched(self) -> bool:
        """
        Tell if the step is under way and nothing of it was ever announced to be written, its parts included.
        """
        written = (self.actuation, *(told["actuation"] for told in self.parts.values()))
        return self.phase is StepPhase.RUNNING and all(each == Actuation.NONE for each in written)

    @property
    def may_have_written(self) -> bool:
        """
        Tell if the cluster may hold a change of this step now.
        """
        return self.actuation is not Actuation.NONE and self.phase is not StepPhase.RESTORED


@dataclass(frozen=True, slots=True)
class Run:
    """
    One execution of a plan. `version` is the sequence number of its last event, `last_hash` that event's hash.
    """

    id: str
    plan: Plan
    digest: str
    caller: str
    max_parallel: int
    created_at: str
    deadline_at: str
    policy_revision: Mapping[str, str]
    version: int
    last_hash: str
    phase: RunPhase = RunPhase.ACCEPTED
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    cancel_reason: str | None = None
    rollback: RollbackState = RollbackState.NONE
    because: str = ""
    residue: tuple[Residue, ...] = ()
    assessment: Mapping[str, Any] | None = None
    approval: ApprovalRequest | None = None
    steps: Mapping[str, StepState] = field(default_factory=dict)

    @property
    def assessed_as_a_whole(self) -> bool:
        """
        Tell if the plan is judged before its first write: one of several steps is, a single step is judged in its turn.
        """
        return len(self.plan.steps) > 1

    @property
    def may_await_approval(self) -> bool:
        """
        Tell if people can be waited for where the run is: nothing was written, and nothing else of it goes on.

        That is so behind the assessment of a plan of several steps, and in the turn of the only step of a plan.
        """
        if self.assessed_as_a_whole:
            return self.phase is RunPhase.ASSESSING
        return self.phase is RunPhase.RUNNING and all(state.is_untouched for state in self.steps.values())
