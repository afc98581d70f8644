"""
Owns how values become rows and rows values again; an event's `data` survives both databases unchanged.

Documents are encoded once, in the caller's own task, so that the transaction holds its locks only while it writes. The
text is ASCII: what PostgreSQL cannot store (NUL) is an escape in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from executor.core.errors import StoreError
from executor.core.events import Event, EventType
from executor.core.policy import Decision
from executor.engine.ports import Batch, Summary

Row = dict[str, Any]
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


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
        {"id": one.id, "run": one.run, "step": one.step, "document": one.model_dump_json(ensure_ascii=True)}
        for one in decisions
    ]


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
            data=json.loads(row.data),
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
    view: dict[str, Any] = json.loads(text)
    return view


def _run_row(summary: Summary) -> Row:
    return {
        "id": summary.run,
        "phase": summary.phase,
        "terminal": summary.terminal,
        "caller": summary.caller,
        "created_at": summary.created_at,
        "version": summary.version,
        "view": _encode(dict(summary.view)),
    }


def _event_row(run: str, event: Event) -> Row:
    return {
        "run": run,
        "sequence": event.sequence,
        "type": str(event.type),
        "at": event.at,
        "step": event.step,
        "data": _encode(event.data),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
