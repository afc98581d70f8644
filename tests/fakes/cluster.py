"""
Owns the fake cluster: the engine's `Cluster` port in memory, under the same contract suite as the real one.

Versions, uids and JSON Patches behave as on the API server; failures, admission and waiting can be scripted. What it
cannot know is the schema of an object: it takes unknown fields that a real server refuses.
"""

import asyncio
import copy
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Literal

from executor.core.change import Change
from executor.core.errors import ClusterError, Forbidden, NotServed, TargetGone
from executor.core.facts import FactName, selects
from executor.core.model import Manifest
from executor.core.paths import read
from executor.core.query import Query
from executor.core.target import Resource, Target, known_resource, object_path
from executor.engine.ports import Answer, Check, Live, Surroundings
from executor.kube.attempt import Doing, attempt_on
from executor.kube.errors import from_refusal
from executor.kube.gathering import gather
from executor.kube.refusal import Cause, Refusal
from executor.kube.urls import path_of, view_path
from tests.builders import target_of
from tests.fakes.controllers import settled
from tests.fakes.json_patch import PatchDoesNotFitError, patched
from tests.fakes.scripting import Failure, Hold, Script

_LISTED = {
    FactName.PODS: "Pod",
    FactName.BUDGETS: "PodDisruptionBudget",
    FactName.AUTOSCALERS: "HorizontalPodAutoscaler",
    FactName.QUOTA: "ResourceQuota",
    FactName.NODES: "Node",
}
"""What is listed for a fact."""

Method = Literal["read", "surroundings", "dry_run", "apply", "watch", "check"]


class FakeCluster:
    """
    A cluster in memory. `applied` and `dry_runs` hold the changes in the order they came, refused ones left out.

    With `controllers` off, workloads keep the status they have: set it with `edit`.
    """

    def __init__(self, *objects: Manifest, controllers: bool = True) -> None:
        self.controllers = controllers
        self.applied: list[Change] = []
        self.dry_runs: list[Change] = []
        self.hidden: set[FactName] = set()
        self.warnings: list[str] = []
        self._objects: dict[Target, Manifest] = {}
        self._watchers: defaultdict[Target, list[asyncio.Queue[Manifest | None]]] = defaultdict(list)
        self._script = Script()
        self._mutations: list[Callable[[Manifest], Any]] = []
        self._denial: str | None = None
        self._version = 100
        for each in objects:
            self.put(each)

    def put(self, manifest: Manifest) -> Manifest:
        """
        Create an object with a new uid, in place of one that has its name.
        """
        created = copy.deepcopy(manifest)
        metadata = created["metadata"]
        metadata["uid"] = f"00000000-0000-4000-8000-{self._next():012d}"
        if "spec" in created and created["kind"] != "Node":
            metadata["generation"] = 1
        return self._store(target_of(created), created)

    def edit(self, target: Target, change: Callable[[Manifest], Any]) -> Manifest:
        """
        Change an object as a third party would; `change` edits the copy that it is given.
        """
        edited = copy.deepcopy(self._objects[target])
        change(edited)
        return self._store(target, _generation_of(edited, self._objects[target]))

    def delete(self, target: Target) -> None:
        """
        Delete an object.
        """
        del self._objects[target]
        self._next()
        self._tell(target, None)

    def now(self, target: Target) -> Manifest:
        """
        Return the object as it is, without asking through the port.
        """
        return copy.deepcopy(self._objects[target])

    def fail_next(
        self, method: Method, error: ClusterError | type[ClusterError], *, landed: bool = False, times: int = 1
    ) -> None:
        """
        Let the next calls of a method fail; with `landed`, a write is done before its answer is lost.
        """
        self._script.fail(method, Failure(error, landed), times=times)

    def hold(self, method: Method) -> Hold:
        """
        Keep the calls of a method waiting until the hold is released.
        """
        return self._script.hold(method)

    def mutates(self, mutation: Callable[[Manifest], Any]) -> None:
        """
        Let admission edit every object that is written or dry-run.
        """
        self._mutations.append(mutation)

    def denies(self, message: str | None) -> None:
        """
        Let an admission policy refuse every write and dry run with this message; None takes them again.
        """
        self._denial = message

    @property
    def open_watches(self) -> int:
        """
        Tell how many watches have not been closed.
        """
        return sum(map(len, self._watchers.values()))

    async def resource(self, target: Target) -> Resource:
        known = known_resource(target.kind, target.api_version)
        if known is None:
            raise NotServed(f"the API server does not serve kind {target.kind} in {target.api_version}.")
        return known

    async def read(self, target: Target, *, subresource: str | None = None) -> Manifest:
        view_path(object_path(target), subresource)
        await self._script.play("read", target)
        return self._found(target, Doing.READ)

    async def related(self, queries: Mapping[str, Query]) -> Mapping[str, tuple[Manifest, ...]]:
        return {name: tuple(await self._list(query)) for name, query in queries.items()}

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        await self._script.play("surroundings", target)

        async def read(each: Target) -> Manifest:
            return self._found(each, Doing.READ)

        return await gather(target, live, wanted, read=read, list_objects=self._list)

    async def dry_run(self, change: Change) -> Answer:
        path_of(change, await self.resource(change.target))
        await self._script.play("dry_run", change.target)
        after = self._judged(change, Doing.DRY_RUN)
        self.dry_runs.append(change)
        return Answer(manifest=after, warnings=tuple(self.warnings))

    async def apply(self, change: Change) -> Answer:
        path_of(change, await self.resource(change.target))
        failure = await self._script.turn("apply")
        if failure is not None and not failure.landed:
            raise failure.raised_for(change.target, "apply")
        after = self._judged(change, Doing.APPLY)
        self.applied.append(change)
        if after != self._objects[change.target]:
            after = self._store(change.target, after)
        if failure is not None:
            raise failure.raised_for(change.target, "apply")
        return Answer(manifest=copy.deepcopy(after), warnings=tuple(self.warnings))

    async def watch(self, target: Target, *, subresource: str | None = None) -> AsyncGenerator[Manifest | None, None]:
        view_path(object_path(target), subresource)
        await self._script.play("watch", target)
        states: asyncio.Queue[Manifest | None] = asyncio.Queue()
        states.put_nowait(self._objects.get(target))
        self._watchers[target].append(states)
        try:
            while True:
                yield copy.deepcopy(await states.get())
        finally:
            self._watchers[target].remove(states)

    async def watch_all(self, query: Query) -> AsyncGenerator[tuple[Manifest, ...], None]:
        yield tuple(await self._list(query))
        await asyncio.Event().wait()

    async def logs(self, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool) -> str:
        raise NotImplementedError

    async def check(self) -> Check:
        failure = await self._script.turn("check")
        if failure is not None:
            return Check(name="cluster", ok=False, message="the API server cannot be reached")
        return Check(name="cluster", ok=True, message="the fake cluster answers")

    def _found(self, target: Target, doing: Doing) -> Manifest:
        if target not in self._objects:
            raise self._refused(target, doing, Refusal(404, "NotFound", object_name=target.name))
        return copy.deepcopy(self._objects[target])

    @staticmethod
    def _refused(target: Target, doing: Doing, refusal: Refusal) -> ClusterError:
        return from_refusal(attempt_on(target, doing), refusal)

    async def _list(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        if query.kind in {_LISTED[fact] for fact in self.hidden if fact in _LISTED}:
            kind = query.kind.lower()
            raise Forbidden(f"{kind}: list refused (Forbidden): the executor is not permitted to do this.")
        found = [
            copy.deepcopy(each)
            for target, each in sorted(self._objects.items(), key=lambda item: str(item[0]))
            if target.kind == query.kind
            and query.namespace in {None, target.namespace}
            and query.name in {None, target.name}
            and (query.selector is None or selects(query.selector, each["metadata"].get("labels") or {}))
            and all(read(each, tuple(field.split("."))) == value for field, value in (query.fields or {}).items())
        ]
        return found if at_most is None else found[: at_most + 1]

    def _judged(self, change: Change, doing: Doing) -> Manifest:
        """
        Return what the change makes of the object, after everything the API server would look at.
        """
        target, live = change.target, self._found(change.target, doing)
        try:
            after: Manifest = patched(live, change.body if isinstance(change.body, list) else [])
        except PatchDoesNotFitError:
            raise self._refused(target, doing, Refusal(422, "Invalid")) from None
        if after["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]:
            if change.preconditions is not None and live["metadata"]["uid"] != change.preconditions.uid:
                raise TargetGone(f"{target}: it was deleted and another object has its name now.", http_status=409)
            raise self._refused(target, doing, Refusal(409, "Conflict"))
        for mutate in self._mutations:
            mutate(after)
        if self._denial is not None:
            said = f"ValidatingAdmissionPolicy 'fake' with binding 'fake' denied request: {self._denial}"
            raise self._refused(target, doing, Refusal(422, "Invalid", causes=(Cause(message=said),)))
        wrong = _invalid_fields(live, after)
        if wrong:
            raise self._refused(target, doing, Refusal(422, "Invalid", causes=tuple(Cause(field=it) for it in wrong)))
        return _generation_of(_stored_form(after), live)

    def _store(self, target: Target, manifest: Manifest) -> Manifest:
        """
        Keep a new version and, where controllers work, the one that they make of it; return the first.
        """
        written = _stored_form(manifest)
        written["metadata"]["resourceVersion"] = str(self._next())
        self._objects[target] = written
        self._tell(target, written)
        if self.controllers:
            nodes = sum(each.kind == "Node" for each in self._objects)
            after = settled(written, nodes=nodes)
            if after != written:
                after["metadata"]["resourceVersion"] = str(self._next())
                self._objects[target] = after
                self._tell(target, after)
        return copy.deepcopy(written)

    def _tell(self, target: Target, state: Manifest | None) -> None:
        for watcher in self._watchers[target]:
            watcher.put_nowait(state)

    def _next(self) -> int:
        self._version += 1
        return self._version


def _invalid_fields(live: Manifest, after: Manifest) -> list[str]:
    """
    The few rules of validation that tests rest on.
    """
    wrong = []
    if after["metadata"]["uid"] != live["metadata"]["uid"]:
        wrong.append("metadata.uid")
    replicas = after.get("spec", {}).get("replicas", 0)
    if replicas < 0:
        wrong.append("spec.replicas")
    if after.get("spec", {}).get("selector") != live.get("spec", {}).get("selector"):
        wrong.append("spec.selector")
    return wrong


def _generation_of(after: Manifest, live: Manifest) -> Manifest:
    """
    A change of the spec is a new generation; a Node has none.
    """
    if "generation" in live["metadata"]:
        after["metadata"]["generation"] = live["metadata"]["generation"] + (after["spec"] != live["spec"])
    return after


def _stored_form(manifest: Manifest) -> Manifest:
    """
    Return the object without what the API server leaves out: empty labels and annotations, `unschedulable: false`.
    """
    result = copy.deepcopy(manifest)
    template = result.get("spec", {}).get("template", {}).get("metadata", {})
    for metadata in (result["metadata"], template):
        for key in ("labels", "annotations"):
            if metadata.get(key) == {}:
                del metadata[key]
    if result["kind"] == "Node" and not result.setdefault("spec", {}).get("unschedulable"):
        result["spec"].pop("unschedulable", None)
    return result
