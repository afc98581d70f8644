"""
Owns what the cluster's controllers would write: workloads that become ready at once.
"""

import copy
from typing import Any

from executor.core.digest import digest
from executor.core.model import Manifest

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


def settled(manifest: Manifest, *, nodes: int) -> Manifest:
    """
    Return the object as its controllers leave it when all goes well.
    """
    result = copy.deepcopy(manifest)
    match manifest["kind"]:
        case "Deployment":
            result["status"] = _deployment(manifest)
        case "StatefulSet":
            result["status"] = _stateful_set(manifest)
        case "DaemonSet":
            result["status"] = _daemon_set(manifest, max(nodes, 1))
        case "Node":
            _taint(result)
        case _:
            pass
    return result


def _deployment(manifest: Manifest) -> dict[str, Any]:
    replicas = manifest["spec"].get("replicas", 1)
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return {
        "observedGeneration": manifest["metadata"]["generation"],
        # A count of zero is left out, as the API server does.
        **(dict.fromkeys(counts, replicas) if replicas else {}),
        "conditions": [
            {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
        ],
    }


def _stateful_set(manifest: Manifest) -> dict[str, Any]:
    replicas = manifest["spec"].get("replicas", 1)
    revision = f"{manifest['metadata']['name']}-{digest(manifest['spec']['template'])[-10:]}"
    counts = ("currentReplicas", "updatedReplicas", "readyReplicas")
    return {
        "observedGeneration": manifest["metadata"]["generation"],
        "replicas": replicas,
        "availableReplicas": replicas,
        **(dict.fromkeys(counts, replicas) if replicas else {}),
        "currentRevision": revision,
        "updateRevision": revision,
        "collisionCount": 0,
    }


def _daemon_set(manifest: Manifest, nodes: int) -> dict[str, Any]:
    counts = ("currentNumberScheduled", "desiredNumberScheduled", "numberReady", "updatedNumberScheduled")
    return {
        "observedGeneration": manifest["metadata"]["generation"],
        "numberMisscheduled": 0,
        "numberAvailable": nodes,
        **dict.fromkeys(counts, nodes),
    }


def _taint(node: Manifest) -> None:
    """
    The node lifecycle controller mirrors `unschedulable` in a taint.
    """
    taints = [taint for taint in node["spec"].get("taints") or [] if taint["key"] != UNSCHEDULABLE]
    if node["spec"].get("unschedulable"):
        taints.append({"key": UNSCHEDULABLE, "effect": "NoSchedule"})
    node["spec"].pop("taints", None)
    if taints:
        node["spec"]["taints"] = taints
