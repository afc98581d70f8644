"""
Owns any object of a real cluster in the namespace of one test, arranged and looked at beside the executor.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from deploy.local.apiserver import AnswerError
from deploy.local.control_plane import ControlPlane
from executor.core.model import Manifest
from executor.core.target import Resource, Target, collection_path, object_path
from tests.builders import a_deployment, target_of
from tests.fixtures.widgets import API_VERSION, WIDGETS
from tests.plans import scale
from tests.waiting import eventually

SOMEBODY = "somebody-else"
"""The field manager of edits."""

NOT_FOUND = 404


class Place:
    """
    A namespace of the real cluster, whose objects anybody may make, change and look at.
    """

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane, self.namespace = plane, namespace

    def target(self, kind: str, name: str) -> Target:
        """
        Return an object of this namespace.
        """
        api_version = API_VERSION if kind == "Widget" else None
        return Target(kind=kind, namespace=self.namespace, name=name, api_version=api_version)

    def step(
        self, action: str, target: Target, parameters: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """
        Return a step on an object; its id is the object's name unless told.
        """
        named = target.model_dump(exclude_none=True)
        return {"id": target.name, "action": action, "target": named, "parameters": parameters or {}, **more}

    def failing(self, *needs: str) -> dict[str, Any]:
        """
        Return a step that fails in its turn, so that all before it is rolled back.
        """
        return scale("nobody", namespace=self.namespace, needs=list(needs), assess="late")

    async def hold(self, name: str) -> dict[str, Any]:
        """
        Have a Deployment no change of which settles before `let_go`, and return a step that changes it.
        """
        made = a_deployment(name, self.namespace)
        made["spec"] |= {"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}
        await self.put(made)
        await self.until(self.target("Deployment", name), lambda live: live["status"].get("readyReplicas") == 1)
        return scale(name, to=2, namespace=self.namespace)

    async def held(self, name: str) -> None:
        """
        Return when the step of `hold` waits for its change to settle.
        """
        await self.until(self.target("Deployment", name), lambda live: bool(live["spec"]["replicas"] == 2))

    async def let_go(self, name: str) -> None:
        """
        Let every pod that is ready count as available.
        """
        await self.edit(self.target("Deployment", name), {"spec": {"minReadySeconds": 0}})

    async def rolled_out(self, name: str) -> Manifest:
        """
        Return a Deployment when its controller has said so, which is the last that it writes by itself.
        """

        def done(live: Manifest) -> bool:
            status = live.get("status", {})
            reasons = {each["type"]: each["reason"] for each in status.get("conditions", [])}
            return bool(
                status.get("observedGeneration") == live["metadata"]["generation"]
                and status.get("availableReplicas") == status.get("replicas") == live["spec"]["replicas"]
                and reasons.get("Progressing") == "NewReplicaSetAvailable"
            )

        return await self.until(self.target("Deployment", name), done)

    async def put(self, manifest: Manifest, *, manager: str = SOMEBODY) -> Manifest:
        """
        Make an object.
        """
        target = target_of(manifest)
        where = collection_path(target.kind, target.namespace, _resource(target))
        return await self._send("POST", f"{where}?fieldManager={manager}", manifest)

    async def apply(self, manifest: Manifest, *, manager: str) -> Manifest:
        """
        Apply a manifest by server-side apply, as a delivery tool does.
        """
        path = f"{_path(target_of(manifest))}?fieldManager={manager}"
        return await self._send("PATCH", path, manifest, "application/apply-patch+yaml")

    async def edit(self, target: Target, merge: dict[str, Any], *, manager: str = SOMEBODY) -> Manifest:
        """
        Change an object by a merge patch, as somebody else would.
        """
        path = f"{_path(target)}?fieldManager={manager}"
        return await self._send("PATCH", path, merge, "application/merge-patch+json")

    async def remove(self, target: Target) -> None:
        """
        Delete an object.
        """
        await self._send("DELETE", _path(target), {"propagationPolicy": "Background"})

    async def live(self, target: Target) -> Manifest:
        """
        Return an object as it is.
        """
        return await self._send("GET", _path(target))

    async def find(self, target: Target) -> Manifest | None:
        """
        Return an object as it is, or None where there is none.
        """
        try:
            return await self.live(target)
        except AnswerError as error:
            if error.status != NOT_FOUND:
                raise
            return None

    async def until(self, target: Target, holds: Callable[[Manifest], bool]) -> Manifest:
        """
        Return an object as soon as it is there and as wanted.
        """

        async def look() -> Manifest | None:
            live = await self.find(target)
            return live if live is not None and holds(live) else None

        return await eventually(look)

    async def all(self, kind: str) -> list[Manifest]:
        """
        Return every object of a known kind in the namespace.
        """
        items: list[Manifest] = (await self._send("GET", collection_path(kind, self.namespace)))["items"]
        return items

    async def _send(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Manifest:
        answer: Manifest = await asyncio.to_thread(
            self._plane.api.request, method, path, body, content_type=content_type
        )
        return answer


def _resource(target: Target) -> Resource | None:
    return WIDGETS if target.api_version == API_VERSION else None


def _path(target: Target) -> str:
    return object_path(target, _resource(target))
