"""
Owns watching one object: list, then watch from there, over and over, whatever the connection does.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from executor.core.errors import ClusterError
from executor.core.model import Manifest
from executor.core.target import Target, object_path
from executor.kube.attempt import Doing, attempt_on
from executor.kube.client import Client
from executor.kube.errors import from_refusal
from executor.kube.refusal import refusal_of_status

WATCH_SECONDS = 60
"""The server ends each watch then; a connection that died in silence is noticed no later than that."""

MAX_PAUSE_SECONDS = 5.0
HASTY_SECONDS = 1.0
_GONE = 410


async def watch_object(
    client: Client, target: Target, *, seconds: int = WATCH_SECONDS, pause_factor: float = 1.0
) -> AsyncGenerator[Manifest | None, None]:
    """
    Yield the live object, then each change of it, None while it does not exist; the same state is not yielded twice.

    Raises a ClusterError that waiting cannot heal (Forbidden). Close the generator to end the watch.
    """
    object_path(target)  # a name that is none would select nothing, and nothing looks like "deleted"
    following = _Following(client, target, seconds)
    clock = asyncio.get_running_loop().time
    failures = 0
    while True:
        began, asked = clock(), 0.0
        try:
            async with aclosing(following.states()) as states:
                async for state in states:
                    failures = 0
                    yield state
            # A server that ends each watch at once must not make us ask without pause.
            failures = failures + 1 if clock() - began < HASTY_SECONDS else 0
        except ClusterError as error:
            if not error.retryable:
                raise
            failures += 1
            asked = error.retry_after_seconds or 0.0
        if failures:
            await asyncio.sleep(max(_pause_seconds(failures), min(asked, MAX_PAUSE_SECONDS)) * pause_factor)


class _Following:
    """
    Where we are in an object's history: the version to watch from (None: list first) and what was yielded last.
    """

    def __init__(self, client: Client, target: Target, seconds: int) -> None:
        self._client = client
        self._target = target
        self._seconds = seconds
        self._version: str | None = None
        self._last: tuple[Any, ...] | None = None

    async def states(self) -> AsyncGenerator[Manifest | None, None]:
        """
        Yield what is new until this watch ends; a version that the server forgot (410) ends it too.
        """
        try:
            if self._version is None:
                items, self._version = await self._client.list(
                    self._target.kind, self._target.namespace, name=self._target.name
                )
                state = items[0] if items else None
                if self._is_new(state):
                    yield state
            events = self._client.watch(
                self._target.kind,
                self._target.namespace,
                name=self._target.name,
                version=self._version,
                seconds=self._seconds,
            )
            async with aclosing(events):
                async for event in events:
                    for state in self._read(event):
                        yield state
        except ClusterError as error:
            if error.http_status != _GONE:
                raise
            self._version = None

    def _read(self, event: dict[str, Any]) -> list[Manifest | None]:
        """
        Return the state an event tells, if it is a new one; bookmarks only move the version.
        """
        kind, manifest = event.get("type"), event["object"]
        if kind == "ERROR":
            self._version = None
            raise from_refusal(attempt_on(self._target, Doing.WATCH), refusal_of_status(manifest))
        self._version = manifest["metadata"]["resourceVersion"]
        if kind not in {"ADDED", "MODIFIED", "DELETED"}:
            return []
        state = None if kind == "DELETED" else manifest
        return [state] if self._is_new(state) else []

    def _is_new(self, state: Manifest | None) -> bool:
        identity = () if state is None else (state["metadata"]["uid"], state["metadata"]["resourceVersion"])
        new, self._last = identity != self._last, identity
        return new


def _pause_seconds(failures: int) -> float:
    bound = min(MAX_PAUSE_SECONDS, 0.1 * 2 ** min(failures, 10))
    return random.uniform(bound / 2, bound)  # noqa: S311 - jitter, not cryptography
