"""
Owns the hands that arrange a fake cluster: objects of third parties, failures, admission, logs.
"""

import copy
from collections.abc import Callable
from typing import Any, Literal

from executor.core.errors import ClusterError
from executor.core.facts import FactName
from executor.core.model import ABSENT, Manifest
from executor.core.target import Resource, Target
from tests.builders import target_of
from tests.fakes.api_server import ApiServer
from tests.fakes.managed_fields import after_update
from tests.fakes.objects import Objects
from tests.fakes.scripting import Failure, Hold, Script
from tests.fakes.writing import generation_of

Method = Literal["read", "related", "surroundings", "dry_run", "apply", "watch", "watch_all", "logs", "check"]


class Hands:
    """
    What a test does to a fake cluster without asking through the port.

    Facts in `hidden` cannot be read; each of `warnings` comes with every answer to a change.
    """

    def __init__(self, *objects: Manifest, controllers: bool) -> None:
        self.hidden: set[FactName] = set()
        self.warnings: list[str] = []
        self._objects = Objects(controllers=controllers)
        self._server = ApiServer(self._objects)
        self._script = Script()
        self._logs: dict[tuple[Target, str, bool], str] = {}
        for each in objects:
            self.put(each)

    @property
    def controllers(self) -> bool:
        """
        Tell if controllers work.
        """
        return self._objects.controllers

    @controllers.setter
    def controllers(self, working: bool) -> None:
        self._objects.controllers = working

    def put(self, manifest: Manifest, *, manager: str = "kubectl-create") -> Manifest:
        """
        Create an object with a new uid, in place of one that has its name; a kind that is not known is served then.
        """
        target, created = target_of(manifest), copy.deepcopy(manifest)
        metadata = created["metadata"]
        metadata["uid"] = self._objects.new_uid()
        metadata.setdefault("creationTimestamp", self._objects.now())
        if "spec" in created and created["kind"] != "Node":
            metadata["generation"] = 1
        if "managedFields" not in metadata:
            metadata["managedFields"] = after_update(ABSENT, created, manager=manager, time=self._objects.now())
        if target.api_version is not None and self._objects.served(target.kind, target.api_version) is None:
            plural, namespaced = f"{target.kind.lower()}s", target.namespace is not None
            self.serve(target.kind, Resource(target.api_version, plural, namespaced=namespaced))
        return self._objects.store(created)

    def edit(self, target: Target, change: Callable[[Manifest], Any], *, manager: str = "somebody-else") -> Manifest:
        """
        Change an object as a third party would; `change` edits the copy that it is given.
        """
        live = self.now(target)
        edited = copy.deepcopy(live)
        change(edited)
        edited["metadata"]["managedFields"] = after_update(live, edited, manager=manager, time=self._objects.now())
        return self._objects.store(generation_of(edited, live))

    def delete(self, target: Target) -> None:
        """
        Delete an object at once, whatever finalizers it has.
        """
        self._objects.remove(target)

    def now(self, target: Target) -> Manifest:
        """
        Return the object as it is, without asking through the port.
        """
        found = self._objects.find(target)
        assert found is not None, f"there is no {target}"
        return found

    def serve(self, kind: str, resource: Resource) -> None:
        """
        Serve a kind of custom resources.
        """
        self._objects.serve(kind, resource)

    def log(self, pod: Target, text: str, *, container: str = "app", previous: bool = False) -> None:
        """
        Let a container have logged this, or have logged it before it was started again.
        """
        self._logs[pod, container, previous] = text

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
        self._server.mutations.append(mutation)

    def denies(self, message: str | None) -> None:
        """
        Let an admission policy refuse every write and dry run with this message; None takes them again.
        """
        self._server.denial = message

    @property
    def open_watches(self) -> int:
        """
        Tell how many watches have not been closed.
        """
        return self._objects.open_watches
