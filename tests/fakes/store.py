"""
Owns a run store in memory for the engine's tests. The contract suite holds it to what SQLite and PostgreSQL do.
"""

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from executor.core.errors import (
    AlreadySubmitted,
    ClaimsHeld,
    DecisionNotFound,
    IdempotencyConflict,
    RunNotFound,
    StaleSequence,
    StoreError,
)
from executor.core.events import NO_HASH, Event
from executor.core.history import WINDOW_SECONDS, History, TargetHistory
from executor.core.policy import Decision
from executor.core.times import plus, seconds_between
from executor.engine.ports import Batch, Check, Claim, DecisionFilter, RunFilter, Summary
from executor.store.cursor import cursor_after, cursor_after_decision, decision_before, run_before


class FakeStore:
    """
    Keeps everything in dicts; documents go through JSON, as they would through a database.

    `batches` is what was recorded, in order. `fail_next_append(error)` scripts a failure; several queue up.
    `unwritable(message)` makes `check` say no, `writable()` makes it say yes again.
    """

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._events: dict[str, list[Event]] = {}
        self._summaries: dict[str, Summary] = {}
        self._decisions: dict[str, str] = {}
        self._claims: dict[str, str] = {}
        self._written: dict[tuple[str, str], str] = {}
        self._history_failure: Exception | None = None
        self._idempotency: dict[tuple[str, str], tuple[str, str]] = {}
        self._failures: deque[Exception] = deque()
        self._check = Check("store", ok=True, message="the database can be written")

    def fail_next_append(self, error: Exception) -> None:
        """
        Raise this at the next append instead of recording it.
        """
        self._failures.append(error)

    def cannot_count(self, error: Exception) -> None:
        """
        Raise this whenever somebody asks for the history.
        """
        self._history_failure = error

    def unwritable(self, message: str) -> None:
        """
        Make `check` fail.
        """
        self._check = Check("store", ok=False, message=message)

    def writable(self) -> None:
        """
        Make `check` hold again.
        """
        self._check = Check("store", ok=True, message="the database can be written")

    async def append(self, batch: Batch) -> None:
        # Like a database, it lets others run before it answers.
        await asyncio.sleep(0)
        if self._failures:
            raise self._failures.popleft()
        self._refuse(batch)
        kept = [event.model_copy(update={"data": json.loads(json.dumps(event.data))}) for event in batch.events]
        self._events.setdefault(batch.run, []).extend(kept)
        first = self._summaries.setdefault(batch.run, batch.summary)
        self._summaries[batch.run] = _continued(first, batch.summary)
        self._keep(batch.decisions)
        self._claims.update(dict.fromkeys(batch.claim, batch.run))
        for target, began_at in batch.written:
            self._written.setdefault((target, batch.run), began_at)
        if batch.release:
            self._claims = {key: run for key, run in self._claims.items() if run != batch.run}
        if batch.idempotency is not None:
            caller, key, digest = batch.idempotency
            self._idempotency[caller, key] = (batch.run, digest)
        self.batches.append(batch)

    async def events(self, run: str, *, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        if run not in self._events:
            raise RunNotFound(f"run {run} does not exist")
        return [event for event in self._events[run] if event.sequence > after][:limit]

    async def find_idempotent(self, *, caller: str, key: str) -> tuple[str, str] | None:
        return self._idempotency.get((caller, key))

    async def unfinished(self) -> Sequence[str]:
        return sorted(run for run, summary in self._summaries.items() if not summary.terminal)

    async def list_runs(
        self, selected: RunFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        before = None if cursor is None else run_before(cursor)
        found = [
            run
            for run, summary in sorted(self._summaries.items(), reverse=True)
            if (before is None or run < before) and _matches(summary, selected)
        ]
        views = [json.loads(json.dumps(dict(self._summaries[run].view))) for run in found[:limit]]
        return views, cursor_after(found[limit - 1]) if len(found) > limit else None

    async def decision(self, decision_id: str) -> Decision:
        if decision_id not in self._decisions:
            raise DecisionNotFound(f"decision {decision_id} does not exist")
        return Decision.model_validate_json(self._decisions[decision_id])

    async def list_decisions(
        self, selected: DecisionFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Decision], str | None]:
        before = None if cursor is None else decision_before(cursor)
        kept = [Decision.model_validate_json(text) for text in self._decisions.values()]
        found = [
            one
            for one in sorted(kept, key=_place, reverse=True)
            if (before is None or _place(one) < before) and _selects(selected, one)
        ]
        shown = found[:limit]
        return shown, cursor_after_decision(*_place(shown[-1])) if len(found) > limit else None

    async def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        self._refuse_known(decisions)
        self._keep(decisions)

    async def claims(self) -> Sequence[Claim]:
        return [Claim(key, run) for key, run in sorted(self._claims.items())]

    async def history(self, target: str | None, *, now: str, asking: str | None) -> History:
        if self._history_failure is not None:
            raise self._history_failure
        since = plus(now, -WINDOW_SECONDS)
        others = [summary for run, summary in self._summaries.items() if run != asking]
        ended = [
            summary.phase for summary in others if summary.finished_at is not None and summary.finished_at >= since
        ]
        began = {run: at for (of, run), at in self._written.items() if of == target and at >= since and run != asking}
        failed = [run for run in began if self._summaries[run].phase in _BROKEN]
        last = max(began.values(), default=None)
        since_last = None if last is None else seconds_between(last, now)
        return History(
            window_seconds=WINDOW_SECONDS,
            finished=len(ended),
            failed=sum(phase in _BROKEN for phase in ended),
            running=sum(summary.phase in {"running", "rolling_back"} for summary in others),
            target=None
            if target is None
            else TargetHistory(runs=len(began), failed=len(failed), seconds_since_last=since_last),
        )

    async def check(self) -> Check:
        return self._check

    def _refuse(self, batch: Batch) -> None:
        if batch.idempotency is not None:
            caller, key, digest = batch.idempotency
            run, earlier = self._idempotency.get((caller, key), (batch.run, digest))
            if earlier != digest:
                raise IdempotencyConflict(f"this idempotency key was used for run {run} with another plan")
            if run != batch.run:
                raise AlreadySubmitted(run=run)
        log = self._events.get(batch.run)
        stands = (log[-1].sequence, log[-1].hash) if log else (0, NO_HASH)
        continues = (batch.expected_sequence, batch.events[0].previous_hash if batch.events else stands[1])
        if continues != stands or (log is not None) != (batch.expected_sequence > 0):
            raise StaleSequence(f"run {batch.run}: its log stands at event {stands[0]}, not {batch.expected_sequence}")
        held = sorted(key for key in batch.claim if self._claims.get(key, batch.run) != batch.run)
        if held:
            raise ClaimsHeld(run=self._claims[held[0]], claim=held[0])
        self._refuse_known(batch.decisions)

    def _refuse_known(self, decisions: Sequence[Decision]) -> None:
        ids = [one.id for one in decisions]
        if len(set(ids)) < len(ids) or not self._decisions.keys().isdisjoint(ids):
            raise StoreError("a decision of this id was recorded before; nothing was recorded")

    def _keep(self, decisions: Sequence[Decision]) -> None:
        self._decisions.update({one.id: one.model_dump_json() for one in decisions})


_BROKEN = frozenset({"failed", "rolled_back", "degraded"})


def _continued(first: Summary, latest: Summary) -> Summary:
    return Summary(
        run=first.run,
        phase=latest.phase,
        terminal=latest.terminal,
        caller=first.caller,
        created_at=first.created_at,
        version=latest.version,
        namespaces=first.namespaces,
        labels=first.labels,
        view=latest.view,
        finished_at=latest.finished_at,
    )


def _place(decision: Decision) -> tuple[str, str]:
    return decision.at, decision.id


def _selects(selected: DecisionFilter, decision: Decision) -> bool:
    return (
        (selected.since is None or decision.at >= selected.since)
        and selected.stage in (None, decision.stage)
        and selected.effect in (None, decision.effect)
        and selected.run in (None, decision.run)
    )


def _matches(summary: Summary, selected: RunFilter) -> bool:
    return (
        selected.phase in (None, summary.phase)
        and selected.caller in (None, summary.caller)
        and (selected.namespace is None or selected.namespace in summary.namespaces)
        and selected.labels.items() <= dict(summary.labels).items()
    )
