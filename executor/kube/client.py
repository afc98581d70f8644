"""
Owns the raw requests: get, list, watch and patch on plain dicts, one attempt each.

The ApiClient gives address, TLS and credentials; nothing of its typed or dynamic clients is used, because they do not
quote names safely. Every failure leaves as a `ClusterError`; no body is ever logged.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from executor.core.change import FIELD_MANAGER, Change
from executor.core.errors import ClusterUnavailable, UnsafeRequest
from executor.core.model import Json, Manifest
from executor.core.target import RESOURCES, collection_path
from executor.kube.attempt import Attempt, Doing, attempt_on
from executor.kube.errors import from_refusal
from executor.kube.refusal import Refusal, read_refusal
from executor.kube.transport import TRANSPORT_ERRORS, from_transport
from executor.kube.urls import Query, last_look, path_of, url_of
from executor.kube.warnings import warnings_of

CONNECT_TIMEOUT_SECONDS = 5.0
READ_TIMEOUT_SECONDS = 15.0
WRITE_TIMEOUT_SECONDS = 40.0
"""The API server ends a write itself after 34 s and says so; only an answer that is lost takes longer."""

PAGE_SIZE = 500
_HEADERS = {"Accept": "application/json", "User-Agent": FIELD_MANAGER}


@dataclass(frozen=True, slots=True)
class Reply:
    """
    A successful answer: its object and its warnings.
    """

    body: Manifest
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Request:
    """
    One request before it is sent.
    """

    attempt: Attempt
    method: str
    path: str
    query: Query = ()
    seconds: float = READ_TIMEOUT_SECONDS
    content_type: str | None = None
    body: Json = None


async def refuse_redirects(
    request: aiohttp.ClientRequest, handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
) -> aiohttp.ClientResponse:
    """
    Let no redirect be followed: its address would be another than the one that was checked.
    """
    response = await handler(request)
    if response.status // 100 == 3:  # noqa: PLR2004 - HTTP's own class of redirects
        response.close()
        raise UnsafeRequest("the API server's address redirects elsewhere; correct the server in the kubeconfig.")
    return response


class Client:
    """
    One cluster's API server, over one ApiClient that the opener closes.
    """

    def __init__(self, api: Any) -> None:
        self._api = api
        self._host: str = api.configuration.host

    async def get(self, attempt: Attempt, path: str) -> Manifest:
        """
        Return what lies at a path.
        """
        return (await self._exchange(_Request(attempt, "GET", path))).body

    async def list(
        self, kind: str, namespace: str | None, *, labels: str | None = None, name: str | None = None
    ) -> tuple[list[Manifest], str]:
        """
        Return all objects of a kind, page by page, and the resourceVersion to watch from.
        """
        attempt = Attempt(Doing.LIST, kind, namespace, name)
        path = collection_path(kind, namespace)
        selected = [*_selectors(labels, name), ("limit", str(PAGE_SIZE))]
        items: list[Manifest] = []
        more: list[tuple[str, str]] = []
        while True:
            page = (await self._exchange(_Request(attempt, "GET", path, [*selected, *more]))).body
            resource = RESOURCES[kind]
            # The items of a list come without the type that each has when it is read alone.
            items += ({"apiVersion": resource.api_version, "kind": kind, **item} for item in page.get("items") or ())
            if not page["metadata"].get("continue"):
                return items, page["metadata"]["resourceVersion"]
            more = [("continue", page["metadata"]["continue"])]

    async def watch(
        self, kind: str, namespace: str | None, *, name: str, version: str, seconds: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """
        Yield the events of one object since a version, until the server ends the watch after so many seconds.
        """
        attempt = Attempt(Doing.WATCH, kind, namespace, name)
        query = [
            *_selectors(None, name),
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(seconds)),
        ]
        path = collection_path(kind, namespace)
        async with self._answer(_Request(attempt, "GET", path, query, seconds + CONNECT_TIMEOUT_SECONDS)) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP's own number
                raise from_refusal(attempt, read_refusal(response.status, await response.read(), response.headers))
            while line := await response.content.readline():
                yield _event(attempt, line)

    async def patch(self, change: Change, *, dry_run: bool) -> Reply:
        """
        Send a change once, or ask what it would do.
        """
        attempt = attempt_on(change.target, Doing.DRY_RUN if dry_run else Doing.APPLY)
        if not isinstance(change.body, list):
            # The library would send it silently as a strategic merge patch.
            raise UnsafeRequest(f"{attempt.subject}: a JSON Patch that is not a list; nothing was sent.")
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        if dry_run:
            query.append(("dryRun", "All"))
        return await self._exchange(
            _Request(
                attempt,
                change.verb,
                path_of(change),
                query,
                WRITE_TIMEOUT_SECONDS,
                content_type=change.content_type,
                body=change.body,
            )
        )

    async def _exchange(self, request: _Request) -> Reply:
        async with self._answer(request) as response:
            content = await response.read()
            if response.status not in (200, 201):
                raise from_refusal(request.attempt, read_refusal(response.status, content, response.headers))
            try:
                body = json.loads(content)
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise from_refusal(request.attempt, Refusal(http_status=response.status))
            return Reply(body=body, warnings=warnings_of(response.headers.getall("Warning", ())))

    @asynccontextmanager
    async def _answer(self, request: _Request) -> AsyncIterator[aiohttp.ClientResponse]:
        """
        Send one request and hold its answer; the connection goes back, or is closed when it was not read to its end.
        """
        attempt, path = request.attempt, request.path
        url = url_of(self._host, attempt, path, request.query)
        headers = dict(_HEADERS)
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], path, request.method, None)
        last_look(attempt, url)
        session = self._api.rest_client.pool_manager
        if session is not None and session.closed:
            raise ClusterUnavailable(f"{attempt.subject}: {attempt.doing} failed: the executor is shutting down.")
        limit = aiohttp.ClientTimeout(total=request.seconds, connect=CONNECT_TIMEOUT_SECONDS)
        try:
            answer = await self._api.rest_client.request(
                request.method, url, headers=headers, body=request.body, _request_timeout=limit
            )
            async with answer.response as response:
                try:
                    yield response
                finally:
                    _abandon_unread(response)
        except TRANSPORT_ERRORS as error:
            raise from_transport(attempt, error) from error


def _abandon_unread(response: aiohttp.ClientResponse) -> None:
    """
    Cut the connection of an answer that was not read to its end.

    Left to itself a TLS connection waits up to 30 s for the server's farewell, which a watch that still talks delays.
    """
    connection = response.connection
    if not response.content.at_eof() and connection is not None and connection.transport is not None:
        connection.transport.abort()


def _selectors(labels: str | None, name: str | None) -> list[tuple[str, str]]:
    selected = []
    if labels is not None:
        selected.append(("labelSelector", labels))
    if name is not None:
        selected.append(("fieldSelector", f"metadata.name={name}"))
    return selected


def _event(attempt: Attempt, line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise from_transport(attempt, asyncio.IncompleteReadError(line, None)) from error
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
        raise from_transport(attempt, asyncio.IncompleteReadError(line, None))
    return event
