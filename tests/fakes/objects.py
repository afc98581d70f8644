"""
Owns the fake's stored objects: their versions and times, what controllers make of them, and who watches.
"""

import asyncio
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from executor.core.model import Manifest
from executor.core.target import Resource, Target
from tests.builders import target_of
from tests.fakes.controllers import replacement, settled

BEGAN = datetime(2026, 11, 23, 11, 0, 0, tzinfo=UTC)
FIRST_VERSION = 100

State = tuple[Manifest, ...]
Look = Callable[[], State]


class Objects:
    """
    What is in the fake. With `controllers` off, workloads keep the status they have and nobody replaces pods.
    """

    def __init__(self, *, controllers: bool) -> None:
        self.controllers = controllers
        self._stored: dict[Target, Manifest] = {}
        self._served: dict[tuple[str, str], Resource] = {}
        self._watches: list[_Watch] = []
        self._version = FIRST_VERSION

    def find(self, target: Target) -> Manifest | None:
        """
        Return a copy of an object.
        """
        return copy.deepcopy(self._stored.get(target))

    def all(self) -> list[Manifest]:
        """
        Return copies of all objects by kind, namespace and name.
        """
        return [copy.deepcopy(self._stored[target]) for target in sorted(self._stored, key=str)]

    def serve(self, kind: str, resource: Resource) -> None:
        """
        Have a kind of custom resources.
        """
        self._served[kind, resource.api_version] = resource

    def served(self, kind: str, api_version: str) -> Resource | None:
        """
        Return how a custom resource is served.
        """
        return self._served.get((kind, api_version))

    def now(self) -> str:
        """
        Return the API server's time: a second passes with each version.
        """
        return (BEGAN + timedelta(seconds=self._version - FIRST_VERSION)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_uid(self) -> str:
        """
        Return a uid that no object has had.
        """
        return f"00000000-0000-4000-8000-{self._next():012d}"

    def store(self, manifest: Manifest) -> Manifest:
        """
        Keep a new version and, where controllers work, the one that they make of it; return the first.

        An object that is being deleted goes with its last finalizer.
        """
        target, written = target_of(manifest), stored_form(manifest)
        written["metadata"]["resourceVersion"] = str(self._next())
        if "deletionTimestamp" in written["metadata"] and not written["metadata"].get("finalizers"):
            self.remove(target)
            return written
        self._stored[target] = written
        self._tell()
        if self.controllers:
            nodes = sum(each.kind == "Node" for each in self._stored)
            after = settled(written, nodes=nodes)
            if after != written:
                after["metadata"]["resourceVersion"] = str(self._next())
                self._stored[target] = after
                self._tell()
        return copy.deepcopy(written)

    def remove(self, target: Target) -> None:
        """
        Have an object gone; the controller of a pod makes another.
        """
        gone = self._stored.pop(target)
        self._next()
        self._tell()
        successor = replacement(gone, self.all(), number=self._version) if self.controllers else None
        if successor is not None:
            successor["metadata"] |= {"uid": self.new_uid(), "creationTimestamp": self.now()}
            self.store(successor)

    @property
    def open_watches(self) -> int:
        """
        Tell how many watches have not been closed.
        """
        return len(self._watches)

    @contextmanager
    def watched(self, look: Look) -> Iterator[asyncio.Queue[State]]:
        """
        Queue what a look shows, now and whenever it is something new.
        """
        watch = _Watch(look)
        watch.look()
        self._watches.append(watch)
        try:
            yield watch.states
        finally:
            self._watches.remove(watch)

    def _tell(self) -> None:
        for watch in self._watches:
            watch.look()

    def _next(self) -> int:
        self._version += 1
        return self._version


class _Watch:
    """
    One watch: the states it has still to see, and the last one it was told.
    """

    def __init__(self, look: Look) -> None:
        self.states: asyncio.Queue[State] = asyncio.Queue()
        self._look = look
        self._told: list[tuple[str, str]] | None = None

    def look(self) -> None:
        state = self._look()
        identities = [(each["metadata"]["uid"], each["metadata"]["resourceVersion"]) for each in state]
        if identities != self._told:
            self._told = identities
            self.states.put_nowait(state)


def stored_form(manifest: Manifest) -> Manifest:
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
