"""
Owns the logs of runs for telemetry's tests: what really happened in a service over fakes, told again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from executor.core.events import Event
from executor.core.run import Run
from executor.engine.service import Service
from tests.fakes.cluster import FakeCluster
from tests.fakes.gate import FakeGate
from tests.fakes.service import a_cluster, a_service
from tests.fakes.store import FakeStore


@asynccontextmanager
async def a_world() -> AsyncIterator[tuple[Service, FakeCluster, FakeGate]]:
    """
    Open a service over fakes.
    """
    cluster, gate = a_cluster(), FakeGate()
    service = a_service(gate, FakeStore())
    await service.open(cluster)
    yield service, cluster, gate
    await service.shut_down()


async def happened(service: Service, plan: dict[str, Any]) -> list[tuple[Run, Event]]:
    """
    Run a plan to its end, and return what observers were told.
    """
    told: list[tuple[Run, Event]] = []
    service.subscribe(lambda run, event: told.append((run, event)))
    submitted = await service.submit(plan, caller="tester", idempotency_key=None)
    await service.wait_for_end(submitted.view["id"], timeout_seconds=20)
    return told
