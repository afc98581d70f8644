"""
Owns the raw requests: get, list, watch, log and change, on plain values, one attempt each.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from executor.core.change import Change
from executor.core.errors import ClusterError
from executor.core.model import Manifest
from executor.core.target import Resource
from executor.kube.attempt import Attempt, Doing
from executor.kube.collection import Collection
from executor.kube.exchange import CONNECT_TIMEOUT_SECONDS, Exchange, Reply
from executor.kube.request import Parameters, Request
from executor.kube.sending import request_of
from executor.kube.transport import from_transport

PAGE_SIZE = 500
_BEGINNINGS = 3
GONE = 410

Found = tuple[list[Manifest], str]
"""The objects of a list, and the resourceVersion it shows."""


class Client:
    """
    What is asked of one cluster's API server.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def get(self, attempt: Attempt, path: str) -> Manifest:
        """
        Return what lies at a path.
        """
        return (await self._exchange.document(Request(attempt, "GET", path))).body

    async def end_of_text(self, attempt: Attempt, path: str, parameters: Parameters, *, max_bytes: int) -> bytes:
        """
        Return the last bytes of the text that lies at a path.
        """
        end = bytearray()
        async with self._exchange.stream(Request(attempt, "GET", path, parameters)) as response:
            async for chunk in response.content.iter_any():
                end += chunk
                del end[: max(len(end) - max_bytes, 0)]
        return bytes(end)

    async def send(self, change: Change, resource: Resource, *, dry_run: bool) -> Reply:
        """
        Send a change once, or ask what it would do.
        """
        return await self._exchange.document(request_of(change, resource, dry_run=dry_run))

    async def list(self, collection: Collection, *, at_most: int | None = None) -> Found:
        """
        Return all objects of a collection and the resourceVersion to watch from.

        They come page by page; when the server has forgotten the version of the first one, it begins anew. No page is
        read behind the one that shows more objects than `at_most`.
        """
        for _ in range(_BEGINNINGS - 1):
            try:
                return await self._pages(collection, at_most)
            except ClusterError as error:
                if error.http_status != GONE:
                    raise
        return await self._pages(collection, at_most)

    async def watch(
        self, collection: Collection, *, version: str, seconds: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """
        Yield the events of a collection since a version, until the server ends the watch after so many seconds.
        """
        attempt = collection.attempt(Doing.WATCH)
        parameters = [
            *collection.selection,
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(seconds)),
        ]
        request = Request(attempt, "GET", collection.path, parameters, seconds + CONNECT_TIMEOUT_SECONDS)
        async with self._exchange.stream(request) as response:
            while line := await response.content.readline():
                yield _event(attempt, line)

    async def _pages(self, collection: Collection, at_most: int | None) -> Found:
        attempt = collection.attempt(Doing.LIST)
        # The items of a list come without the type that each has when it is read alone.
        kind = {"apiVersion": collection.resource.api_version, "kind": collection.query.kind}
        limit = PAGE_SIZE if at_most is None else at_most + 1
        items: list[Manifest] = []
        more: list[tuple[str, str]] = []
        while True:
            parameters = [*collection.selection, ("limit", str(limit)), *more]
            page = (await self._exchange.document(Request(attempt, "GET", collection.path, parameters))).body
            items += ({**kind, **item} for item in page.get("items") or ())
            enough = at_most is not None and len(items) > at_most
            if enough or not page["metadata"].get("continue"):
                return items, page["metadata"]["resourceVersion"]
            more = [("continue", page["metadata"]["continue"])]


def _event(attempt: Attempt, line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise from_transport(attempt, asyncio.IncompleteReadError(line, None)) from error
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
        raise from_transport(attempt, asyncio.IncompleteReadError(line, None))
    return event
