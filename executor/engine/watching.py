"""
Owns watching an object and others beside it at once: always the newest state of each, and a way to wait for a new one.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Target
from executor.engine.ports import Cluster


class Watching:
    """
    The newest states: `live` (None while the object does not exist) and `related` by the queries' names.
    """

    def __init__(self, awaited: frozenset[str]) -> None:
        self.live: Manifest | None = None
        self.related: dict[str, tuple[Manifest, ...]] = {}
        self.ended = False
        self._awaited = set(awaited) | {_TARGET}
        self._changed = asyncio.Event()
        self._error: BaseException | None = None

    @property
    def complete(self) -> bool:
        """
        Tell if all has been seen once.
        """
        return not self._awaited

    def wake(self) -> None:
        """
        Let `next` return as if something had changed.
        """
        self._changed.set()

    async def next(self, *, within: float | None = None) -> None:
        """
        Return when something changed since the last call and all was seen once, or when so many seconds have passed.

        Raises what ended a watch that waiting cannot heal.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    await self._changed.wait()
                    self._changed.clear()
                    if self._error is not None:
                        raise self._error
                    if not self._awaited or self.ended:
                        return
        except TimeoutError:
            return

    async def follow(self, cluster: Cluster, target: Target, view: str | None) -> None:
        """
        Keep `live` new.
        """
        async with aclosing(cluster.watch(target, subresource=view)) as states:
            async for self.live in states:
                self._news(_TARGET)
        self.ended = True
        self._changed.set()

    async def follow_all(self, cluster: Cluster, name: str, query: Query) -> None:
        """
        Keep one of `related` new.
        """
        async with aclosing(cluster.watch_all(query)) as states:
            async for self.related[name] in states:
                self._news(name)

    def failed(self, task: asyncio.Task[None]) -> None:
        """
        Take the error that ended a watch.
        """
        if not task.cancelled() and task.exception() is not None:
            self._error = self._error or task.exception()
            self._changed.set()

    def _news(self, name: str) -> None:
        self._awaited.discard(name)
        self._changed.set()


_TARGET = ""


@asynccontextmanager
async def watching(
    cluster: Cluster, target: Target, *, view: str | None, queries: Mapping[str, Query]
) -> AsyncIterator[Watching]:
    """
    Watch an object (or the `view` of it) and what the queries name, until the context ends.
    """
    seen = Watching(frozenset(queries))
    tasks = [asyncio.create_task(seen.follow(cluster, target, view))]
    tasks += [asyncio.create_task(seen.follow_all(cluster, name, query)) for name, query in queries.items()]
    for task in tasks:
        task.add_done_callback(seen.failed)
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
