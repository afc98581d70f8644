"""
Owns the one way to add an event to a run: fold → append → publish.

An event is folded the moment it is noted, so that the engine never acts on an old state; an illegal one raises and is
never written. Noted events reach the store with the next `record`, or by themselves within a moment, in one
transaction: an undisturbed step costs three. Whatever must be durable before an effect is recorded, not noted.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from executor.core.errors import StoreUnavailable
from executor.core.events import NO_HASH, Draft, Event, EventType, chained
from executor.core.fold import after, first
from executor.core.policy import Decision
from executor.core.run import Run
from executor.core.view import namespaces_of, run_view
from executor.engine.hub import Hub
from executor.engine.ports import Batch, Clock, RunStore, Summary

NOTED_SECONDS = 0.1
"""How long a noted event may wait for its transaction; people see it well within a second."""

LONGEST_RETRY_SECONDS = 5.0


class Recorder:
    """
    The log of one run while this process works on it. `run` is the state with every noted event folded in.
    """

    def __init__(self, run: Run, *, store: RunStore, clock: Clock, hub: Hub) -> None:
        self.run = run
        self._store, self._clock, self._hub = store, clock, hub
        self._pending: list[tuple[Event, Run]] = []
        self._decisions: list[Decision] = []
        self._durable = run.version
        self._writing = asyncio.Lock()
        self._later: asyncio.Task[None] | None = None

    def note(
        self,
        kind: EventType,
        data: dict[str, Any] | None = None,
        *,
        step: str | None = None,
        decision: Decision | None = None,
    ) -> None:
        """
        Add an event that need not be durable at once.
        """
        self._add([self._draft(kind, data, step)])
        if decision is not None:
            self._decisions.append(decision)
        if self._later is None or self._later.done():
            self._later = asyncio.create_task(self._flush_soon())

    async def record(
        self,
        kind: EventType,
        data: dict[str, Any] | None = None,
        *,
        step: str | None = None,
        decisions: Sequence[Decision] = (),
    ) -> None:
        """
        Add an event and return when it and all that was noted before are durable.

        A store that cannot take it now is asked again until it can: an effect without its record is worse than a wait.
        """
        self._add([self._draft(kind, data, step)])
        self._decisions.extend(decisions)
        await self.flush()

    async def record_claimed(self, drafts: Iterable[tuple[EventType, dict[str, Any]]], claims: tuple[str, ...]) -> None:
        """
        Add events together with the run's claims; raises ClaimsHeld or StoreUnavailable, and then nothing was added.
        """
        await self._flush_once()
        async with self._writing:
            recorded = self._chain([self._draft(kind, data, None) for kind, data in drafts])
            await self._append(recorded, claims=claims)
            self.run = recorded[-1][1]
            self._published(recorded)

    async def flush(self) -> None:
        """
        Return when everything noted so far is durable.
        """
        last, wait_seconds = self.run.version, 0.1
        while self._durable < last:
            try:
                await self._flush_once()
            except StoreUnavailable:
                await self._clock.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, LONGEST_RETRY_SECONDS)

    async def close(self) -> None:
        """
        Make all that was noted durable, once, and stop the timer.
        """
        if self._later is not None:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)
        await self._flush_once()

    def _draft(self, kind: EventType, data: dict[str, Any] | None, step: str | None) -> Draft:
        return Draft(type=kind, at=self._clock.now(), step=step, data=data or {})

    def _chain(self, drafts: Iterable[Draft]) -> list[tuple[Event, Run]]:
        run, chain = self.run, []
        for event in chained(drafts, after_sequence=run.version, after_hash=run.last_hash):
            run = after(run, event)
            chain.append((event, run))
        return chain

    def _add(self, drafts: Iterable[Draft]) -> None:
        chain = self._chain(drafts)
        self._pending.extend(chain)
        self.run = chain[-1][1]

    async def _flush_soon(self) -> None:
        while self._pending:
            await self._clock.sleep(NOTED_SECONDS)
            await self.flush()

    async def _flush_once(self) -> None:
        # Shielded: who is cancelled in between must not leave behind as pending what the store has recorded.
        await asyncio.shield(self._write_pending())

    async def _write_pending(self) -> None:
        async with self._writing:
            recorded, decisions = list(self._pending), tuple(self._decisions)
            if not recorded:
                return
            await self._append(recorded, decisions=decisions)
            del self._pending[: len(recorded)]
            del self._decisions[: len(decisions)]
            self._published(recorded)

    async def _append(
        self,
        recorded: list[tuple[Event, Run]],
        *,
        decisions: tuple[Decision, ...] = (),
        claims: tuple[str, ...] = (),
    ) -> None:
        ended = recorded[-1][1].phase.terminal
        batch = Batch(
            run=self.run.id,
            events=tuple(event for event, _ in recorded),
            expected_sequence=self._durable,
            summary=summary_of(recorded[-1][1]),
            decisions=decisions,
            claim=claims,
            # By the state, not by who happens to write it: any flush may be the one that takes RunFinished along.
            release=ended,
            written=tuple(dict(reversed(list(_written(recorded)))).items()),
        )
        await self._store.append(batch)

    def _published(self, recorded: list[tuple[Event, Run]]) -> None:
        self._durable = recorded[-1][0].sequence
        self._hub.publish(recorded)


async def record_accepted(
    run_id: str,
    data: dict[str, Any],
    *,
    idempotency: tuple[str, str, str] | None,
    store: RunStore,
    clock: Clock,
    hub: Hub,
) -> Recorder:
    """
    Record a new run with its RunAccepted; raises StoreUnavailable, IdempotencyConflict or AlreadySubmitted.
    """
    draft = Draft(type=EventType.RUN_ACCEPTED, at=clock.now(), data=data)
    (event,) = chained([draft], after_sequence=0, after_hash=NO_HASH)
    run = first(run_id, event)
    batch = Batch(run=run_id, events=(event,), expected_sequence=0, summary=summary_of(run), idempotency=idempotency)
    await store.append(batch)
    hub.publish([(event, run)])
    return Recorder(run, store=store, clock=clock, hub=hub)


def summary_of(run: Run) -> Summary:
    """
    Return what the store indexes about a run.
    """
    return Summary(
        run=run.id,
        phase=str(run.phase),
        terminal=run.phase.terminal,
        caller=run.caller,
        created_at=run.created_at,
        version=run.version,
        namespaces=namespaces_of(run),
        labels=run.plan.labels,
        view=run_view(run, steps=False),
        finished_at=run.finished_at,
    )


def _written(recorded: Iterable[tuple[Event, Run]]) -> Iterator[tuple[str, str]]:
    """
    Yield the targets that events announce a write to, and when.
    """
    for event, run in recorded:
        if event.type is EventType.APPLY_STARTED and event.step is not None:
            target = run.steps[event.step].step.target
            if target is not None:
                yield str(target), event.at
