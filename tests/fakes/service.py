"""
Owns the real service over a cluster, a gate and a store in memory, served as the product serves it, on a free port.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from executor.api import build_app, build_runner
from executor.api.keys import Metrics
from executor.engine.concealed import ConcealedCluster
from executor.engine.service import Limits, Service
from tests.builders import a_deployment, a_namespace, a_node
from tests.fakes.clock import LoopClock
from tests.fakes.cluster import FakeCluster
from tests.fakes.gate import FakeGate
from tests.fakes.store import FakeStore
from tests.fakes.vault import FakeVault

TOKEN = "a-token-of-the-tests"
CALLER = "tester"
KEY = b"k" * 32
LIMITS = Limits(max_parallel_steps=5, max_running_runs=50, approval_seconds=900)


@dataclass(frozen=True, slots=True)
class Served:
    """
    A running API: `http` sends with the right token to paths of it, `url` is for those who bring their own client.
    """

    url: str
    http: aiohttp.ClientSession
    service: Service
    cluster: FakeCluster
    gate: FakeGate
    store: FakeStore
    runner: web.AppRunner

    @property
    def port(self) -> int:
        """
        Return the port, for tests that speak bytes instead of HTTP.
        """
        return int(self.url.rpartition(":")[2])

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        """
        Return status and document of a GET.
        """
        async with self.http.get(path, **more) as response:
            return response.status, await response.json(content_type=None)

    async def post(self, path: str, **more: Any) -> tuple[int, Any]:
        """
        Return status and document of a POST.
        """
        async with self.http.post(path, **more) as response:
            return response.status, await response.json(content_type=None)


def a_service(gate: FakeGate, store: FakeStore) -> Service:
    """
    Return the real service over fakes; it takes plans when it is given a cluster (`open`).
    """
    service = Service(store=store, vault=FakeVault(), clock=LoopClock(), limits=LIMITS, redact_key=KEY, owner="tests")
    service.with_policy(gate)
    return service


def a_cluster() -> FakeCluster:
    """
    Return a cluster with a little in it: two Deployments of the namespace `shop`, and two Nodes.
    """
    return FakeCluster(a_namespace(), a_deployment("web"), a_deployment("api"), a_node("worker-1"), a_node("worker-2"))


def no_metrics() -> tuple[bytes, str]:
    """
    Return an empty page of figures.
    """
    return b"", "text/plain; version=1.0.0; charset=utf-8"


@asynccontextmanager
async def serving(
    *, heartbeat_seconds: float = 15.0, metrics: Metrics = no_metrics, shutdown_seconds: float = 2.0
) -> AsyncIterator[Served]:
    """
    Serve on loopback until the context ends.
    """
    cluster, gate, store = a_cluster(), FakeGate(), FakeStore()
    service = a_service(gate, store)
    await service.open(ConcealedCluster(cluster, vault=FakeVault(), key=KEY))
    app = build_app(service, tokens={TOKEN: CALLER}, metrics=metrics, heartbeat_seconds=heartbeat_seconds)
    runner = build_runner(app, shutdown_seconds=shutdown_seconds)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}"
    try:
        async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            yield Served(url, http, service, cluster, gate, store, runner)
    finally:
        await runner.cleanup()
        await service.shut_down()
