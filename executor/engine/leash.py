"""
Owns how long a step may go on: until its limit, a cancel, or the end of this process.

Only waiting is cut short. A write under way is never on the leash: it is awaited and recorded.
"""

import asyncio
from collections.abc import Awaitable
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Why(StrEnum):
    """
    Why a step must stop.
    """

    DEADLINE = "deadline_exceeded"
    CANCEL = "cancelled"
    SHUTDOWN = "shutdown"


class Stopped(Exception):
    """
    The step must stop here; not an error of the step.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


class Leash:
    """
    A limit in seconds from now (None: no limit), and a way to pull.
    """

    def __init__(self, limit_seconds: float | None) -> None:
        self._limit_at = None if limit_seconds is None else asyncio.get_running_loop().time() + max(limit_seconds, 0.0)
        self._pulled: asyncio.Future[Why] = asyncio.get_running_loop().create_future()

    def pull(self, why: Why) -> None:
        """
        Let the holder stop at its next safe point; the first reason counts.
        """
        if not self._pulled.done():
            self._pulled.set_result(why)

    def check(self) -> None:
        """
        Raise Stopped when the step must not begin anything new.
        """
        if self._pulled.done():
            raise Stopped(self._pulled.result())
        if self._remaining() is not None and self._remaining() == 0:
            raise Stopped(Why.DEADLINE)

    async def hold(self, work: Awaitable[T]) -> T:
        """
        Wait for work that may be given up; raises Stopped, and then the work was cancelled.
        """
        task: asyncio.Future[T] = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, self._pulled}
        try:
            self.check()
            await asyncio.wait(either, timeout=self._remaining(), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            self.check()
            raise Stopped(Why.DEADLINE)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _remaining(self) -> float | None:
        if self._limit_at is None:
            return None
        return max(self._limit_at - asyncio.get_running_loop().time(), 0.0)
