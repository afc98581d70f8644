"""
Owns small pods as a node holds them: whose they are, how they are, and what they hold.
"""

from collections.abc import Mapping
from typing import Any

from executor.core.model import Manifest
from tests.builders import a_pod, a_replica_set


def a_controller(kind: str = "ReplicaSet", name: str = "web-1", *, uid: str = "owner") -> dict[str, Any]:
    """
    Return the owner reference of a controller.
    """
    version = {"Job": "batch/v1", "ReplicationController": "v1", "Node": "v1"}.get(kind, "apps/v1")
    return {"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": True}


def pod_of(
    name: str = "web-1-a",
    *,
    owner: Mapping[str, Any] | None = None,
    uid: str | None = None,
    phase: str = "Running",
    ready: bool = True,
    node: str = "worker-1",
    labels: Mapping[str, str] | None = None,
    empty_dir: bool = False,
    mirror: bool = False,
    terminating: bool = False,
) -> Manifest:
    """
    Return a pod of a controller (of ReplicaSet `web-1` unless told); its uid is `uid-<name>` unless told.
    """
    pod = a_pod(name, labels=labels, node=node, ready=ready)
    pod["metadata"] |= {"uid": uid or f"uid-{name}", "resourceVersion": "7"}
    pod["metadata"]["ownerReferences"] = [dict(owner or a_controller())]
    pod["status"]["phase"] = phase
    if empty_dir:
        pod["spec"]["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    if mirror:
        pod["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "1"}
    if terminating:
        pod["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"
    return pod


def unmanaged(name: str = "lonely", **more: Any) -> Manifest:
    """
    Return a pod that nobody controls.
    """
    pod = pod_of(name, **more)
    del pod["metadata"]["ownerReferences"]
    return pod


def a_counted_replica_set(*, replicas: int = 2, ready: int | None = None, uid: str = "owner") -> Manifest:
    """
    Return ReplicaSet `web-1` as its controller reports it.
    """
    owner = a_replica_set("web-1", replicas=replicas)
    owner["metadata"] |= {"uid": uid, "generation": 1}
    counts = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    owner["status"] = {"observedGeneration": 1, **dict.fromkeys(counts, replicas if ready is None else ready)}
    return owner
