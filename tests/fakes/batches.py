"""
Owns builders of batches, as the engine would hand them to a store.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from executor.core.events import NO_HASH, Draft, Event, EventType, chained
from executor.core.policy import Decision, Effect, Stage, Violation
from executor.engine.ports import Batch, RunStore, Summary

AT = "2026-11-23T11:24:06.942Z"


def drafts(count: int = 1, *, data: Mapping[str, Any] | None = None) -> list[Draft]:
    """
    Make drafts of events; what they are does not matter to a store.
    """
    return [Draft(type=EventType.STEP_STARTED, at=AT, step="a", data={"n": n, **(data or {})}) for n in range(count)]


def a_summary(run: str, **changed: Any) -> Summary:
    """
    Make a run's summary.
    """
    fields: dict[str, Any] = {
        "run": run,
        "phase": "running",
        "terminal": False,
        "caller": "local",
        "created_at": AT,
        "version": 1,
        "namespaces": ("shop",),
        "labels": {},
        "view": {"id": run},
    }
    return Summary(**{**fields, **changed})


def a_batch(
    run: str,
    *,
    events: Sequence[Draft] | None = None,
    behind: Sequence[Event] = (),
    decisions: Sequence[Decision] = (),
    claim: tuple[str, ...] = (),
    release: bool = False,
    idempotency: tuple[str, str, str] | None = None,
    written: tuple[tuple[str, str], ...] = (),
    **summary: Any,
) -> Batch:
    """
    Make a batch that continues a run behind its last known events, or begins it.
    """
    sequence, last_hash = (behind[-1].sequence, behind[-1].hash) if behind else (0, NO_HASH)
    return Batch(
        run=run,
        events=chained(drafts() if events is None else events, after_sequence=sequence, after_hash=last_hash),
        expected_sequence=sequence,
        summary=a_summary(run, **summary),
        decisions=tuple(decisions),
        claim=claim,
        release=release,
        idempotency=idempotency,
        written=written,
    )


async def begin(store: RunStore, run: str, **parts: Any) -> Sequence[Event]:
    """
    Record a new run and return its events.
    """
    batch = a_batch(run, **parts)
    await store.append(batch)
    return batch.events


def a_decision(name: str, *, run: str | None = None, asked: Mapping[str, Any] | None = None) -> Decision:
    """
    Make a decision that denies.
    """
    return Decision(
        id=name,
        run=run,
        step="a",
        stage=Stage.PREFLIGHT,
        effect=Effect.DENY,
        violations=[Violation(code="replica_limit", message="50 is too many", path="/parameters/replicas")],
        warnings=[],
        approvals=[],
        evaluated=["replica_limit"],
        revision={"remediation": "1"},
        input=dict(asked or {}),
        input_digest="sha256:" + "0" * 64,
        duration_seconds=0.0013,
        at=AT,
    )
