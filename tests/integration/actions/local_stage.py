"""
Owns the place where actions are shown on a real API server, and who plays the parts that a simulated node cannot.

kwok's nodes resize no pod, and no storage driver is there: `Stage.playing` lets a test play the node or the driver, or
the controller of a custom resource, while a run goes on.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from deploy.local.apiserver import AnswerError
from executor.core.diff import SERVER_OWNED
from executor.core.health import health
from executor.core.model import Manifest
from executor.core.target import Target, object_path
from tests.anything import Place
from tests.builders import target_of
from tests.fixtures.widgets import WIDGETS
from tests.objects import a_claim
from tests.waiting import eventually

CONTROLLERS = "node.kubernetes.io/"
"""Begins the keys of the taints by which controllers tell how a node is."""

TTL = "node.alpha.kubernetes.io/ttl"
"""The annotation that a controller gives every node."""

STORAGE = "/apis/storage.k8s.io/v1/storageclasses"
VOLUMES = "/api/v1/persistentvolumes"


class Stage(Place):
    """
    A namespace of the real cluster in which objects are ready to be acted on.
    """

    async def healthy(self, manifest: Manifest, ready: "Ready | None" = None) -> Target:
        """
        Make an object and wait until it is as its spec asks for, or as `ready` says.
        """

        async def made() -> bool:
            try:
                await self.put(manifest)
            except AnswerError as error:
                # Until a new namespace has its default service account.
                if "serviceaccount" not in str(error):
                    raise
                return False
            return True

        await eventually(made)
        target = target_of(manifest)
        await self.settled(target, ready)
        return target

    async def settled(self, target: Target, ready: "Ready | None" = None) -> None:
        """
        Wait until an object is as its spec asks for and no controller has more to write, or until `ready` says so.
        """

        async def is_ready() -> bool:
            return (ready or _is_settled)(await self.live(target))

        await eventually(is_ready)

    async def report(self, target: Target, status: dict[str, Any]) -> None:
        """
        Write a part of an object's status, as its controller or node would.
        """
        known = target.api_version is None
        form = "application/strategic-merge-patch+json" if known else "application/merge-patch+json"
        path = object_path(target, None if known else WIDGETS)
        await self._send("PATCH", f"{path}/status", {"status": status}, form)

    async def bound_claim(self, name: str) -> Target:
        """
        Make a claim of 1Gi that is bound to a volume whose class lets it grow.
        """
        unique = f"{name}-{secrets.token_hex(4)}"
        storage_class = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": unique},
            "provisioner": "csi.test",
            "allowVolumeExpansion": True,
        }
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": unique},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Gi"},
                "storageClassName": unique,
                "csi": {"driver": "csi.test", "volumeHandle": unique},
                "claimRef": {"namespace": self.namespace, "name": name},
            },
        }
        await self._send("POST", STORAGE, storage_class)
        await self._send("POST", VOLUMES, volume)
        return await self.healthy(a_claim(name, self.namespace, size="1Gi", storage_class=unique))

    async def gone(self, target: Target) -> None:
        """
        Delete an object that others would see: one of another namespace, or of none.
        """
        with contextlib.suppress(AnswerError):
            await self.remove(target)

    @asynccontextmanager
    async def playing(self, part: "Part | None", target: Target) -> AsyncIterator[None]:
        """
        Play a part beside a run: look at the object again and again, and do what its controller would.
        """

        async def play(part: Part) -> None:
            while True:
                await part(self, target)
                await asyncio.sleep(0.05)

        if part is None:
            yield
            return
        task = asyncio.create_task(play(part))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


Ready = Callable[[Manifest], bool]
"""Tells if an object can be acted on."""

Part = Callable[[Stage, Target], Awaitable[None]]
"""What somebody does to an object whenever there is something to do."""


def held(manifest: Manifest) -> Manifest:
    """
    Return what people put into an object: without its status, without what server and controllers write by themselves.
    """
    metadata = manifest["metadata"]
    annotations = {
        key: value
        for key, value in metadata.get("annotations", {}).items()
        if ("metadata", "annotations", key) not in SERVER_OWNED
    }
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "Node":
        taints = [each for each in spec.get("taints", []) if not each["key"].startswith(CONTROLLERS)]
        spec = {**{key: value for key, value in spec.items() if key != "taints"}, "taints": taints}
    kept = {key: value for key, value in manifest.items() if key not in {"metadata", "spec", "status"}}
    return {**kept, "labels": metadata.get("labels", {}), "annotations": annotations, "spec": spec}


def _is_settled(live: Manifest) -> bool:
    if live["kind"] == "Node":
        return health(live).is_current and _is_known(live)
    progressing = [
        each["reason"]
        for each in live.get("status", {}).get("conditions", [])
        if each["type"] == "Progressing" and live["kind"] == "Deployment"
    ]
    return health(live).is_current and progressing in ([], ["NewReplicaSetAvailable"])


def _is_known(node: Manifest) -> bool:
    """
    Tell if the controllers have written of a new node what they write of each, a moment after it was made.
    """
    taints = {each["key"] for each in node["spec"].get("taints", [])}
    closed = bool(node["spec"].get("unschedulable"))
    return (
        TTL in node["metadata"].get("annotations", {})
        and f"{CONTROLLERS}not-ready" not in taints
        and closed == (f"{CONTROLLERS}unschedulable" in taints)
    )
