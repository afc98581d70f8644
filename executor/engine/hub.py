"""
Owns who is told about recorded events: observers (metrics, logs) and everybody who waits for a run to move on.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Self

from executor.core.events import Event
from executor.core.run import Run

LOG = logging.getLogger(__name__)

REMEMBERED_RUNS = 200
"""More than run at once (50 by default), so that every active run is at hand."""

Observer = Callable[[Run, Event], None]


class Hub:
    """
    Tells observers of every event after its commit, with the run as the event left it, and wakes waiters.

    A waiter is only told that something happened; it reads the store for what. So a slow one costs no memory.
    """

    def __init__(self) -> None:
        self._observers: list[Observer] = []
        self._latest: OrderedDict[str, Run] = OrderedDict()
        self._waiters: dict[str, set[asyncio.Event]] = {}

    def subscribe(self, observer: Observer) -> None:
        """
        Call an observer for every event from now on.
        """
        self._observers.append(observer)

    def publish(self, recorded: Sequence[tuple[Event, Run]]) -> None:
        """
        Tell of events that were just committed, all of one run.
        """
        for event, run in recorded:
            for observer in self._observers:
                try:
                    observer(run, event)
                except Exception:
                    # The event is recorded: who merely looks on cannot undo that, nor stop the run that goes on.
                    LOG.exception("an observer failed on %s of run %s", event.type, run.id)
        if recorded:
            self.remember(recorded[-1][1])
            for waiter in self._waiters.get(recorded[0][1].id, ()):
                waiter.set()

    def remember(self, run: Run) -> None:
        """
        Keep the durable state of a run at hand, so that looking at it needs no fold; old ones are forgotten.
        """
        self._latest[run.id] = run
        self._latest.move_to_end(run.id)
        if len(self._latest) > REMEMBERED_RUNS:
            self._latest.popitem(last=False)

    def latest(self, run: str) -> Run | None:
        """
        Return the durable state of a run when it is at hand.
        """
        return self._latest.get(run)

    def waiter(self, run: str) -> "Waiter":
        """
        Return a context in which `wait` answers when the run has moved on since the last `wait`.
        """
        return Waiter(self._waiters, run)


class Waiter:
    """
    One who waits for a run; nothing is missed between two waits.
    """

    def __init__(self, waiters: dict[str, set[asyncio.Event]], run: str) -> None:
        self._waiters, self._run, self._event = waiters, run, asyncio.Event()

    def __enter__(self) -> Self:
        self._waiters.setdefault(self._run, set()).add(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        others = self._waiters[self._run]
        others.discard(self._event)
        if not others:
            del self._waiters[self._run]

    async def wait(self) -> None:
        """
        Wait until the run has moved on.
        """
        await self._event.wait()
        self._event.clear()
