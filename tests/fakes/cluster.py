"""
Owns the fake cluster: the engine's `Cluster` port in memory, under the same contract suite as the real one.

Versions, uids, owners and all forms of a change behave as on the API server; failures, admission and waiting can be
scripted. What it cannot know is the schema of an object: it takes unknown fields that a real server refuses, and it
fills in no defaults.
"""

import copy
from collections.abc import AsyncGenerator, Mapping

from executor.core.change import Change
from executor.core.errors import Forbidden, NotServed, TargetNotFound
from executor.core.facts import FactName, selects
from executor.core.model import Manifest
from executor.core.paths import read
from executor.core.query import Query
from executor.core.target import Resource, Target, known_resource, object_path
from executor.engine.ports import Answer, Check, Live, Surroundings
from executor.kube.attempt import Attempt, Doing, attempt_on
from executor.kube.collection import collection_of
from executor.kube.discovery import checked_version, not_served
from executor.kube.errors import from_refusal
from executor.kube.gathering import gather
from executor.kube.logs import look_at, no_log, text_of
from executor.kube.refusal import Refusal
from executor.kube.sending import request_of
from executor.kube.urls import view_path
from tests.builders import target_of
from tests.fakes.api_server import shown
from tests.fakes.hands import Hands
from tests.fakes.objects import State
from tests.fakes.scales import has_scale, scale_of

_LISTED = {
    FactName.PODS: "Pod",
    FactName.BUDGETS: "PodDisruptionBudget",
    FactName.AUTOSCALERS: "HorizontalPodAutoscaler",
    FactName.QUOTA: "ResourceQuota",
    FactName.NODES: "Node",
}
"""What is listed for a fact."""


class FakeCluster(Hands):
    """
    A cluster in memory. `applied` and `dry_runs` hold the changes in the order they came, refused ones left out.

    With `controllers` off, workloads keep the status they have and nobody replaces pods: set it with `edit`.
    """

    def __init__(self, *objects: Manifest, controllers: bool = True) -> None:
        super().__init__(*objects, controllers=controllers)
        self.applied: list[Change] = []
        self.dry_runs: list[Change] = []

    async def resource(self, target: Target) -> Resource:
        return self._resource(target.kind, target.api_version)

    async def read(self, target: Target, *, subresource: str | None = None) -> Manifest:
        view_path(object_path(target, await self.resource(target)), subresource)
        await self._script.play("read", target)
        return self._viewed(target, subresource)

    async def related(self, queries: Mapping[str, Query]) -> Mapping[str, tuple[Manifest, ...]]:
        if queries:
            await self._script.play("related", ", ".join(queries))
        return {name: tuple(await self._found_by(query)) for name, query in queries.items()}

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        await self._script.play("surroundings", target)

        async def read_object(each: Target) -> Manifest:
            return self._live(each, Doing.READ)

        return await gather(target, live, wanted, read=read_object, list_objects=self._list)

    async def dry_run(self, change: Change) -> Answer:
        attempt = self._attempt(change, dry_run=True)
        await self._script.play("dry_run", change.target)
        after = self._server.judged(change, attempt)
        self.dry_runs.append(change)
        return Answer(manifest=shown(change, after), warnings=tuple(self.warnings))

    async def apply(self, change: Change) -> Answer:
        attempt = self._attempt(change, dry_run=False)
        failure = await self._script.turn("apply")
        if failure is not None and not failure.landed:
            raise failure.raised_for(change.target, "apply")
        after = self._server.judged(change, attempt)
        self.applied.append(change)
        after = self._server.written(change, after)
        if failure is not None:
            raise failure.raised_for(change.target, "apply")
        return Answer(manifest=shown(change, after), warnings=tuple(self.warnings))

    async def watch(self, target: Target, *, subresource: str | None = None) -> AsyncGenerator[Manifest | None, None]:
        view_path(object_path(target, await self.resource(target)), subresource)
        await self._script.play("watch", target)

        def look() -> State:
            try:
                return (self._viewed(target, subresource),)
            except TargetNotFound:
                return ()

        with self._objects.watched(look) as states:
            while True:
                state = await states.get()
                yield copy.deepcopy(state[0]) if state else None

    async def watch_all(self, query: Query) -> AsyncGenerator[tuple[Manifest, ...], None]:
        collection_of(query, self._resource(query.kind, query.api_version))
        await self._script.play("watch_all", query.kind)
        with self._objects.watched(lambda: tuple(self._selected(query))) as states:
            while True:
                yield copy.deepcopy(await states.get())

    async def logs(self, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool) -> str:
        look_at(pod, container)
        await self._script.play("logs", pod)
        names = [each["name"] for each in self._live(pod, Doing.READ)["spec"]["containers"]]
        chosen = container or names[0]
        text = self._logs.get((pod, chosen, previous), None if previous else "")
        if chosen not in names or text is None:
            raise no_log(pod, container)
        stamped = [f"{self._objects.now()} {line}\n" for line in text.splitlines()[-lines:]]
        return text_of("".join(stamped).encode()[-max_bytes:], max_bytes)

    async def check(self) -> Check:
        failure = await self._script.turn("check")
        if failure is not None:
            return Check(name="cluster", ok=False, message="the API server cannot be reached")
        return Check(name="cluster", ok=True, message="the fake cluster answers")

    def _resource(self, kind: str, api_version: str | None) -> Resource:
        known = known_resource(kind, api_version)
        if known is not None:
            return known
        version = checked_version(api_version)
        resource = self._objects.served(kind, version)
        if resource is None:
            raise not_served(kind, version)
        return resource

    def _attempt(self, change: Change, *, dry_run: bool) -> Attempt:
        """
        Look at a change as the edge does before it leaves.
        """
        resource = self._resource(change.target.kind, change.target.api_version)
        return request_of(change, resource, dry_run=dry_run).attempt

    def _live(self, target: Target, doing: Doing) -> Manifest:
        found = self._objects.find(target)
        if found is None:
            raise from_refusal(attempt_on(target, doing), Refusal(404, "NotFound", object_name=target.name))
        return found

    def _viewed(self, target: Target, subresource: str | None) -> Manifest:
        live = self._live(target, Doing.READ)
        if subresource is None:
            return live
        if not has_scale(live):
            named = target.name if target.api_version else ""
            attempt = attempt_on(target, Doing.READ, subresource=subresource)
            raise from_refusal(attempt, Refusal(404, "NotFound", object_name=named))
        return scale_of(live)

    async def _found_by(self, query: Query) -> list[Manifest]:
        try:
            return await self._list(query)
        except NotServed:
            return []

    async def _list(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        if query.kind in {_LISTED[fact] for fact in self.hidden if fact in _LISTED}:
            kind = query.kind.lower()
            raise Forbidden(f"{kind}: list refused (Forbidden): the executor is not permitted to do this.")
        collection_of(query, self._resource(query.kind, query.api_version))
        found = self._selected(query)
        return found if at_most is None else found[: at_most + 1]

    def _selected(self, query: Query) -> list[Manifest]:
        def matches(each: Manifest) -> bool:
            target = target_of(each)
            return (
                (target.kind, target.api_version) == (query.kind, query.api_version)
                and query.namespace in {None, target.namespace}
                and query.name in {None, target.name}
                and (query.selector is None or selects(query.selector, each["metadata"].get("labels") or {}))
                and all(read(each, tuple(field.split("."))) == value for field, value in (query.fields or {}).items())
            )

        return [each for each in self._objects.all() if matches(each)]
