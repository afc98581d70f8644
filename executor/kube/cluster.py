"""
Owns the engine's `Cluster` port over a real API server: which request is retried, and what a conflict means.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from executor.core.change import Change
from executor.core.errors import ClusterError, NotServed, TargetGone, TargetMoved, TargetNotFound
from executor.core.facts import FactName
from executor.core.model import ABSENT, Manifest
from executor.core.query import Query
from executor.core.target import Resource, Target, object_path
from executor.engine.ports import Answer, Check, Live, Surroundings
from executor.kube.attempt import Attempt, Doing, attempt_on
from executor.kube.client import Client
from executor.kube.collection import collection_of
from executor.kube.connect import Connection
from executor.kube.discovery import Discovery
from executor.kube.exchange import Reply
from executor.kube.gathering import gather
from executor.kube.logs import end_of_log
from executor.kube.retrying import Retries
from executor.kube.sharing import Sharing
from executor.kube.urls import view_path
from executor.kube.watching import watch_collection

_NOTHING_YET = object()


class KubeCluster:
    """
    A real cluster. Reads and dry runs are tried again where that can help; a write leaves once.
    """

    def __init__(self, client: Client, connection: Connection, retries: Retries | None = None) -> None:
        self.connection = connection
        self._client = client
        self._retries = retries or Retries()
        self._discovery = Discovery(self._document)
        self._sharing = Sharing()

    async def resource(self, target: Target) -> Resource:
        """
        Return how the target's kind is served; raises NotServed.
        """
        return await self._discovery.resource(target.kind, target.api_version)

    async def read(self, target: Target, *, subresource: str | None = None) -> Manifest:
        """
        Return the live object, or a subresource of it; raises TargetNotFound.
        """
        resource = await self.resource(target)
        path = view_path(object_path(target, resource), subresource)
        attempt = attempt_on(target, Doing.READ, subresource=subresource, plural=resource.plural)
        return await self._retries.run(lambda: self._client.get(attempt, path))

    async def related(self, queries: Mapping[str, Query]) -> Mapping[str, tuple[Manifest, ...]]:
        """
        Read other objects side by side, by the queries' names; what does not exist, or is not served, is empty.
        """
        if not queries:
            return {}
        try:
            async with asyncio.TaskGroup() as group:
                tasks = {name: group.create_task(self._found(query)) for name, query in queries.items()}
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return {name: task.result() for name, task in tasks.items()}

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        """
        Gather the namespace and the wanted facts side by side; what cannot be read is None, with its reason.
        """
        return await gather(target, live, wanted, read=self._read_shared, list_objects=self._list_shared)

    async def dry_run(self, change: Change) -> Answer:
        """
        Ask what the change would do; nothing is written.
        """
        resource = await self.resource(change.target)

        async def send() -> Reply:
            return await self._retries.run(lambda: self._client.send(change, resource, dry_run=True))

        return await self._answered(change, send)

    async def apply(self, change: Change) -> Answer:
        """
        Send the change once.
        """
        resource = await self.resource(change.target)
        return await self._answered(change, lambda: self._client.send(change, resource, dry_run=False))

    async def watch(self, target: Target, *, subresource: str | None = None) -> AsyncGenerator[Manifest | None, None]:
        """
        Yield the live object now and at every change of it; close the generator to end the watch.

        A subresource cannot be watched itself: it is read at each change of its object.
        """
        # A name that is none would select nothing, and nothing looks like "deleted".
        view_path(object_path(target, await self.resource(target)), subresource)
        query = Query(target.kind, target.namespace, target.name, api_version=target.api_version)
        last: Manifest | object | None = _NOTHING_YET
        async with aclosing(self.watch_all(query)) as states:
            async for state in states:
                live = state[0] if state else None
                if subresource is not None and live is not None:
                    live = await self._view(target, subresource)
                if subresource is None or live != last:
                    last = live
                    yield live

    async def watch_all(self, query: Query) -> AsyncGenerator[tuple[Manifest, ...], None]:
        """
        Yield all objects of a query now and at every change of one; close the generator to end the watch.
        """
        collection = collection_of(query, await self._discovery.resource(query.kind, query.api_version))
        async with aclosing(watch_collection(self._client, collection)) as states:
            async for state in states:
                yield state

    async def logs(self, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool) -> str:
        """
        Return the end of a container's log, bounded in lines and bytes; raises TargetNotFound.
        """

        async def read() -> str:
            return await end_of_log(
                self._client, pod, container=container, lines=lines, max_bytes=max_bytes, previous=previous
            )

        return await self._retries.run(read)

    async def check(self) -> Check:
        """
        Tell if the API server takes our credentials: `/api` is readable by whoever is authenticated, and no one else.
        """
        try:
            await self._client.get(Attempt(Doing.CHECK), "/api")
        except ClusterError as error:
            return Check(name="cluster", ok=False, message=str(error))
        return Check(name="cluster", ok=True, message=f"{self.connection.server} answers")

    async def _document(self, path: str) -> Manifest:
        return await self._retries.run(lambda: self._client.get(Attempt(Doing.READ), path))

    async def _found(self, query: Query) -> tuple[Manifest, ...]:
        try:
            resource = await self._discovery.resource(query.kind, query.api_version)
            everywhere = resource.namespaced and query.namespace is None
            if query.name is None or query.selector or query.fields or everywhere:
                return tuple(await self._list(query))
            # By its name alone, for which permission to get it is enough.
            target = Target.model_construct(
                kind=query.kind, namespace=query.namespace, name=query.name, api_version=query.api_version
            )
            return (await self.read(target),)
        except (TargetNotFound, NotServed):
            return ()

    async def _list(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        collection = collection_of(query, await self._discovery.resource(query.kind, query.api_version))
        items, _ = await self._retries.run(lambda: self._client.list(collection, at_most=at_most))
        return items

    async def _read_shared(self, target: Target) -> Manifest:
        return await self._sharing.ask(target, lambda: self.read(target))

    async def _list_shared(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        # A query as text, because its selectors are no keys; one that is spelled otherwise only asks for itself.
        return await self._sharing.ask((repr(query), at_most), lambda: self._list(query, at_most=at_most))

    async def _view(self, target: Target, subresource: str) -> Manifest | None:
        try:
            return await self.read(target, subresource=subresource)
        except TargetNotFound:
            return None

    async def _answered(self, change: Change, send: Callable[[], Awaitable[Reply]]) -> Answer:
        try:
            reply = await send()
        except TargetMoved as moved:
            raise await self._moved_or_gone(change, moved) from moved
        return Answer(manifest=ABSENT if change.removes else reply.body, warnings=reply.warnings)

    async def _moved_or_gone(self, change: Change, moved: TargetMoved) -> ClusterError:
        """
        The server compares versions before uids, so for a recreated object too it says "conflict": look which it was.
        """
        if change.preconditions is None:
            return moved
        try:
            live = await self.read(change.target, subresource=change.view)
        except ClusterError:
            return moved
        if live["metadata"]["uid"] == change.preconditions.uid:
            return moved
        return TargetGone(
            f"{change.target}: it was deleted and another object has its name now, nothing was written. "
            "Submit the plan again if it still applies.",
            http_status=moved.http_status,
        )
