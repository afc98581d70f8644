"""
Owns how values become rows and rows values again; an event's `data` survives both databases unchanged.

Documents are encoded once, in the caller's own task, so that the transaction holds its locks only while it writes. The
encoder is pydantic's: three times as fast as `json`, and floats come back bit by bit. NUL, which PostgreSQL cannot
store, is an escape in JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from executor.core.errors import StoreError
from executor.core.events import Event, EventType
from executor.core.policy import Decision
from executor.engine.ports import Batch, Summary

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BatchRows:
    """
    A batch, encoded.
    """

    run: Row
    events: list[Row]
    decisions: list[Row]


def rows_of(batch: Batch) -> BatchRows:
    """
    Encode a batch.
    """
    return BatchRows(
        run=_run_row(batch.summary),
        events=[_event_row(batch.run, event) for event in batch.events],
        decisions=decision_rows(batch.decisions),
    )


def decision_rows(decisions: Sequence[Decision]) -> list[Row]:
    """
    Encode decisions.
    """
    return [
        {
            "id": one.id,
            "run": one.run,
            "document": one.model_dump_json(),
            "at": one.at,
            "stage": one.stage.value,
            "effect": one.effect.value,
        }
        for one in decisions
    ]


def decision_of(text: str) -> Decision:
    """
    Decode a decision.
    """
    return Decision.model_validate_json(text)


def event_of(row: sa.Row[Any]) -> Event:
    """
    Decode an event; raises StoreError when what is stored is none, which only a hand other than ours can have written.
    """
    try:
        return Event.model_construct(
            sequence=row.sequence,
            type=EventType(row.type),
            at=row.at,
            step=row.step,
            data=from_json(row.data),
            previous_hash=row.previous_hash,
            hash=row.hash,
        )
    except ValueError as error:
        raise StoreError(
            f"event {row.sequence} of run {row.run} cannot be read: it was changed outside the executor;"
            " restore the database from a backup"
        ) from error


def view_of(text: str) -> Mapping[str, Any]:
    """
    Decode the view of a run.
    """
    view: dict[str, Any] = from_json(text)
    return view


def _run_row(summary: Summary) -> Row:
    return {
        "id": summary.run,
        "phase": summary.phase,
        "terminal": summary.terminal,
        "caller": summary.caller,
        "created_at": summary.created_at,
        "version": summary.version,
        "view": to_json(dict(summary.view)).decode(),
        "finished_at": summary.finished_at,
    }


def _event_row(run: str, event: Event) -> Row:
    return {
        "run": run,
        "sequence": event.sequence,
        "type": str(event.type),
        "at": event.at,
        "step": event.step,
        "data": to_json(event.data).decode(),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
