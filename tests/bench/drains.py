"""
Owns the figures of a drain: 30 pods that no budget holds, by `kubectl drain` and by a run, in turn on the same node.

The controller manager is held, so nobody makes other pods: their owner is a name only, as far as both sides look at it.
"""

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import toolbox
from deploy.local.control_plane import ControlPlane
from tests.bench.service import Submitter
from tests.waiting import eventually

PODS = 30
NAMESPACE = "bench-drains"
PATH = f"/api/v1/namespaces/{NAMESPACE}"


@dataclass(frozen=True, slots=True)
class Round:
    """
    Seconds of one round: by kubectl, by a run with all pods in flight at once, and by one with as many as by default.
    """

    kubectl: float
    at_once: float
    by_default: float


class Drains:
    """
    Measures rounds of draining one node.
    """

    def __init__(self, plane: ControlPlane, node: str, submitter: Submitter) -> None:
        self._plane, self._node, self._submitter = plane, node, submitter
        self._kubectl: Path = toolbox.ensure_all(["kubectl"])["kubectl"]

    async def measure(self, rounds: int) -> list[Round]:
        """
        Drain in turn, after one drain of each that is not counted.
        """
        found = [
            Round(await self._by_kubectl(), await self._by_run({"max_in_flight": PODS}), await self._by_run({}))
            for _ in range(rounds + 1)
        ]
        return found[1:]

    async def _by_kubectl(self) -> float:
        await self._fill()
        command = [str(self._kubectl), "--kubeconfig", str(self._plane.kubeconfig), "drain", self._node]
        began = time.perf_counter()
        await asyncio.to_thread(lambda: subprocess.run(command, check=True, capture_output=True, timeout=120))
        return await self._after(began)

    async def _by_run(self, parameters: dict[str, Any]) -> float:
        await self._fill()
        target = {"kind": "Node", "name": self._node}
        began = time.perf_counter()
        await self._submitter.run_of([{"id": "only", "action": "drain", "target": target, "parameters": parameters}])
        return await self._after(began)

    async def _after(self, began: float) -> float:
        seconds = time.perf_counter() - began
        assert [] == await self._pods(), "a drain leaves none of these pods"
        return seconds

    async def _fill(self) -> None:
        """
        Open the node, and have all pods run on it.
        """
        self._plane.api.request(
            "PATCH",
            f"/api/v1/nodes/{self._node}",
            {"spec": {"unschedulable": None}},
            content_type="application/merge-patch+json",
        )
        for number in range(PODS):
            self._plane.api.request("POST", f"{PATH}/pods", a_pod(f"web-{number:02}", self._node))

        async def run() -> bool:
            return ["Running"] * PODS == [each["status"].get("phase") for each in await self._pods()]

        await eventually(run, limit_seconds=60)

    async def _pods(self) -> list[dict[str, Any]]:
        found = await asyncio.to_thread(self._plane.api.get, f"{PATH}/pods")
        items: list[dict[str, Any]] = found["items"]
        return items


def make_namespace(plane: ControlPlane) -> None:
    """
    Make the namespace of the pods, with the account that its held controller would give it.
    """
    plane.api.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    plane.api.request("POST", f"{PATH}/serviceaccounts", {"metadata": {"name": "default"}})


def a_pod(name: str, node: str) -> dict[str, Any]:
    """
    Return a pod on a node that a ReplicaSet owns by name.
    """
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "bench", "controller": True}
    return {
        "metadata": {"name": name, "labels": {"app": "web"}, "ownerReferences": [owner]},
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": "registry.test/web:1"}]},
    }
