"""
Owns speaking HTTP with the server: one request, one document, and every way in which that can fail.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import yarl

from executor.cli.exits import Code
from executor.cli.failures import Failure, Refused, Unreachable
from executor.cli.servers import Server

LIMIT_SECONDS = 90.0
"""Above the longest a server may take: a long poll of 60 s, or an assessment of a large plan."""

CONNECT_SECONDS = 5.0
_REDIRECTS = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How long a lost server is waited for, and how often it is asked meanwhile.
    """

    first_seconds: float = 0.25
    most_seconds: float = 5.0
    give_up_seconds: float = 30.0

    def pause(self, attempt: int) -> float:
        """
        Return how long to wait before an attempt, counted from 0.
        """
        return min(self.most_seconds, self.first_seconds * 2.0 ** min(attempt, 10))


class Client:
    """
    One session with one server.

    It takes no proxy from the environment and follows no redirect, so that the token goes to this server alone.
    """

    def __init__(self, server: Server, patience: Patience | None = None) -> None:
        self.server = server
        self.patience = patience or Patience()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self.server.token}"} if self.server.token else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=LIMIT_SECONDS, sock_connect=CONNECT_SECONDS),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **query: str | int | list[str] | None) -> Any:
        """
        Return the document at a path.
        """
        async with self.open("GET", path, query=query) as response:
            return await _document(response)

    async def post(self, path: str, *, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Any:
        """
        Send a document and return the answer.
        """
        sent = {"Content-Type": content_type, **(headers or {})}
        async with self.open("POST", path, body=body, headers=sent) as response:
            return await _document(response)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | list[str] | None] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset(),
        timeout: aiohttp.ClientTimeout | None = None,  # noqa: ASYNC109 - aiohttp's own limits, read by read
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """
        Yield a 2xx answer or one in `accept`; raises Refused for a problem, Unreachable where no answer came.
        """
        if self._session is None:
            raise RuntimeError("the client is used outside `async with`")
        url = yarl.URL(self.server.url + path, encoded=True).with_query(list(_pairs(query or {})))
        more: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False, **more
            ) as response:
                if response.status >= _REDIRECTS and response.status not in accept:
                    raise await self._refusal(response)
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"no answer from {self.server.url}: {_why(error)}") from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> Failure:
        request = response.headers.get("X-Request-Id", "")
        if response.content_type == "application/problem+json":
            try:
                problem = json.loads(await response.read())
            except ValueError:
                problem = None
            if isinstance(problem, dict):
                return Refused(problem, status=response.status, request=request)
        return Failure(
            f"{self.server.url} answered {response.status} without saying why: is it the executor? Check EXECUTOR_URL.",
            code=Code.REFUSED,
        )


def run_path(run: str, *more: str) -> str:
    """
    Return the path of a run or of something below it; every part is quoted.
    """
    return "/".join(("/v1/runs", segment(run), *map(segment, more)))


def segment(text: str) -> str:
    """
    Return one part of a path, quoted; dots alone would lead elsewhere.
    """
    if text in {"", ".", ".."}:
        raise Failure("a name is needed, not dots or nothing", code=Code.REFUSED)
    return quote(text, safe="")


async def _document(response: aiohttp.ClientResponse) -> Any:
    try:
        return json.loads(await response.read())
    except ValueError:
        raise Failure(
            f"{response.url.origin()} did not answer with JSON: is it the executor?", code=Code.REFUSED
        ) from None


def _pairs(query: Mapping[str, str | int | list[str] | None]) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, given in query.items()
        if given is not None
        for value in (given if isinstance(given, list) else [given])
    ]


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.os_error)
        return f"{why}; is it running? `remediate doctor` helps"
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return "it took too long"
    return str(error) or type(error).__name__
