"""
Owns watching a collection: list, then watch from there, over and over, whatever the connection does.

One object is a collection of at most one.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from executor.core.errors import ClusterError
from executor.core.model import Manifest
from executor.kube.attempt import Doing
from executor.kube.client import GONE, Client
from executor.kube.collection import Collection
from executor.kube.errors import from_refusal
from executor.kube.refusal import refusal_of_status

WATCH_SECONDS = 60
"""The server ends each watch then; a connection that died in silence is noticed no later than that."""

MAX_PAUSE_SECONDS = 5.0
HASTY_SECONDS = 1.0


async def watch_collection(
    client: Client, collection: Collection, *, seconds: int = WATCH_SECONDS, pause_factor: float = 1.0
) -> AsyncGenerator[tuple[Manifest, ...], None]:
    """
    Yield all objects by namespace and name, then all again at each change; the same state is not yielded twice.

    Raises a ClusterError that waiting cannot heal (Forbidden). Close the generator to end the watch.
    """
    following = _Following(client, collection, seconds)
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


_Key = tuple[str, str]


class _Following:
    """
    Where we are in a collection's history: the version to watch from (None: list first) and what is there since.
    """

    def __init__(self, client: Client, collection: Collection, seconds: int) -> None:
        self._client = client
        self._collection = collection
        self._seconds = seconds
        self._version: str | None = None
        self._objects: dict[_Key, Manifest] | None = None

    async def states(self) -> AsyncGenerator[tuple[Manifest, ...], None]:
        """
        Yield what is new until this watch ends; a version that the server forgot (410) ends it too.
        """
        try:
            if self._version is None:
                items, version = await self._client.list(self._collection)
                is_news = self._take_all(items)
                self._version = version
                if is_news:
                    yield self._state
            events = self._client.watch(self._collection, version=self._version, seconds=self._seconds)
            async with aclosing(events):
                async for event in events:
                    if self._take(event):
                        yield self._state
        except ClusterError as error:
            if error.http_status != GONE:
                raise
            self._version = None

    @property
    def _state(self) -> tuple[Manifest, ...]:
        objects = self._objects or {}
        return tuple(objects[key] for key in sorted(objects))

    def _take_all(self, items: list[Manifest]) -> bool:
        """
        Replace what is there, and tell if that is news.
        """
        before = self._objects
        self._objects = {_key(item): item for item in items}
        return before is None or _identities(before) != _identities(self._objects)

    def _take(self, event: dict[str, Any]) -> bool:
        """
        Take an event in, and tell if it is news; bookmarks only move the version.
        """
        kind, manifest = event.get("type"), event["object"]
        if kind == "ERROR":
            self._version = None
            raise from_refusal(self._collection.attempt(Doing.WATCH), refusal_of_status(manifest))
        self._version = manifest["metadata"]["resourceVersion"]
        objects = self._objects = self._objects or {}
        if kind == "DELETED":
            return objects.pop(_key(manifest), None) is not None
        if kind not in {"ADDED", "MODIFIED"}:
            return False
        before = objects.get(_key(manifest))
        objects[_key(manifest)] = manifest
        return before is None or _identity(before) != _identity(manifest)


def _key(manifest: Manifest) -> _Key:
    return manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]


def _identity(manifest: Manifest) -> tuple[str, str]:
    return manifest["metadata"]["uid"], manifest["metadata"]["resourceVersion"]


def _identities(objects: dict[_Key, Manifest]) -> dict[_Key, tuple[str, str]]:
    return {key: _identity(manifest) for key, manifest in objects.items()}


def _pause_seconds(failures: int) -> float:
    bound = min(MAX_PAUSE_SECONDS, 0.1 * 2 ** min(failures, 10))
    return random.uniform(bound / 2, bound)  # noqa: S311 - jitter, not cryptography
