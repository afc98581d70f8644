"""
Owns two nodes of their own for a test that drains: what runs there is the test's, and where it goes is known.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from deploy.local.apiserver import AnswerError
from deploy.local.control_plane import ControlPlane
from executor.core.model import Manifest
from executor.core.target import Target, collection_path
from tests.builders import a_budget, a_deployment, a_pod
from tests.integration.actions.local_stage import Stage
from tests.waiting import eventually

POOL = "pool.test"


class Pool(Stage):
    """
    The node `full`, on which everything runs, and the node `spare`, closed until it is opened; nobody else's pod comes.
    """

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        super().__init__(plane, namespace)
        self.name = f"pool-{secrets.token_hex(3)}"
        self.full = Target(kind="Node", name=f"{self.name}-full")
        self.spare = Target(kind="Node", name=f"{self.name}-spare")

    def here(self, manifest: Manifest) -> Manifest:
        """
        Return a pod or a workload that runs in the pool only.
        """
        spec = manifest["spec"] if manifest["kind"] == "Pod" else manifest["spec"]["template"]["spec"]
        spec["nodeSelector"] = {POOL: self.name}
        spec["tolerations"] = [{"key": POOL, "operator": "Exists"}]
        return manifest

    async def deploy(self, name: str, replicas: int, **spec: Any) -> Target:
        """
        Run a Deployment, and return it when all its pods are available.
        """
        made = self.here(a_deployment(name, self.namespace, replicas=replicas))
        made["spec"]["template"]["spec"] |= spec
        return await self.healthy(made)

    async def guard(self, app: str, *, available: int) -> Target:
        """
        Let a budget keep so many of an app's pods, and return it when its controller has counted them.
        """
        made = a_budget(app, self.namespace, app=app, min_available=available)
        del made["status"]
        await self.put(made)
        budget = self.target("PodDisruptionBudget", app)
        await self.until(budget, lambda live: live.get("status", {}).get("currentHealthy", 0) >= available)
        return budget

    async def lonely(self, name: str) -> Target:
        """
        Run a pod that nobody controls.
        """
        pod = self.here(a_pod(name, self.namespace))
        del pod["spec"]["nodeName"], pod["status"]
        return await self.healthy(pod)

    async def on(self, node: Target) -> list[str]:
        """
        Return the names of the pods on a node, sorted.
        """
        selected = f"{collection_path('Pod', self.namespace)}?fieldSelector=spec.nodeName%3D{node.name}"
        return sorted(each["metadata"]["name"] for each in (await self._send("GET", selected))["items"])

    async def open(self, node: Target, *, to_new_pods: bool = True) -> None:
        """
        Let pods be scheduled to a node, or let them not.
        """
        await self.edit(node, {"spec": {"unschedulable": not to_new_pods}})

    async def is_open(self, node: Target) -> bool:
        """
        Tell if pods may be scheduled to a node.
        """
        return not (await self.live(node))["spec"].get("unschedulable", False)

    def drain(self, **parameters: Any) -> dict[str, Any]:
        """
        Return the step `drain` that drains the full node.
        """
        return self.step("drain", self.full, parameters, id="drain")

    async def _join(self, node: Target) -> None:
        model = await self._send("GET", "/api/v1/nodes/node-000000")
        labels = {**model["metadata"]["labels"], "kubernetes.io/hostname": node.name, POOL: self.name}
        taint = {"key": POOL, "value": self.name, "effect": "NoSchedule"}
        manifest = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": node.name, "labels": labels, "annotations": model["metadata"]["annotations"]},
            "spec": {"taints": [taint]},
        }
        await self._send("POST", "/api/v1/nodes", manifest)

        async def ready() -> bool:
            keys = {each["key"] for each in (await self.live(node))["spec"].get("taints", [])}
            return node.name in await asyncio.to_thread(self._plane.api.ready_nodes) and keys == {POOL}

        await eventually(ready)


@asynccontextmanager
async def pool_of(plane: ControlPlane, namespace: str) -> AsyncIterator[Pool]:
    """
    Have a pool of two nodes; they go behind the test, since others count nodes.
    """
    pool = Pool(plane, namespace)
    try:
        await pool._join(pool.full)
        await pool._join(pool.spare)
        await pool.open(pool.spare, to_new_pods=False)
        yield pool
    finally:
        for node in (pool.full, pool.spare):
            with contextlib.suppress(AnswerError):
                await pool.remove(node)
