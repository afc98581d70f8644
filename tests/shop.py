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

    async def open(self, *names: str, progress_seconds: int = 600, **more: Any) -> None:
        """
        Create Deployments and wait until their controller has done with them; keywords are those of `a_deployment`.

        A rollout of them is given up after `progress_seconds` without progress: a few, where a test waits for that.
        """
        for name in names:
            body = a_deployment(name, self.namespace, **more)
            body["spec"]["progressDeadlineSeconds"] = progress_seconds
            await asyncio.to_thread(self._plane.api.request, "POST", f"{self._path}", body)
        for name in names:
            await eventually(partial(self._is_settled, name))

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

    async def hold(self, name: str) -> None:
        """
        Let no pod of a Deployment count as available, so that no change of it settles before `let_go`.
        """
        await self.edit(name, {"spec": {"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}})

        async def held() -> bool:
            return "availableReplicas" not in (await self.live(name))["status"]

        await eventually(held)

    async def let_go(self, name: str) -> None:
        """
        Let every pod that is ready count as available again.
        """
        await self.edit(name, {"spec": {"minReadySeconds": 0}})

    async def live(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await asyncio.to_thread(self._plane.api.get, f"{self._path}/{name}")
        return found

    async def replicas(self, name: str) -> int:
        count: int = (await self.live(name))["spec"]["replicas"]
        return count

    @property
    def _path(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments"

    async def _is_settled(self, name: str) -> bool:
        """
        Tell if a Deployment is rolled out and its controller said so, which is the last that it writes by itself.
        """
        live = await self.live(name)
        status = live["status"]
        reasons = {each["type"]: each["reason"] for each in status.get("conditions", [])}
        return bool(
            status.get("observedGeneration") == live["metadata"]["generation"]
            and status.get("availableReplicas", 0) == live["spec"]["replicas"]
            and reasons.get("Progressing") == "NewReplicaSetAvailable"
        )
