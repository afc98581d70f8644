"""
Owns sharing: those who ask the same at the same time share one request, as twenty steps that look at one namespace do.

Nothing is kept: what has ended is never given to somebody who asks behind it. Who joins sees the state of a moment that
may lie before he asked, by no more than that request takes; so the target of a step is never read like this, nor what a
write is read back from.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _UnderWay:
    """
    A request, and how many wait for it.
    """

    task: asyncio.Task[Any]
    waiting: int = 0


class Sharing:
    """
    The requests that are under way, by what they ask.
    """

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _UnderWay] = {}

    async def ask(self, what: Hashable, asking: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """
        Return the answer of the request that is under way for the same, or of a new one; its error is everybody's.

        Who is cancelled leaves the others waiting; the last one takes the request with him.
        """
        shared = self._under_way.get(what)
        if shared is None or shared.task.done():
            shared = self._under_way[what] = _UnderWay(asyncio.create_task(asking()))
        shared.waiting += 1
        try:
            answer: T = await asyncio.shield(shared.task)
            return answer
        finally:
            shared.waiting -= 1
            if not shared.waiting:
                await self._end(what, shared)

    async def _end(self, what: Hashable, shared: _UnderWay) -> None:
        # Forgotten before it is awaited: whoever asks meanwhile must not join a request that is being given up.
        if self._under_way.get(what) is shared:
            del self._under_way[what]
        if not shared.task.done():
            shared.task.cancel()
            await asyncio.gather(shared.task, return_exceptions=True)
