"""
Owns a whole executor over fakes: the service, a shop of Deployments, a gate that allows, store and vault in memory.
"""

from collections.abc import Callable
from typing import Any

from executor.core.events import Event, first_broken
from executor.core.run import Run
from executor.core.target import Target
from executor.engine.concealed import ConcealedCluster
from executor.engine.service import Limits, Service
from tests.builders import a_deployment, a_namespace, a_node
from tests.fakes.clock import LoopClock
from tests.fakes.cluster import FakeCluster
from tests.fakes.gate import FakeGate
from tests.fakes.store import FakeStore
from tests.fakes.vault import FakeVault

KEY = b"key"
"""Of the fingerprints."""


class World:
    """
    The executor and everything around it.
    """

    def __init__(self) -> None:
        self.cluster = FakeCluster(
            a_namespace("shop"),
            *(a_deployment(name) for name in ("web", "api", "cache", "jobs")),
            a_node("worker-1"),
            a_node("worker-2"),
        )
        self.gate = FakeGate()
        self.store = FakeStore()
        self.vault = FakeVault()
        self.clock = LoopClock()
        self.limits = Limits(max_parallel_steps=5, max_running_runs=50, approval_seconds=900)
        self.service = self.new_service()

    def new_service(self) -> Service:
        """
        Make a service over the same store, as after a restart.
        """
        return Service(
            store=self.store, vault=self.vault, clock=self.clock, limits=self.limits, redact_key=KEY, owner="test"
        )

    async def start(self) -> None:
        self.service.with_policy(self.gate)
        await self.service.open(ConcealedCluster(self.cluster, vault=self.vault, key=KEY))

    async def restart(self) -> None:
        """
        Replace the service by a new one that finds only what the store holds.
        """
        self.service = self.new_service()
        await self.start()

    def when(self, kind: str, step: str, do: Callable[[], Any]) -> None:
        """
        Do something at the moment an event of a step is recorded, before the engine goes on.
        """

        def observe(_: Run, event: Event) -> None:
            if (str(event.type), event.step) == (kind, step):
                do()

        self.service.subscribe(observe)

    async def submitted(self, plan: dict[str, Any]) -> str:
        """
        Submit a plan and return the run's id.
        """
        run: str = (await self.service.submit(plan, caller="ada", idempotency_key=None)).view["id"]
        return run

    async def ended(self, run: str) -> dict[str, Any]:
        """
        Return the run's view when it has ended, its chain of events checked.
        """
        view = await self.service.wait_for_end(run, timeout_seconds=100_000)
        assert await self.chain_breaks_at(run) is None
        return view

    async def run_of(self, plan: dict[str, Any]) -> dict[str, Any]:
        """
        Submit a plan and return the run's view when it has ended.
        """
        return await self.ended(await self.submitted(plan))

    async def chain_breaks_at(self, run: str) -> int | None:
        return first_broken(await self.store.events(run))

    async def events(self, run: str) -> list[Event]:
        return list(await self.store.events(run))

    async def names(self, run: str, step: str | None = None) -> list[str]:
        """
        Return the names of a run's events, of one step if told.
        """
        return [str(event.type) for event in await self.events(run) if step is None or event.step == step]

    def replicas(self, name: str = "web") -> int:
        count: int = self.cluster.now(deployment(name))["spec"]["replicas"]
        return count

    def image(self, name: str = "web") -> str:
        image: str = self.cluster.now(deployment(name))["spec"]["template"]["spec"]["containers"][0]["image"]
        return image


def deployment(name: str) -> Target:
    """
    Return a Deployment of the shop.
    """
    return Target(kind="Deployment", namespace="shop", name=name)
