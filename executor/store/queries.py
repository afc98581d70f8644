"""
Owns the questions that are asked of the store, each answered from an index however many runs have finished.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from executor.core.run import RunPhase
from executor.engine.ports import DecisionFilter, RunFilter
from executor.store.cursor import decision_before, run_before
from executor.store.schema import (
    KEY,
    UNFINISHED,
    claims,
    decisions,
    events,
    idempotency,
    run_labels,
    run_namespaces,
    run_targets,
    runs,
    sealed_values,
)

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

    One filter leads, and its index is already in the order of runs. Runs in a phase that does not last are few, so that
    phase leads; else a label or a namespace does; else SQLite chooses between phase and caller.
    """
    asked = sa.select(runs.c.id, runs.c.view)
    order: sa.ColumnElement[str] = runs.c.id
    marks = _marks(selected)
    few = selected.phase is not None and selected.phase not in _LASTING
    if marks and not few:
        lead, condition = marks.pop(0)
        asked, order = asked.join(lead, lead.c.run == runs.c.id).where(condition), lead.c.run
    for mark, condition in marks:
        asked = asked.where(sa.exists().where(mark.c.run == order, condition))
    if selected.phase is not None:
        asked = asked.where((runs.c.phase if order is runs.c.id else _follower(runs.c.phase)) == selected.phase)
    if selected.caller is not None:
        asked = asked.where(
            (runs.c.caller if order is runs.c.id and not few else _follower(runs.c.caller)) == selected.caller
        )
    if cursor is not None:
        asked = asked.where(order < run_before(cursor))
    return asked.order_by(order.desc()).limit(limit + 1)


def one_decision(decision: str) -> Question:
    """
    Ask for one decision.
    """
    return sa.select(decisions.c.document).where(decisions.c.id == decision)


def page_of_decisions(selected: DecisionFilter, *, limit: int, cursor: str | None) -> Question:
    """
    Ask for one decision more than a page holds, newest first; stage and effect are looked at along the way.
    """
    place = sa.tuple_(decisions.c.at, decisions.c.id)
    asked = sa.select(decisions.c.id, decisions.c.at, decisions.c.document)
    if selected.run is not None:
        asked = asked.where(decisions.c.run == selected.run)
    if selected.since is not None:
        asked = asked.where(decisions.c.at >= selected.since)
    if selected.stage is not None:
        asked = asked.where(decisions.c.stage == selected.stage.value)
    if selected.effect is not None:
        asked = asked.where(decisions.c.effect == selected.effect.value)
    if cursor is not None:
        at, decision = decision_before(cursor)
        asked = asked.where(place < sa.tuple_(sa.literal(at, KEY), sa.literal(decision, KEY)))
    return asked.order_by(decisions.c.at.desc(), decisions.c.id.desc()).limit(limit + 1)


def held_claims() -> Question:
    """
    Ask for every claim that is held.
    """
    return sa.select(claims.c.key, claims.c.run).order_by(claims.c.key)


def history_of(target: str | None, *, since: str, asking: str | None) -> Question:
    """
    Ask for what a History counts, in one row.
    """
    ended, broken = runs.c.finished_at >= since, runs.c.phase.in_(_BROKEN)
    columns = {
        "finished": _count(runs, ended),
        "failed": _count(runs, ended, broken),
        "running": _count(runs, runs.c.phase.in_(_AT_WORK), runs.c.id != (asking or "")),
    }
    if target is not None:
        of_target = (
            run_targets.c.target == target,
            run_targets.c.began_at >= since,
            run_targets.c.run != (asking or ""),
        )
        columns |= {
            "target_runs": _count(run_targets, *of_target),
            "target_failed": _count(run_targets.join(runs, runs.c.id == run_targets.c.run), *of_target, broken),
            "target_last": sa.select(sa.func.max(run_targets.c.began_at)).where(*of_target).scalar_subquery(),
        }
    return sa.select(*(column.label(name) for name, column in columns.items()))


def _count(counted: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(counted).where(*conditions).scalar_subquery()


def sealed(fingerprints: Collection[str]) -> Question:
    """
    Ask for what is kept in the vault under these fingerprints.
    """
    return sa.select(sealed_values.c.fingerprint, sealed_values.c.ciphertext).where(
        sealed_values.c.fingerprint.in_(sorted(fingerprints))
    )


_BROKEN = tuple(phase.value for phase in (RunPhase.FAILED, RunPhase.ROLLED_BACK, RunPhase.DEGRADED))
_AT_WORK = tuple(phase.value for phase in (RunPhase.RUNNING, RunPhase.ROLLING_BACK))
_LASTING = frozenset(phase.value for phase in RunPhase if phase.terminal)


def _follower(column: sa.Column[str]) -> sa.ColumnElement[str]:
    # An expression that no index is made of: without statistics the planner might let it lead, and sort every match.
    return sa.func.coalesce(column, "", type_=column.type)


def _marks(selected: RunFilter) -> list[tuple[Marks, sa.ColumnElement[bool]]]:
    marks: list[tuple[Marks, sa.ColumnElement[bool]]] = []
    for key, value in sorted(selected.labels.items()):
        label = run_labels.alias()
        marks.append((label, sa.and_(label.c.key == key, label.c.value == value)))
    if selected.namespace is not None:
        touched = run_namespaces.alias()
        marks.append((touched, touched.c.namespace == selected.namespace))
    return marks
