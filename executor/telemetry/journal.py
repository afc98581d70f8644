"""
Owns the log of what runs do: each event once, with its run, its step and the few facts people search for.
"""

import logging
import re
from collections.abc import Mapping

import structlog

from executor.core.events import Event, EventType
from executor.core.run import Run, RunPhase
from executor.telemetry.observing import never_in_the_way

_FACTS = (
    "message", "code", "stage", "effect", "decision", "digest", "actuation", "phase", "because", "reason", "caller",
    "unchanged", "resumed", "owner",
)  # fmt: skip
"""What is told of an event's data. Whole objects are in the event log, and nowhere else."""

_LEVELS: Mapping[EventType, int] = {
    EventType.RUN_CLAIMED: logging.DEBUG,
    EventType.SNAPSHOT_TAKEN: logging.DEBUG,
    EventType.POLICY_DECIDED: logging.DEBUG,
    EventType.DRY_RUN_COMPLETED: logging.DEBUG,
    EventType.APPLY_STARTED: logging.DEBUG,
    EventType.CHANGE_VERIFIED: logging.DEBUG,
    EventType.STEP_DENIED: logging.WARNING,
    EventType.STEP_FAILED: logging.WARNING,
    EventType.OUTCOME_UNKNOWN: logging.WARNING,
    EventType.ROLLBACK_STARTED: logging.WARNING,
    EventType.RESTORE_FAILED: logging.ERROR,
}
"""
What is missing is information. The inner events of a step are for debugging: they are kept in the event log, and six
lines for every step that goes well would hide the ones that matter.
"""

_FINISHED_LEVELS: Mapping[RunPhase, int] = {
    RunPhase.SUCCEEDED: logging.INFO,
    RunPhase.CANCELLED: logging.INFO,
    RunPhase.DEGRADED: logging.ERROR,
}

_log = structlog.get_logger("executor.journal")


@never_in_the_way
def journal(run: Run, event: Event) -> None:
    """
    Log an event that was just recorded; `run` is as the event left it.
    """
    facts = {key: event.data[key] for key in _FACTS if key in event.data}
    said = run.message if event.step is None else run.steps[event.step].message
    message = facts.pop("message", said)
    _log.log(
        _level(run, event),
        message,
        action=action_of(event.type),
        run=run.id,
        step=event.step,
        sequence=event.sequence,
        **facts,
    )


def action_of(event_type: EventType) -> str:
    """
    Return an event's name as logs spell actions: `DryRunCompleted` is `dry_run_completed`.
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type).lower()


def _level(run: Run, event: Event) -> int:
    if event.type is EventType.RUN_FINISHED:
        return _FINISHED_LEVELS.get(run.phase, logging.WARNING)
    return _LEVELS.get(event.type, logging.INFO)
