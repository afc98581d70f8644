"""
Owns the edge behind which no value of a Secret is known: a Cluster around another one, with the vault between them.

What comes in is concealed, and its values are kept before anybody sees the fingerprints; what goes out is revealed just
before it leaves. So whatever is recorded, shown, compared, judged or logged holds fingerprints, and because the vault
is durable, a restore or a write that is taken up after a crash can still be sent. Objects that are no Secrets pass
through and cost nothing.

The change that is judged, recorded and named by its digest is the concealed one. The value behind a fingerprint never
changes, so the bytes that leave are fixed by it as well: what was judged is what is sent.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from executor.core.change import Change
from executor.core.concealing import conceal, conceal_body, copies_values, reveal, sealed_in
from executor.core.errors import SealedValueLost, UnsafeRequest
from executor.core.facts import FactName
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Resource, Target
from executor.engine.ports import Answer, Check, Cluster, Live, Surroundings, Vault


class ConcealedCluster:
    """
    A cluster whose Secrets hold fingerprints. `key` keys them. Beside ClusterErrors it raises the vault's StoreErrors.
    """

    def __init__(self, cluster: Cluster, *, vault: Vault, key: bytes) -> None:
        self._cluster, self._vault, self._key = cluster, vault, key

    async def resource(self, target: Target) -> Resource:
        """
        Return how the API server serves the target's kind.
        """
        return await self._cluster.resource(target)

    async def read(self, target: Target, *, subresource: str | None = None) -> Manifest:
        """
        Return the live object, or a subresource of it; raises TargetNotFound.
        """
        return await self._concealed(await self._cluster.read(target, subresource=subresource))

    async def related(self, queries: Mapping[str, Query]) -> Mapping[str, tuple[Manifest, ...]]:
        """
        Read other objects side by side, by the queries' names.
        """
        found = await self._cluster.related(queries)
        return {name: await self._all_concealed(queries[name], objects) for name, objects in found.items()}

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        """
        Gather the namespace and the wanted facts; none of them is about the values of a Secret.
        """
        return await self._cluster.surroundings(target, live=live, wanted=wanted)

    async def dry_run(self, change: Change) -> Answer:
        """
        Ask what the change would do; raises SealedValueLost, and nothing was sent, for a value that is not kept.
        """
        return await self._answer(await self._cluster.dry_run(await self._revealed(change)))

    async def apply(self, change: Change) -> Answer:
        """
        Send the change once; raises SealedValueLost, and nothing was sent, for a value that is not kept.
        """
        return await self._answer(await self._cluster.apply(await self._revealed(change)))

    async def watch(self, target: Target, *, subresource: str | None = None) -> AsyncGenerator[Manifest | None, None]:
        """
        Yield the live object now and at every change of it; None when it does not exist.
        """
        async with aclosing(self._cluster.watch(target, subresource=subresource)) as states:
            async for live in states:
                yield live if live is None else await self._concealed(live)

    async def watch_all(self, query: Query) -> AsyncGenerator[tuple[Manifest, ...], None]:
        """
        Yield all objects of a query now and, at every change of one of them, all again.
        """
        async with aclosing(self._cluster.watch_all(query)) as states:
            async for objects in states:
                yield await self._all_concealed(query, objects)

    async def logs(self, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool) -> str:
        """
        Return the end of a container's log.
        """
        return await self._cluster.logs(pod, container=container, lines=lines, max_bytes=max_bytes, previous=previous)

    async def check(self) -> Check:
        """
        Tell if the API server can be reached with our credentials.
        """
        return await self._cluster.check()

    async def _answer(self, answer: Answer) -> Answer:
        return Answer(manifest=await self._concealed(answer.manifest), warnings=answer.warnings)

    async def _concealed(self, manifest: Manifest) -> Manifest:
        concealed, values = conceal(manifest, self._key)
        if values:
            await self._vault.keep(values)
        return concealed

    async def _all_concealed(self, query: Query, objects: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
        # The items of a list do not say their kind on the API server, so the question does.
        if not _is_secret(query.kind, query.api_version):
            return objects
        concealed: list[Manifest] = []
        kept: dict[str, str] = {}
        for each in objects:
            one, values = conceal_body(each, self._key)
            concealed.append(one)
            kept |= values
        if kept:
            await self._vault.keep(kept)
        return tuple(concealed)

    async def _revealed(self, change: Change) -> Change:
        if not _is_secret(change.target.kind, change.target.api_version):
            return change
        if copies_values(change.body):
            raise UnsafeRequest(
                f"{change.target}: a JSON Patch must not copy or move values of a Secret to or from another place;"
                " nothing was sent"
            )
        wanted = sealed_in(change.body)
        if not wanted:
            return change
        try:
            return change.model_copy(update={"body": reveal(change.body, await self._vault.find(wanted))})
        except SealedValueLost as lost:
            raise SealedValueLost(f"{change.target}: {lost}") from lost


def _is_secret(kind: str, api_version: str | None) -> bool:
    return kind == "Secret" and api_version in {None, "v1"}
