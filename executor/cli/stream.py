"""
Owns following a run's events: server-sent events, resumed after a cut where they stopped.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp

from executor.cli.client import CONNECT_SECONDS, Client, run_path
from executor.cli.failures import Refused, Unreachable

SILENCE_SECONDS = 45.0
"""Heartbeats come every 15 s: three missed ones are a cut."""

_LINE_LIMIT = 16 * 1024 * 1024
_SERVER_FAULT = 500


class Messages:
    """
    Turns the lines of a stream into messages (`text/event-stream`); comments and unknown fields are passed over.
    """

    def __init__(self) -> None:
        self._data: list[str] = []

    def take(self, line: str) -> str | None:
        """
        Take one line; return a message's data when this line ends it.
        """
        if not line:
            data, self._data = self._data, []
            return "\n".join(data) if data else None
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None


async def follow(client: Client, run: str, *, after: int = 0) -> AsyncGenerator[dict[str, Any], None]:
    """
    Yield a run's events behind a sequence number until it has finished, across cuts and restarts of the server.

    Raises Unreachable when the server stays away for longer than the client's patience.
    """
    patience, loop = client.patience, asyncio.get_running_loop()
    attempt, lost_since = 0, loop.time()
    while True:
        cut: Exception | None = None
        try:
            async with aclosing(_connection(client, run, after)) as events:
                async for event in events:
                    if event["sequence"] <= after:
                        continue
                    after, attempt, lost_since = event["sequence"], 0, loop.time()
                    yield event
                    if event["type"] == "RunFinished":
                        return
            if await _is_over(client, run, after):
                return
        except Unreachable as error:
            cut = error
        except Refused as error:
            if error.status < _SERVER_FAULT:
                raise
            cut = error
        if loop.time() - lost_since > patience.give_up_seconds:
            why = cut.message if isinstance(cut, Unreachable | Refused) else "the stream of events ends again and again"
            raise Unreachable(f"{why}; gave up after {patience.give_up_seconds:g} s")
        await asyncio.sleep(patience.pause(attempt))
        attempt += 1


async def _connection(client: Client, run: str, after: int) -> AsyncGenerator[dict[str, Any], None]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
    messages = Messages()
    async with client.open("GET", run_path(run, "events"), headers=headers, timeout=limits) as response:
        async for line in _lines(response):
            data = messages.take(line)
            if data is not None:
                yield json.loads(data)


async def _lines(response: aiohttp.ClientResponse) -> AsyncGenerator[str, None]:
    """
    Yield lines of any length (an event with a snapshot is long), whatever ends them.
    """
    buffer = b""
    async for chunk in response.content.iter_any():
        buffer += chunk
        *whole, buffer = buffer.split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").removesuffix("\r")
        if len(buffer) > _LINE_LIMIT:
            raise Unreachable("the stream of events is not one")


async def _is_over(client: Client, run: str, after: int) -> bool:
    """
    A stream that ends without RunFinished was cut, unless that event was seen before.
    """
    view = await client.get(run_path(run))
    return view["finished_at"] is not None and view["version"] <= after
