"""
Owns a proxy before the real API server that sees every request and can hold, cut or refuse chosen ones.

The executor reaches it over plain HTTP on loopback by a kubeconfig of its own; the proxy speaks TLS to the API server.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web

Matches = Callable[[web.Request], bool]

_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "host", "keep-alive"}


class Place(StrEnum):
    """
    Where a request is met: before the API server sees it, or after it answered and before the executor hears.
    """

    BEFORE = "before"
    AFTER = "after"


@dataclass
class Fault:
    """
    One request that will be met.

    With `status` it is answered so, with `cut` its connection is closed, else it is held until `release`.
    """

    matches: Matches
    place: Place
    cut: bool = False
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """
        Let what is held go on.
        """
        self.released.set()


class Proxy:
    """
    `kubeconfig` leads to it; `writes` holds (method, path) of every write that reached the API server, dry runs apart.
    """

    def __init__(self, kubeconfig: Path, server: str, session: aiohttp.ClientSession) -> None:
        self.kubeconfig = kubeconfig
        self.writes: list[tuple[str, str]] = []
        self._server, self._session = server, session
        self._faults: list[Fault] = []

    def meet(self, fault: Fault) -> Fault:
        """
        Meet the next requests that match.
        """
        self._faults.append(fault)
        return fault

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """
        Pass a request on, as far as the faults let it.
        """
        body = await request.read()
        fault = next((each for each in self._faults if each.times > 0 and each.matches(request)), None)
        if fault is not None:
            fault.times -= 1
        if fault is not None and fault.place is Place.BEFORE:
            answer = await self._met(fault, request)
            if answer is not None:
                return answer
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        if is_write(request):
            self.writes.append((request.method, request.path))
        async with self._session.request(
            request.method, self._server + request.raw_path, data=body, headers=headers
        ) as upstream:
            if fault is None or fault.place is Place.BEFORE:
                return await self._passed_on(request, upstream)
            answered = await upstream.read()
            answer = await self._met(fault, request)
            return answer or web.Response(status=upstream.status, headers=_kept(upstream), body=answered)

    async def _met(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        fault.reached.set()
        if fault.status is not None:
            return web.Response(
                status=fault.status, body=fault.body, headers=fault.headers, content_type="application/json"
            )
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        await fault.released.wait()
        return None

    async def _passed_on(self, request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
        response = web.StreamResponse(status=upstream.status, headers=_kept(upstream))
        await response.prepare(request)
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
        return response


@asynccontextmanager
async def proxy_before(kubeconfig: Path, folder: Path, *, at: socket.socket | None = None) -> AsyncIterator[Proxy]:
    """
    Serve a proxy before the API server of a kubeconfig (with certificates in files, as local planes have).

    It listens on a free loopback port, or `at` a bound socket, which it closes in the end.
    """
    config = yaml.safe_load(await asyncio.to_thread(kubeconfig.read_text))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    context.load_cert_chain(user["client-certificate"], user["client-key"])
    connector = aiohttp.TCPConnector(ssl=context, limit=0)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        place = folder / "kubeconfig-proxy"
        proxy = Proxy(place, cluster["server"], session)
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", proxy.handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.SockSite(runner, at) if at is not None else web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            place.write_text(_kubeconfig(f"http://127.0.0.1:{port}"))
            yield proxy
        finally:
            await runner.cleanup()


def is_write(request: web.Request) -> bool:
    """
    Tell if a request changes something.
    """
    return request.method in {"PATCH", "PUT", "POST", "DELETE"} and "dryRun" not in request.query


def is_dry_run(request: web.Request) -> bool:
    """
    Tell if a request is a dry run.
    """
    return "dryRun" in request.query


def is_watch(request: web.Request) -> bool:
    """
    Tell if a request opens a watch.
    """
    return request.query.get("watch") in {"1", "true"}


def nth(matches: Matches, number: int) -> Matches:
    """
    Match the nth request (from 1) that matches, and those after it.
    """
    seen = 0

    def counted(request: web.Request) -> bool:
        nonlocal seen
        if not matches(request):
            return False
        seen += 1
        return seen >= number

    return counted


def _kept(upstream: aiohttp.ClientResponse) -> dict[str, str]:
    return {name: value for name, value in upstream.headers.items() if name.lower() not in _HOP_BY_HOP}


def _kubeconfig(server: str) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "proxied", "cluster": {"server": server}}],
            "users": [{"name": "nobody", "user": {}}],
            "contexts": [{"name": "proxied", "context": {"cluster": "proxied", "user": "nobody"}}],
            "current-context": "proxied",
        }
    )
