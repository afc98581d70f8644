"""
Owns the engine's `Cluster` port over a real API server: which request is retried, and what a conflict means.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from executor.core.change import Change
from executor.core.errors import ClusterError, TargetGone, TargetMoved
from executor.core.facts import FactName
from executor.core.model import Manifest
from executor.core.target import Target, object_path
from executor.engine.ports import Answer, Check, Live, Surroundings
from executor.kube.attempt import Attempt, Doing, attempt_on
from executor.kube.client import Client
from executor.kube.connect import Connection, connect
from executor.kube.gathering import gather
from executor.kube.retrying import Retries
from executor.kube.selectors import query_of
from executor.kube.watching import watch_object


class KubeCluster:
    """
    A real cluster. Reads and dry runs are tried again where that can help; a write leaves once.
    """

    def __init__(self, client: Client, connection: Connection, retries: Retries | None = None) -> None:
        self.connection = connection
        self._client = client
        self._retries = retries or Retries()

    async def read(self, target: Target) -> Manifest:
        """
        Return the live object; raises TargetNotFound.
        """
        path = object_path(target)
        return await self._retries.run(lambda: self._client.get(attempt_on(target, Doing.READ), path))

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        """
        Gather the namespace and the wanted facts side by side; what cannot be read is None, with its reason.
        """
        return await gather(target, live, wanted, read=self.read, list_objects=self._list)

    async def dry_run(self, change: Change) -> Answer:
        """
        Ask what the change would do; nothing is written.
        """
        try:
            reply = await self._retries.run(lambda: self._client.patch(change, dry_run=True))
        except TargetMoved as moved:
            raise await self._moved_or_gone(change, moved) from moved
        return Answer(manifest=reply.body, warnings=reply.warnings)

    async def apply(self, change: Change) -> Answer:
        """
        Send the change once.
        """
        try:
            reply = await self._client.patch(change, dry_run=False)
        except TargetMoved as moved:
            raise await self._moved_or_gone(change, moved) from moved
        return Answer(manifest=reply.body, warnings=reply.warnings)

    def watch(self, target: Target) -> AsyncGenerator[Manifest | None, None]:
        """
        Yield the live object now and at every change of it; close the generator to end the watch.
        """
        return watch_object(self._client, target)

    async def check(self) -> Check:
        """
        Tell if the API server takes our credentials: `/api` is readable by whoever is authenticated, and no one else.
        """
        try:
            await self._client.get(Attempt(Doing.CHECK), "/api")
        except ClusterError as error:
            return Check(name="cluster", ok=False, message=str(error))
        return Check(name="cluster", ok=True, message=f"{self.connection.server} answers")

    async def _list(self, kind: str, namespace: str | None, selector: Mapping[str, Any] | None) -> list[Manifest]:
        labels = query_of(selector)
        items, _ = await self._retries.run(lambda: self._client.list(kind, namespace, labels=labels))
        return items

    async def _moved_or_gone(self, change: Change, moved: TargetMoved) -> ClusterError:
        """
        The server compares versions before uids, so for a recreated object too it says "conflict": look which it was.
        """
        try:
            live = await self.read(change.target)
        except ClusterError:
            return moved
        if live["metadata"]["uid"] == change.preconditions.uid:
            return moved
        return TargetGone(
            f"{change.target}: it was deleted and another object has its name now, nothing was written. "
            "Submit the plan again if it still applies.",
            http_status=moved.http_status,
        )


@asynccontextmanager
async def open_cluster(
    *, kubeconfig: Path | None = None, context: str | None = None, retries: Retries | None = None
) -> AsyncIterator[KubeCluster]:
    """
    Open the cluster that kubectl would use, or that of an explicit kubeconfig; raises SetupError.
    """
    async with connect(kubeconfig=kubeconfig, context=context) as (api, connection):
        yield KubeCluster(Client(api), connection, retries)
