"""
Owns the questions that are asked of the store, each answered from an index however many runs have finished.
"""

from typing import Any

import sqlalchemy as sa

from executor.engine.ports import RunFilter
from executor.store.cursor import run_before
from executor.store.schema import UNFINISHED, claims, decisions, events, idempotency, run_labels, run_namespaces, runs

Question = sa.Select[Any]
Marks = sa.FromClause


def events_after(run: str, after: int, limit: int | None) -> Question:
    """
    Ask for a run's events behind a sequence number, oldest first.
    """
    asked = sa.select(events).where(events.c.run == run, events.c.sequence > after)
    return asked.order_by(events.c.sequence).limit(limit)


def run_exists(run: str) -> Question:
    """
    Ask if a run has been recorded.
    """
    return sa.select(runs.c.id).where(runs.c.id == run)


def idempotent(caller: str, key: str) -> Question:
    """
    Ask for the run and digest behind an idempotency key.
    """
    return sa.select(idempotency.c.run, idempotency.c.digest).where(
        idempotency.c.caller == caller, idempotency.c.key == key
    )


def unfinished_runs() -> Question:
    """
    Ask for the runs that have not finished, oldest first.
    """
    return sa.select(runs.c.id).where(UNFINISHED).order_by(runs.c.id)


def page_of_runs(selected: RunFilter, *, limit: int, cursor: str | None) -> Question:
    """
    Ask for one run more than a page holds, newest first, so that the page knows if another follows.

    The index of a label or a namespace is already in the order of runs, so the rarest kind of filter leads, and a page
    reads about as many rows as it shows.
    """
    asked = sa.select(runs.c.id, runs.c.view)
    order: sa.ColumnElement[str] = runs.c.id
    for number, (table, condition) in enumerate(_marks(selected)):
        if number == 0:
            asked, order = asked.join(table, table.c.run == runs.c.id).where(condition), table.c.run
        else:
            asked = asked.where(sa.exists().where(table.c.run == order, condition))
    if selected.phase is not None:
        asked = asked.where(runs.c.phase == selected.phase)
    if selected.caller is not None:
        asked = asked.where(runs.c.caller == selected.caller)
    if cursor is not None:
        asked = asked.where(order < run_before(cursor))
    return asked.order_by(order.desc()).limit(limit + 1)


def one_decision(decision: str) -> Question:
    """
    Ask for one decision.
    """
    return sa.select(decisions.c.document).where(decisions.c.id == decision)


def held_claims() -> Question:
    """
    Ask for every claim that is held.
    """
    return sa.select(claims.c.key, claims.c.run).order_by(claims.c.key)


def _marks(selected: RunFilter) -> list[tuple[Marks, sa.ColumnElement[bool]]]:
    marks: list[tuple[Marks, sa.ColumnElement[bool]]] = []
    for key, value in sorted(selected.labels.items()):
        label = run_labels.alias()
        marks.append((label, sa.and_(label.c.key == key, label.c.value == value)))
    if selected.namespace is not None:
        touched = run_namespaces.alias()
        marks.append((touched, touched.c.namespace == selected.namespace))
    return marks
