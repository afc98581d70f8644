"""
Owns the live table of a run on a terminal.

Events say that something changed, the run's own document says what: so the table shows the server's words, and a burst
of events costs one look.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from executor.cli.client import Client, run_path
from executor.cli.failures import Failure
from executor.cli.output import terminal
from executor.cli.render.runs import done, step_table
from executor.cli.render.tables import word
from executor.cli.text import line, seconds_between

_PER_SECOND = 4
_AT_WORK = frozenset({"running", "restoring", "awaiting_approval"})


class LiveRun:
    """
    A table that stays current while it is open. Feed it with `saw`.
    """

    def __init__(self, client: Client, view: dict[str, Any], *, aside: bool) -> None:
        self._client = client
        self._view = view
        self._changed = asyncio.Event()
        self._seen_at: str = view["created_at"]
        self._seen = time.monotonic()
        self._live = Live(
            console=terminal(aside=aside), get_renderable=self._shown, refresh_per_second=_PER_SECOND, transient=False
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._live.start(refresh=True)
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        with contextlib.suppress(Failure):
            if error is None:
                self._view = await self._client.get(run_path(self._view["id"]))
        self._live.stop()

    def saw(self, event: Mapping[str, Any]) -> None:
        """
        Take note of an event: the table is out of date.
        """
        self._seen_at, self._seen = event["at"], time.monotonic()
        self._changed.set()

    async def _look(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            with contextlib.suppress(Failure):  # the stream of events decides when a server is gone for good
                self._view = await self._client.get(run_path(self._view["id"]))
            await asyncio.sleep(1 / _PER_SECOND)

    def _shown(self) -> RenderableType:
        view = self._view
        head = Text.assemble(
            (line(view["name"]), "bold"), "  ", view["id"], "  ", word(view["phase"]), f"  {done(view)}"
        )
        table = step_table(view["steps"], elapsed=self._elapsed())
        # How it ended is told below the table, with the reasons.
        return Group(head, table) if view["finished_at"] else Group(head, table, Text(line(view["message"])))

    def _elapsed(self) -> dict[str, float | None]:
        """
        Return the seconds of steps at work, by the server's clock up to the last event and by ours since.
        """
        since = time.monotonic() - self._seen
        return {
            step["id"]: (seconds_between(step["started_at"], self._seen_at) or 0.0) + since
            for step in self._view["steps"]
            if step["phase"] in _AT_WORK
        }
