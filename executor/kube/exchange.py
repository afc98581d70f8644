"""
Owns one exchange with the API server: a request leaves after the last look, and its answer or its failure comes back.

The ApiClient gives address, TLS and credentials; nothing of its typed or dynamic clients is used, because they do not
quote names safely. Every failure leaves as a `ClusterError`; no body is ever logged.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from executor.core.change import FIELD_MANAGER
from executor.core.errors import ClusterUnavailable, UnsafeRequest
from executor.core.model import Manifest
from executor.kube.errors import from_refusal
from executor.kube.refusal import Refusal, read_refusal
from executor.kube.request import Request
from executor.kube.transport import TRANSPORT_ERRORS, from_transport
from executor.kube.urls import last_look, url_of
from executor.kube.warnings import warnings_of

CONNECT_TIMEOUT_SECONDS = 5.0

_HEADERS = {"Accept": "application/json", "User-Agent": FIELD_MANAGER}
_DONE = frozenset({200, 201, 202})
"""A removal that is not finished at once may be answered by 202."""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    A successful answer: its object and its warnings.
    """

    body: Manifest
    warnings: tuple[str, ...]


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


class Exchange:
    """
    One cluster's API server, over one ApiClient that the opener closes.
    """

    def __init__(self, api: Any) -> None:
        self._api = api
        self._host: str = api.configuration.host

    async def document(self, request: Request) -> Reply:
        """
        Send a request once and return the JSON object of its answer.
        """
        async with self.stream(request) as response:
            content = await response.read()
            try:
                body = json.loads(content)
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise from_refusal(request.attempt, Refusal(http_status=response.status))
            return Reply(body=body, warnings=warnings_of(response.headers.getall("Warning", ())))

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[aiohttp.ClientResponse]:
        """
        Send a request once and hold its answer, which is no refusal.

        The connection goes back, or is closed when the answer was not read to its end.
        """
        attempt, path = request.attempt, request.path
        url = url_of(self._host, attempt, path, request.parameters)
        headers = dict(_HEADERS)
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], path, request.method, None)
        last_look(request, url)
        session = self._api.rest_client.pool_manager
        if session is not None and session.closed:
            raise ClusterUnavailable(f"{attempt.subject}: {attempt.act} failed: the executor is shutting down.")
        limit = aiohttp.ClientTimeout(total=request.seconds, connect=CONNECT_TIMEOUT_SECONDS)
        try:
            answer = await self._api.rest_client.request(
                request.method, url, headers=headers, body=request.body, _request_timeout=limit
            )
            async with answer.response as response:
                try:
                    if response.status not in _DONE:
                        refusal = read_refusal(response.status, await response.read(), response.headers)
                        raise from_refusal(attempt, refusal)
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
