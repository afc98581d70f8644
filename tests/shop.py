"""
Owns a shop on the real cluster: a namespace with Deployments, arranged and looked at beside the executor.
"""

import asyncio
from functools import partial
from typing import Any

from deploy.local.control_plane import ControlPlane
from tests.builders import a_deployment
from tests.waiting import eventually


class Shop:
    """
    A namespace of the real cluster with Deployments, looked at beside the executor.
    """

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane, self.namespace = plane, namespace

    async def open(self, *names: str, progress_seconds: int = 5, **more: Any) -> None:
        """
        Create Deployments and wait until they are available; keywords are those of `a_deployment`.

        A rollout of them is given up after `progress_seconds` without progress.
        """
        for name in names:
            body = a_deployment(name, self.namespace, **more)
            body["spec"]["progressDeadlineSeconds"] = progress_seconds
            await asyncio.to_thread(self._plane.api.request, "POST", f"{self._path}", body)
        for name in names:
            await eventually(partial(self._is_available, name))

    async def create(self, path: str, body: dict[str, Any]) -> None:
        """
        Create any object below the namespace of its API group's path, as `/apis/policy/v1`.
        """
        kind = body["kind"].lower() + "s"
        where = f"{path}/namespaces/{self.namespace}/{kind}"
        await asyncio.to_thread(self._plane.api.request, "POST", where, body)

    async def edit(self, name: str, merge: dict[str, Any]) -> None:
        """
        Change a Deployment as somebody else would.
        """
        kind = "application/merge-patch+json"
        await asyncio.to_thread(
            partial(self._plane.api.request, "PATCH", f"{self._path}/{name}", merge, content_type=kind)
        )

    async def live(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await asyncio.to_thread(self._plane.api.get, f"{self._path}/{name}")
        return found

    async def replicas(self, name: str) -> int:
        count: int = (await self.live(name))["spec"]["replicas"]
        return count

    @property
    def _path(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments"

    async def _is_available(self, name: str) -> bool:
        return bool((await self.live(name))["status"].get("availableReplicas"))
