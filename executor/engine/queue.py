"""
Owns who may run: so many runs at once, first in first out, and each target held by one run at a time.
"""

import asyncio
from typing import Any

from executor.core.claims import changed_pods, claims_of
from executor.core.errors import ClaimsHeld, StoreUnavailable
from executor.core.events import EventType
from executor.core.run import RunPhase
from executor.engine.claiming import claims_in
from executor.engine.leash import Leash
from executor.engine.ports import Clock, Cluster
from executor.engine.recorder import Recorder

STORE_PAUSE_SECONDS = 0.5
"""How long to wait before a store that cannot take a start now is asked again."""


class Queue:
    """
    Lets runs start. A run takes all its claims in the transaction of its RunStarted, or none.
    """

    def __init__(self, *, max_running: int, clock: Clock, cluster: Cluster) -> None:
        self._max_running, self._clock, self._cluster = max_running, clock, cluster
        self._running = 0
        self._line: list[str] = []
        """Who waits for a place, first in first out; who waits for claims stands in no line."""
        self._left, self._freed = asyncio.Event(), asyncio.Event()
        """A run has left, so claims may be free; a place is free, also one that was taken in vain."""

    async def enter(self, recorder: Recorder, leash: Leash, *, first: list[tuple[EventType, dict[str, Any]]]) -> None:
        """
        Return when the run has started; raises Stopped when it must not start any more.

        `first` are events to be recorded ahead of RunStarted, in its transaction where nothing has to be waited for.
        """
        run = recorder.run.id
        try:
            while True:
                leash.check()
                claims = await self._claims(recorder, leash)
                # Taken before the look, so that whoever leaves while it lasts is not missed.
                left, freed = self._left, self._freed
                try:
                    waits_for = await self._try(recorder, first, claims)
                except StoreUnavailable:
                    await leash.hold(self._clock.sleep(STORE_PAUSE_SECONDS))
                    continue
                if waits_for is None:
                    return
                first = self._tell(recorder, first, waits_for)
                await leash.hold((freed if run in self._line else left).wait())
        finally:
            if run in self._line:
                self._line.remove(run)
                self._free()

    def reenter(self) -> None:
        """
        Count a run that was started before this process was.
        """
        self._running += 1

    def leave(self) -> None:
        """
        Give the place to the next; call it after the run's claims were released.
        """
        self._running -= 1
        self._left.set()
        self._left = asyncio.Event()
        self._free()

    def _free(self) -> None:
        self._freed.set()
        self._freed = asyncio.Event()

    async def _claims(self, recorder: Recorder, leash: Leash) -> tuple[str, ...]:
        """
        Return what the run has to hold, looked up anew at each try: a pod may have another owner by then.
        """
        plan = recorder.run.plan
        if not changed_pods(plan):
            return claims_of(plan)
        return await leash.hold(claims_in(self._cluster, plan))

    async def _try(
        self, recorder: Recorder, first: list[tuple[EventType, dict[str, Any]]], claims: tuple[str, ...]
    ) -> str | None:
        """
        Start the run and return None, or say what it waits for.
        """
        run = recorder.run.id
        ahead = self._line.index(run) if run in self._line else len(self._line)
        if self._running + ahead >= self._max_running:
            if run not in self._line:
                self._line.append(run)
            return f"waits until one of {self._max_running} running runs has ended"
        if run in self._line:
            self._line.remove(run)
        self._running += 1
        queued = [] if recorder.run.phase is RunPhase.QUEUED else [_queued("starting")]
        drafts = [*first, *queued, (EventType.RUN_STARTED, {})]
        started = False
        try:
            await recorder.record_claimed(drafts, claims)
            started = True
        except ClaimsHeld as held:
            return str(held)
        finally:
            if not started:
                self._running -= 1
                self._free()
        return None

    def _tell(
        self, recorder: Recorder, first: list[tuple[EventType, dict[str, Any]]], waits_for: str
    ) -> list[tuple[EventType, dict[str, Any]]]:
        for kind, data in first:
            recorder.note(kind, data)
        if recorder.run.phase is not RunPhase.QUEUED or recorder.run.message != waits_for:
            recorder.note(*_queued(waits_for))
        return []


def _queued(message: str) -> tuple[EventType, dict[str, Any]]:
    return EventType.RUN_QUEUED, {"message": message}
