"""
Owns the two worlds of the cluster contract: the fake and a real API server, arranged through one interface.
"""

import asyncio
from typing import Any, Literal, Protocol

from deploy.local.control_plane import ControlPlane
from executor.core.model import Manifest
from executor.core.target import Target, collection_path, object_path
from executor.engine.ports import Cluster
from executor.kube import KubeCluster
from tests.builders import a_namespace, a_pod, target_of
from tests.fakes.cluster import FakeCluster
from tests.fixtures.admission import ADMISSION_LABEL
from tests.fixtures.kubernetes import make_namespace
from tests.waiting import eventually

Admission = Literal["mutate", "deny", "warn"]

MUTATED = ("mutated", "yes")
DENIAL = "replicas are sacred here"
WARNING = "replicas are dear here"


class World(Protocol):
    """
    A cluster under test and the hands that arrange it.
    """

    cluster: Cluster
    namespace: str

    async def admit(self, admission: Admission) -> None:
        """
        Go to a new namespace, where admission does this to Deployments.
        """

    async def create(self, manifest: Manifest) -> Target:
        """
        Create an object; its target is known by its kind and name.
        """

    async def edit(self, target: Target, merge: dict[str, Any]) -> None:
        """
        Change an object as somebody else would, by a JSON Merge Patch.
        """

    async def delete(self, target: Target) -> None:
        """
        Delete an object.
        """

    async def running(self, deployment: Target, pods: int) -> None:
        """
        Have so many running pods of a deployment.
        """


class FakeWorld:
    """
    The fake.
    """

    def __init__(self) -> None:
        self.namespace = "shop"
        self.fake = FakeCluster(a_namespace("shop"))
        self.cluster: Cluster = self.fake

    async def admit(self, admission: Admission) -> None:
        match admission:
            case "mutate":
                self.fake.mutates(lambda it: it["metadata"].setdefault("annotations", {}).update([MUTATED]))
            case "deny":
                self.fake.denies(DENIAL)
            case "warn":
                self.fake.warnings.append(WARNING)

    async def create(self, manifest: Manifest) -> Target:
        self.fake.put(manifest)
        return target_of(manifest)

    async def edit(self, target: Target, merge: dict[str, Any]) -> None:
        self.fake.edit(target, lambda manifest: _merge(manifest, merge))

    async def delete(self, target: Target) -> None:
        self.fake.delete(target)

    async def running(self, deployment: Target, pods: int) -> None:
        for number in range(pods):
            self.fake.put(a_pod(f"{deployment.name}-{number}", self.namespace, labels={"app": deployment.name}))


class RealWorld:
    """
    A namespace of the session's control plane.
    """

    def __init__(self, plane: ControlPlane, cluster: KubeCluster) -> None:
        self.namespace = make_namespace(plane)
        self.cluster: Cluster = cluster
        self._plane = plane

    async def admit(self, admission: Admission) -> None:
        self.namespace = make_namespace(self._plane, **{ADMISSION_LABEL: admission})

    async def create(self, manifest: Manifest) -> Target:
        target = target_of(manifest)
        await self._send("POST", collection_path(target.kind, target.namespace), manifest)
        return target

    async def edit(self, target: Target, merge: dict[str, Any]) -> None:
        await self._send("PATCH", object_path(target), merge, "application/merge-patch+json")

    async def delete(self, target: Target) -> None:
        now = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}
        await self._send("DELETE", object_path(target), now)

    async def running(self, deployment: Target, pods: int) -> None:
        async def all_ready() -> bool:
            live = await self.cluster.read(deployment)
            return bool(live.get("status", {}).get("readyReplicas") == pods)

        await eventually(all_ready)

    async def _send(self, method: str, path: str, body: Any, content_type: str = "application/json") -> Any:
        return await asyncio.to_thread(self._plane.api.request, method, path, body, content_type=content_type)


def _merge(document: dict[str, Any], merge: dict[str, Any]) -> None:
    for key, value in merge.items():
        if isinstance(value, dict):
            _merge(document.setdefault(key, {}), value)
        else:
            document[key] = value
