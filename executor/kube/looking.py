"""
Owns how each fact is looked for: which requests it takes, and which of them are shared.

What waits for the target adds two reads in a row at most.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, TypeVar

from executor.core.errors import TargetNotFound
from executor.core.facts import (
    AUTOSCALER,
    MAX_OWNERS_READ,
    MAX_PODS,
    AutoscalerFact,
    BudgetFact,
    GitOpsFact,
    NodeFact,
    OwnerFact,
    PodFact,
    QuotaFact,
    Reference,
    WorkloadFact,
    autoscaler_facts,
    budget_facts,
    gitops_of,
    node_facts,
    owner_of,
    owner_target,
    pod_facts,
    pod_selector,
    pod_template,
    quota_facts,
    workload_fact,
)
from executor.core.model import ABSENT, Manifest
from executor.core.policy import NamespaceInput
from executor.core.query import Query
from executor.core.target import Target
from executor.engine.ports import Live
from executor.kube.selectors import query_of

T = TypeVar("T")
ReadObject = Callable[[Target], Awaitable[Manifest]]


class ListObjects(Protocol):
    """
    Lists what a query is about.
    """

    async def __call__(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        """
        Return what is found; more than `at_most` show that there are more.
        """


class Unknown(Exception):
    """
    A fact that cannot be asked for; a signal between a look and its gathering.
    """


class Look:
    """
    One look around a target: a method for each fact, which raises ClusterError or Unknown. To be closed.
    """

    def __init__(self, target: Target, live: Live, read: ReadObject, list_objects: ListObjects) -> None:
        self._target, self._live, self._read, self._list = target, live, read, list_objects
        self._on_node = target.kind == "Node"
        self._listing: asyncio.Future[list[Manifest]] | None = None

    async def pods(self) -> list[PodFact]:
        """
        Look for the pods of a workload or on a node, or at the pod that the target is.
        """
        return pod_facts(await self._pods())

    async def budgets(self) -> list[BudgetFact]:
        """
        Look for the budgets over the pods that the target has or would make.
        """
        namespace = None if self._on_node else self._namespace()
        async with _begun(self._list(Query("PodDisruptionBudget", namespace))) as listing:
            pods = await self._pods() if self._on_node else await self._pods_or_template()
            return budget_facts(await listing, pods)

    async def autoscalers(self) -> list[AutoscalerFact]:
        """
        Look for what sets the target's replicas.
        """
        return autoscaler_facts(await self._list(Query(AUTOSCALER, self._namespace())), self._target)

    async def quota(self) -> list[QuotaFact]:
        """
        Look for the quotas of the target's namespace.
        """
        return quota_facts(await self._list(Query("ResourceQuota", self._namespace())))

    async def nodes(self) -> list[NodeFact]:
        """
        Look for every node.
        """
        return node_facts(await self._list(Query("Node")))

    async def owners(self) -> list[OwnerFact]:
        """
        Follow the chain of controllers, as far as their kinds are known.
        """
        dependent = await self._itself()
        found: list[OwnerFact] = []
        while (owner := owner_of(dependent)) is not None:
            found.append(owner)
            try:
                place = owner_target(owner, self._target.namespace)
            except ValueError as error:
                raise Unknown("an owner reference that names no object") from error
            if place is None or len(found) > MAX_OWNERS_READ:
                break
            dependent = await self._read(place)
            if dependent["metadata"]["uid"] != owner.uid:
                raise Unknown(f"{place}: another object has the name of an owner that was deleted")
        return found

    async def workloads(self) -> list[WorkloadFact]:
        """
        Look at the controllers of the pods on a node, or of the pod that the target is: each once, side by side.
        """
        if not self._on_node and (await self._at_hand()).get("kind") != "Pod":
            return []
        found = {
            (pod["metadata"]["namespace"], owner.name, owner.uid): owner
            for pod in await self._pods()
            if (owner := owner_of(pod)) is not None and owner.kind != "Node"
        }
        looks = (self._workload(owner, namespace) for (namespace, *_), owner in found.items())
        seen = await asyncio.gather(*looks, return_exceptions=True)
        for each in seen:
            if isinstance(each, BaseException):
                raise each
        return [each for each in seen if isinstance(each, WorkloadFact)]

    async def _workload(self, owner: OwnerFact, namespace: str) -> WorkloadFact:
        reference, place = Reference(kind=owner.kind, name=owner.name), None
        with suppress(ValueError):
            place = owner_target(owner, namespace)
        with suppress(TargetNotFound):
            manifest = ABSENT if place is None else await self._read(place)
            if manifest and manifest["metadata"]["uid"] == owner.uid:
                return workload_fact(reference, namespace, manifest)
        return workload_fact(reference, namespace)

    async def gitops(self) -> GitOpsFact | None:
        """
        Look at who keeps the target in step with its source.
        """
        return gitops_of(await self._itself())

    async def namespace(self) -> NamespaceInput:
        """
        Look at the target's namespace.
        """
        metadata = (await self._read(Target(kind="Namespace", name=self._namespace())))["metadata"]
        return NamespaceInput(labels=metadata.get("labels") or {}, annotations=metadata.get("annotations") or {})

    async def close(self) -> None:
        """
        End what is still being listed.
        """
        if self._listing is not None:
            self._listing.cancel()
            await asyncio.gather(self._listing, return_exceptions=True)

    async def _pods(self) -> list[Manifest]:
        """
        Return the target's pods, listed once however many facts rest on them.
        """
        if self._listing is None:
            self._listing = asyncio.ensure_future(self._list_pods())
        return await asyncio.shield(self._listing)

    async def _list_pods(self) -> list[Manifest]:
        if self._on_node:
            query = Query("Pod", fields={"spec.nodeName": self._target.name})
        else:
            live = await self._at_hand()
            if not live:
                return []
            if live.get("kind") == "Pod":
                return [live]
            selector = pod_selector(live)
            if query_of(selector) is None:
                raise Unknown("the target selects no pods")
            query = Query("Pod", self._namespace(), selector=selector)
        pods = await self._list(query, at_most=MAX_PODS)
        if len(pods) > MAX_PODS:
            raise Unknown(f"it has more than {MAX_PODS} pods")
        return pods

    async def _pods_or_template(self) -> list[Manifest]:
        live = await self._at_hand()
        template = pod_template(live)
        return [template] if template is not None else await self._pods()

    async def _itself(self) -> Manifest:
        """
        Return the target as a whole: its scale tells neither its owners nor its labels.
        """
        live = await self._at_hand()
        return await self._read(self._target) if live.get("kind") == "Scale" else live

    async def _at_hand(self) -> Manifest:
        # Shielded: the read belongs to whoever began it.
        return await asyncio.shield(self._live) if isinstance(self._live, asyncio.Future) else self._live

    def _namespace(self) -> str:
        if self._target.namespace is None:
            raise Unknown("the target is in no namespace")
        return self._target.namespace


@asynccontextmanager
async def _begun(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """
    Begin something at once, to be awaited later; it has ended when the context has.
    """
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
