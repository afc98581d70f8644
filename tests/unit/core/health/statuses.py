"""
Owns objects as controllers report them: of any kind with a status, conditions, pods and their containers.
"""

from typing import Any

from executor.core.model import Manifest

SINCE = "2026-11-23T11:24:06Z"
BEFORE, AFTER = "2026-11-23T11:24:05Z", "2026-11-23T11:24:07Z"
GENERATION = 2
API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Widget": "shop.example/v1",
}


def an_object(kind: str, spec: Any = None, status: Any = None, **metadata: Any) -> Manifest:
    """
    Return an object of the second generation.
    """
    return {
        "apiVersion": API_VERSIONS.get(kind, "v1"),
        "kind": kind,
        "metadata": {"name": kind.lower(), "generation": GENERATION, **metadata},
        "spec": spec or {},
        "status": status or {},
    }


def condition(kind: str, status: str = "True", reason: str = "", message: str = "", **more: Any) -> dict[str, Any]:
    """
    Return one condition.
    """
    return {"type": kind, "status": status, "reason": reason, "message": message, **more}


def a_pod(name: str = "web-1", *, created: str = AFTER, spec: Any = None, **status: Any) -> Manifest:
    """
    Return a pod made after SINCE; the keywords are its status.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "creationTimestamp": created},
        "spec": spec or {},
        "status": {"phase": "Running", **status},
    }


def a_container(name: str = "app", *, ready: bool = False, **status: Any) -> dict[str, Any]:
    """
    Return the status of one container.
    """
    return {"name": name, "image": "web:9", "ready": ready, "restartCount": 0, **status}


def waiting_for(reason: str, message: str = "", name: str = "app", **status: Any) -> dict[str, Any]:
    """
    Return the status of a container that does not run, and why.
    """
    return a_container(name, state={"waiting": {"reason": reason, "message": message}}, **status)


def unschedulable(message: str, reason: str = "Unschedulable") -> dict[str, Any]:
    """
    Return the status of a pod that finds no node.
    """
    return {"phase": "Pending", "conditions": [condition("PodScheduled", "False", reason, message)]}
