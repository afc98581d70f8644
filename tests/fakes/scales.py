"""
Owns the fake's `/scale`: the count of any kind that has one, seen and written without knowing the kind.

Source: "Scale" (autoscaling/v1) of the Kubernetes API reference.
"""

from executor.core.model import Manifest
from executor.core.target import RESOURCES

SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})


def has_scale(manifest: Manifest) -> bool:
    """
    Tell if an object has this subresource; of custom resources those do that count replicas.
    """
    kind = manifest["kind"]
    return kind in SCALED or (kind not in RESOURCES and "replicas" in manifest.get("spec", {}))


def scale_of(manifest: Manifest) -> Manifest:
    """
    Return the Scale of an object: its identity, its count, and what was seen of it.
    """
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    metadata = {key: manifest["metadata"][key] for key in kept if key in manifest["metadata"]}
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": metadata,
        "spec": {"replicas": manifest["spec"].get("replicas", 1)},
        "status": {"replicas": manifest.get("status", {}).get("replicas", 0)},
    }


def scaled_by(manifest: Manifest, scale: Manifest) -> Manifest:
    """
    Return an object with the count of a Scale, and with the identity that the Scale claims.
    """
    claimed = {key: scale["metadata"][key] for key in ("uid", "resourceVersion")}
    return {
        **manifest,
        "metadata": {**manifest["metadata"], **claimed},
        "spec": {**manifest["spec"], "replicas": scale["spec"]["replicas"]},
    }
