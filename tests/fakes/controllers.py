"""
Owns what the cluster's controllers would write: workloads that become ready at once, pods that replace others.
"""

import copy
from collections.abc import Iterable
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


def replacement(gone: Manifest, objects: Iterable[Manifest], *, number: int) -> Manifest | None:
    """
    Return the pod that a pod's controller makes in its place, or None where nobody does; `number` makes names differ.

    A DaemonSet's comes back to its node; others go to the first node that takes pods, or stay pending.
    """
    owners = {each.get("uid") for each in gone["metadata"].get("ownerReferences") or [] if each.get("controller")}
    there = list(objects)
    owner = next((each for each in there if each["metadata"].get("uid") in owners), None)
    if gone["kind"] != "Pod" or owner is None or not owner.get("spec", {}).get("replicas", 1):
        return None
    same_name = owner["kind"] == "StatefulSet"
    metadata = {
        key: gone["metadata"][key] for key in ("namespace", "labels", "ownerReferences") if key in gone["metadata"]
    }
    metadata["name"] = gone["metadata"]["name"] if same_name else f"{owner['metadata']['name']}-{number:05}"
    spec = {key: value for key, value in gone["spec"].items() if key != "nodeName"}
    node = gone["spec"].get("nodeName") if owner["kind"] == "DaemonSet" else _open_node(there)
    if node is None:
        waiting = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        status = {"phase": "Pending", "conditions": [waiting]}
    else:
        spec["nodeName"] = node
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def _open_node(objects: list[Manifest]) -> str | None:
    nodes = (each for each in objects if each["kind"] == "Node" and not each.get("spec", {}).get("unschedulable"))
    return next((node["metadata"]["name"] for node in nodes), None)
