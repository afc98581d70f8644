"""
Owns the run store over SQL: `engine.ports.RunStore` on top of one writer and a few reading threads.
"""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from executor.core.errors import DecisionNotFound, RunNotFound, StoreError
from executor.core.events import Event
from executor.core.history import WINDOW_SECONDS, History, TargetHistory
from executor.core.policy import Decision
from executor.core.times import plus, seconds_between
from executor.engine.ports import Batch, Check, Claim, Clock, DecisionFilter, RunFilter
from executor.store import queries
from executor.store.appending import add_decisions, is_recorded, record
from executor.store.cursor import cursor_after, cursor_after_decision
from executor.store.engines import Engines
from executor.store.reader import Reader
from executor.store.rows import decision_of, decision_rows, event_of, rows_of, view_of
from executor.store.schema import probes
from executor.store.space import no_space
from executor.store.vault import SqlVault
from executor.store.writer import Write, Writer

_CHECK_SECONDS = 2.0
"""A write that takes longer than this keeps runs waiting: not ready, even if it succeeds in the end."""


class SqlStore:
    """
    The event log in SQLite or PostgreSQL. Made by `open_store`; used from one event loop.
    """

    def __init__(self, engines: Engines, *, file: Path | None) -> None:
        self._engines = engines
        self._file = file
        self._writer = Writer(engines.writer)
        self._reader = Reader(engines.reader)
        self._probe: asyncio.Future[None] | None = None

    async def append(self, batch: Batch) -> None:
        """
        Record a batch durably, together with whatever else waits to be recorded.

        It cannot be broken off: a cancelled caller waits for the outcome and is cancelled then, so that no write is
        under way that nobody knows of. Whoever keeps state beside the log shields its own step (`asyncio.shield`).
        """
        await self._writer.write(
            Write(
                f"run {batch.run}, batch behind event {batch.expected_sequence}",
                perform=partial(record, batch=batch, rows=rows_of(batch)),
                landed=partial(is_recorded, batch=batch),
            )
        )

    async def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        """
        Record decisions that belong to no run.
        """
        if not decisions:
            return
        rows = decision_rows(decisions)
        found = queries.one_decision(decisions[0].id)
        await self._writer.write(
            Write(
                f"{len(rows)} decisions of an assessment",
                perform=partial(add_decisions, rows=rows),
                landed=lambda connection: connection.execute(found).first() is not None,
            )
        )

    async def events(self, run: str, *, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """
        Return a run's events behind a sequence number, oldest first; raises RunNotFound.
        """
        rows = await self._reader.ask(f"the events of run {run}", queries.events_after(run, after, limit))
        if not rows and not await self._reader.ask(f"run {run}", queries.run_exists(run)):
            raise RunNotFound(f"run {run} does not exist")
        return [event_of(row) for row in rows]

    async def find_idempotent(self, *, caller: str, key: str) -> tuple[str, str] | None:
        """
        Return (run id, plan digest) recorded for a caller's idempotency key.
        """
        rows = await self._reader.ask("an idempotency key", queries.idempotent(caller, key))
        return (rows[0].run, rows[0].digest) if rows else None

    async def unfinished(self) -> Sequence[str]:
        """
        Return the ids of all runs that have not finished, oldest first.
        """
        return [row.id for row in await self._reader.ask("the unfinished runs", queries.unfinished_runs())]

    async def list_runs(
        self, selected: RunFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """
        Return a page of run views, newest first, and the cursor of the next page or None; ValueError for a bad cursor.
        """
        rows = await self._reader.ask("the list of runs", queries.page_of_runs(selected, limit=limit, cursor=cursor))
        shown = rows[:limit]
        return [view_of(row.view) for row in shown], cursor_after(shown[-1].id) if len(rows) > limit else None

    async def decision(self, decision_id: str) -> Decision:
        """
        Return one decision; raises DecisionNotFound.
        """
        rows = await self._reader.ask(f"decision {decision_id}", queries.one_decision(decision_id))
        if not rows:
            raise DecisionNotFound(f"decision {decision_id} does not exist")
        return decision_of(rows[0].document)

    async def list_decisions(
        self, selected: DecisionFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Decision], str | None]:
        """
        Return a page of decisions, newest first, and the cursor of the next page or None; ValueError for a bad cursor.
        """
        question = queries.page_of_decisions(selected, limit=limit, cursor=cursor)
        rows = await self._reader.ask("the list of decisions", question)
        shown = rows[:limit]
        # A page is megabytes: decoded beside the event loop, in which runs go on.
        items = await asyncio.to_thread(lambda: [decision_of(row.document) for row in shown])
        return items, cursor_after_decision(shown[-1].at, shown[-1].id) if len(rows) > limit else None

    async def claims(self) -> Sequence[Claim]:
        """
        Return every claim that is held.
        """
        return [Claim(row.key, row.run) for row in await self._reader.ask("the claims", queries.held_claims())]

    async def history(self, target: str | None, *, now: str, asking: str | None) -> History:
        """
        Count what earlier and other runs did within the window before now; the run that asks is not counted.
        """
        question = queries.history_of(target, since=plus(now, -WINDOW_SECONDS), asking=asking)
        (row,) = await self._reader.ask("earlier runs", question)
        return History(
            window_seconds=WINDOW_SECONDS,
            finished=row.finished,
            failed=row.failed,
            running=row.running,
            target=None if target is None else _target_history(row, now),
        )

    async def check(self) -> Check:
        """
        Tell if the store can be written: by a durable write that leaves nothing, shared by all who ask meanwhile.
        """
        if self._file is not None and (sentence := no_space(self._file)) is not None:
            return Check("store", ok=False, message=sentence)
        try:
            if self._probe is None or self._probe.done():
                self._probe = self._writer.hand_in(Write("a probe", perform=_write_probe, landed=lambda _: True))
            async with asyncio.timeout(_CHECK_SECONDS):
                await asyncio.shield(self._probe)
        except StoreError as error:
            return Check("store", ok=False, message=str(error))
        except TimeoutError:
            return Check("store", ok=False, message=f"the database took no write within {_CHECK_SECONDS:.0f} s")
        return Check("store", ok=True, message="the database can be written")

    def vault(self, *, key: bytes, clock: Clock) -> SqlVault:
        """
        Return the vault in this database; it closes with the store.
        """
        return SqlVault(writer=self._writer, reader=self._reader, key=key, clock=clock)

    async def close(self) -> None:
        """
        Wait for the writes under way, then close every connection.
        """
        await self._writer.close()
        await self._reader.close()
        await asyncio.to_thread(self._engines.dispose)


def _target_history(row: sa.Row[Any], now: str) -> TargetHistory:
    since = None if row.target_last is None else seconds_between(row.target_last, now)
    return TargetHistory(runs=row.target_runs, failed=row.target_failed, seconds_since_last=since)


def _write_probe(connection: sa.Connection) -> None:
    # Written and taken back in one transaction: the pages and the log are written all the same, and nothing grows.
    mark = uuid.uuid4().hex
    connection.execute(sa.insert(probes).values(id=mark))
    connection.execute(sa.delete(probes).where(probes.c.id == mark))
