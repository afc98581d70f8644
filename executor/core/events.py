"""
Owns the events a run is made of, and the hash chain that binds them.

The list of types is closed. An event is hashed as SHA-256 over the RFC 8785 JSON of all its fields but the hash itself,
the previous event's hash included, so that anyone can check that nothing was changed, dropped or put in between.
"""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from executor.core.digest import canonical
from executor.core.model import Value

NO_HASH = "0" * 64


class EventType(StrEnum):
    """
    Everything that can happen to a run, in the past tense.
    """

    RUN_ACCEPTED = "RunAccepted"
    PLAN_ASSESSED = "PlanAssessed"
    RUN_QUEUED = "RunQueued"
    RUN_CLAIMED = "RunClaimed"
    RUN_STARTED = "RunStarted"
    STEP_STARTED = "StepStarted"
    SNAPSHOT_TAKEN = "SnapshotTaken"
    POLICY_DECIDED = "PolicyDecided"
    DRY_RUN_COMPLETED = "DryRunCompleted"
    APPLY_STARTED = "ApplyStarted"
    CHANGE_APPLIED = "ChangeApplied"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    OUTCOME_RESOLVED = "OutcomeResolved"
    CHANGE_VERIFIED = "ChangeVerified"
    STEP_SUCCEEDED = "StepSucceeded"
    STEP_DENIED = "StepDenied"
    STEP_FAILED = "StepFailed"
    STEP_SKIPPED = "StepSkipped"
    APPROVAL_REQUESTED = "ApprovalRequested"
    APPROVAL_GIVEN = "ApprovalGiven"
    APPROVAL_REFUSED = "ApprovalRefused"
    APPROVAL_EXPIRED = "ApprovalExpired"
    ROLLBACK_STARTED = "RollbackStarted"
    RESTORE_STARTED = "RestoreStarted"
    CHANGE_RESTORED = "ChangeRestored"
    RESTORE_FAILED = "RestoreFailed"
    RUN_PAUSED = "RunPaused"
    RUN_RESUMED = "RunResumed"
    CANCEL_REQUESTED = "CancelRequested"
    RUN_FINISHED = "RunFinished"


class Draft(Value):
    """
    An event before it is recorded: it has no place in the log yet.
    """

    type: EventType
    at: str = Field(description="RFC 3339 UTC with milliseconds")
    step: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class Event(Value):
    """
    One recorded event; `sequence` counts from 1 without gaps within its run.
    """

    sequence: int
    type: EventType
    at: str
    step: str | None
    data: dict[str, Any]
    previous_hash: str
    hash: str


def chained(drafts: Iterable[Draft], *, after_sequence: int, after_hash: str) -> tuple[Event, ...]:
    """
    Give drafts their place and hash behind the last recorded event (0 and NO_HASH where there is none).
    """
    events = []
    for draft in drafts:
        after_sequence += 1
        fields: dict[str, Any] = {
            "sequence": after_sequence,
            "type": str(draft.type),
            "at": draft.at,
            "step": draft.step,
            "data": draft.data,
            "previous_hash": after_hash,
        }
        after_hash = hash_of(fields)
        events.append(Event.model_construct(None, **{**fields, "type": draft.type, "hash": after_hash}))
    return tuple(events)


def hash_of(fields: Mapping[str, Any]) -> str:
    """
    Return the hash of an event's fields without `hash`.
    """
    return hashlib.sha256(canonical(fields)).hexdigest()


def first_broken(events: Iterable[Event]) -> int | None:
    """
    Return the sequence number of the first event that does not fit the chain, or None when all do.
    """
    previous, expected = NO_HASH, 1
    for event in events:
        fields = event.model_dump(mode="json", exclude={"hash"})
        if (event.sequence, event.previous_hash, event.hash) != (expected, previous, hash_of(fields)):
            return event.sequence
        previous, expected = event.hash, expected + 1
    return None
