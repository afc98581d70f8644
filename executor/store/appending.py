"""
Owns what one batch does inside its transaction: each guard is one statement that also takes its place.

A guard that fails raises, and the caller rolls back to where the batch began. No guard reads first and writes later, so
none can be overtaken by another process on the same database.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from executor.core.errors import AlreadySubmitted, ClaimsHeld, IdempotencyConflict, StaleSequence
from executor.core.events import NO_HASH
from executor.engine.ports import Batch
from executor.store.rows import BatchRows, Row
from executor.store.schema import claims, decisions, events, idempotency, run_labels, run_namespaces, run_targets, runs

# Built once, because every batch runs them; the values to set are the parameters that are named like columns.
_ADD_EVENTS = sa.insert(events)
_ADD_DECISIONS = sa.insert(decisions)
_RESTATE = sa.update(runs).where(
    runs.c.id == sa.bindparam("of_run"), runs.c.last_sequence == sa.bindparam("expected_sequence")
)
_EXTEND = _RESTATE.where(runs.c.last_hash == sa.bindparam("expected_hash"))
_RELEASE = sa.delete(claims).where(claims.c.run == sa.bindparam("of_run"))
_FIXED = frozenset({"id", "caller", "created_at"})
"""What a run keeps from its first batch, like its labels and namespaces."""


@dataclass(frozen=True, slots=True)
class _Taking:
    """
    The statements that take a place or answer with who has it.
    """

    key: Any
    run: Any
    claims: Any
    target: Any


def _taking(insert: Any) -> _Taking:
    # An update that changes nothing makes the database answer with the row that stands, whoever wrote it.
    key = insert(idempotency).on_conflict_do_update(
        index_elements=[idempotency.c.caller, idempotency.c.key], set_={"run": idempotency.c.run}
    )
    claim = insert(claims).on_conflict_do_update(index_elements=[claims.c.key], set_={"run": claims.c.run})
    return _Taking(
        key=key.returning(idempotency.c.run, idempotency.c.digest),
        run=insert(runs).on_conflict_do_nothing().returning(runs.c.id),
        claims=claim.returning(claims.c.key, claims.c.run),
        target=insert(run_targets).on_conflict_do_nothing(),
    )


# Both dialects spell ON CONFLICT alike, but share no type for it.
_TAKING = {"sqlite": _taking(sqlite.insert), "postgresql": _taking(postgresql.insert)}


def record(connection: sa.Connection, batch: Batch, rows: BatchRows) -> None:
    """
    Write all of a batch, or raise StaleSequence, ClaimsHeld, IdempotencyConflict or AlreadySubmitted.
    """
    if batch.idempotency is not None:
        _take_idempotency_key(connection, batch.run, *batch.idempotency)
    if batch.expected_sequence == 0:
        _begin_run(connection, batch, rows)
    else:
        _continue_run(connection, batch, rows)
    if batch.claim:
        _take_claims(connection, batch.run, batch.claim)
    if rows.events:
        connection.execute(_ADD_EVENTS, rows.events)
    if batch.written:
        _note_targets(connection, batch.run, batch.written)
    if rows.decisions:
        add_decisions(connection, rows.decisions)
    if batch.release:
        connection.execute(_RELEASE, {"of_run": batch.run})


def add_decisions(connection: sa.Connection, rows: list[Row]) -> None:
    """
    Write decisions; each id is new.
    """
    connection.execute(_ADD_DECISIONS, rows)


def is_recorded(connection: sa.Connection, batch: Batch) -> bool:
    """
    Tell if this very batch stands in the log: asked when the answer to a commit was lost.
    """
    if not batch.events:
        return False
    last = batch.events[-1]
    found = sa.select(events.c.hash).where(events.c.run == batch.run, events.c.sequence == last.sequence)
    return connection.execute(found).scalar() == last.hash


def _take_idempotency_key(connection: sa.Connection, run: str, caller: str, key: str, digest: str) -> None:
    taken = {"caller": caller, "key": key, "run": run, "digest": digest}
    earlier = connection.execute(_TAKING[connection.dialect.name].key, taken).one()
    if earlier.digest != digest:
        raise IdempotencyConflict(
            f"this idempotency key was used for run {earlier.run} with another plan; use a new key for a new plan"
        )
    if earlier.run != run:
        raise AlreadySubmitted(run=earlier.run)


def _begin_run(connection: sa.Connection, batch: Batch, rows: BatchRows) -> None:
    begun = connection.execute(_TAKING[connection.dialect.name].run, {**rows.run, **_place(batch)})
    if begun.first() is None or _previous_hash(batch) != NO_HASH:
        raise _stale(connection, batch)
    labels = [{"key": key, "value": value, "run": batch.run} for key, value in batch.summary.labels.items()]
    namespaces = [{"namespace": namespace, "run": batch.run} for namespace in dict.fromkeys(batch.summary.namespaces)]
    if labels:
        connection.execute(sa.insert(run_labels), labels)
    if namespaces:
        connection.execute(sa.insert(run_namespaces), namespaces)


def _continue_run(connection: sa.Connection, batch: Batch, rows: BatchRows) -> None:
    changed = {key: value for key, value in rows.run.items() if key not in _FIXED}
    guards = {"of_run": batch.run, "expected_sequence": batch.expected_sequence}
    if batch.events:
        moved = connection.execute(
            _EXTEND, {**guards, "expected_hash": _previous_hash(batch), **changed, **_place(batch)}
        )
    else:
        moved = connection.execute(_RESTATE, {**guards, **changed})
    if moved.rowcount != 1:
        raise _stale(connection, batch)


def _take_claims(connection: sa.Connection, run: str, keys: tuple[str, ...]) -> None:
    # Sorted, so that two processes take the same claims in the same order and none waits for the other in a circle.
    wanted = [{"key": key, "run": run} for key in sorted(set(keys))]
    taken = connection.execute(_TAKING[connection.dialect.name].claims, wanted)
    held = sorted((row.key, row.run) for row in taken if row.run != run)
    if held:
        claim, holder = held[0]
        raise ClaimsHeld(run=holder, claim=claim)


def _note_targets(connection: sa.Connection, run: str, written: tuple[tuple[str, str], ...]) -> None:
    # The first time stands, also within one batch.
    noted = [{"target": target, "run": run, "began_at": began_at} for target, began_at in written]
    connection.execute(_TAKING[connection.dialect.name].target, noted)


def _place(batch: Batch) -> Row:
    if not batch.events:
        return {} if batch.expected_sequence else {"last_sequence": 0, "last_hash": NO_HASH}
    return {"last_sequence": batch.events[-1].sequence, "last_hash": batch.events[-1].hash}


def _previous_hash(batch: Batch) -> str:
    return batch.events[0].previous_hash if batch.events else NO_HASH


def _stale(connection: sa.Connection, batch: Batch) -> StaleSequence:
    found = connection.execute(sa.select(runs.c.last_sequence).where(runs.c.id == batch.run)).scalar()
    stands = "has no events yet" if found is None else f"stands at event {found}"
    return StaleSequence(
        f"run {batch.run}: cannot append behind event {batch.expected_sequence}, its log {stands};"
        " read the run again and decide anew"
    )
