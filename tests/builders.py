"""
Owns small, valid Kubernetes objects, as the API server and the fake both take them.
"""

from collections.abc import Mapping
from typing import Any

from executor.core.model import Manifest
from executor.core.target import Target, known_resource

IMAGE = "registry.test/web:1"


def a_deployment(
    name: str = "web",
    namespace: str = "shop",
    *,
    replicas: int = 1,
    images: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    pod_labels: Mapping[str, str] | None = None,
) -> Manifest:
    """
    Return a Deployment whose pods carry `app: <name>`; `images` is container → image, in order.
    """
    metadata = _metadata(name, namespace, labels, annotations)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": replicas, **_pods_of(name, images, pod_labels)},
    }


def a_replica_set(name: str = "web-1", namespace: str = "shop", *, replicas: int = 1, app: str = "web") -> Manifest:
    """
    Return a ReplicaSet whose pods carry `app: <app>`.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": _metadata(name, namespace),
        "spec": {"replicas": replicas, **_pods_of(app, None)},
    }


def a_stateful_set(
    name: str = "cache", namespace: str = "shop", *, replicas: int = 1, images: Mapping[str, str] | None = None
) -> Manifest:
    """
    Return a StatefulSet whose pods carry `app: <name>`.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _metadata(name, namespace),
        "spec": {"replicas": replicas, "serviceName": name, **_pods_of(name, images)},
    }


def a_daemon_set(name: str = "agent", namespace: str = "shop", *, images: Mapping[str, str] | None = None) -> Manifest:
    """
    Return a DaemonSet whose pods carry `app: <name>`.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": _metadata(name, namespace),
        "spec": _pods_of(name, images),
    }


def a_node(
    name: str = "worker-1",
    *,
    ready: bool = True,
    unschedulable: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Manifest:
    """
    Return a Node; a real cluster's node controller may judge its readiness anew.
    """
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": _metadata(name, None, labels),
        "spec": {"unschedulable": True} if unschedulable else {},
        "status": {"conditions": [_condition("Ready", met=ready)]},
    }


def a_namespace(
    name: str = "shop", *, labels: Mapping[str, str] | None = None, annotations: Mapping[str, str] | None = None
) -> Manifest:
    """
    Return a Namespace.
    """
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": _metadata(name, None, labels, annotations)}


def a_pod(
    name: str = "web-1",
    namespace: str = "shop",
    *,
    labels: Mapping[str, str] | None = None,
    node: str = "worker-1",
    ready: bool = True,
) -> Manifest:
    """
    Return a running Pod of `app: web`.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(name, namespace, {"app": "web"} if labels is None else labels),
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": IMAGE}]},
        "status": {"phase": "Running", "conditions": [_condition("Ready", met=ready)]},
    }


def a_budget(
    name: str = "web",
    namespace: str = "shop",
    *,
    app: str = "web",
    min_available: int = 1,
    disruptions_allowed: int = 1,
) -> Manifest:
    """
    Return a PodDisruptionBudget over the pods of `app`.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(name, namespace),
        "spec": {"minAvailable": min_available, "selector": {"matchLabels": {"app": app}}},
        "status": {
            "disruptionsAllowed": disruptions_allowed,
            "currentHealthy": min_available + disruptions_allowed,
            "desiredHealthy": min_available,
            "expectedPods": min_available + disruptions_allowed,
            "observedGeneration": 1,
        },
    }


def a_secret(
    name: str = "db",
    namespace: str = "shop",
    *,
    data: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Manifest:
    """
    Return an Opaque Secret; `data` is key → base64 text.
    """
    metadata = _metadata(name, namespace, None, annotations)
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": dict(data or {})}


def an_autoscaler(
    name: str = "web", namespace: str = "shop", *, of: str = "web", between: tuple[int, int] = (1, 3)
) -> Manifest:
    """
    Return a HorizontalPodAutoscaler that sets a Deployment's replicas.
    """
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(name, namespace),
        "spec": {
            "minReplicas": between[0],
            "maxReplicas": between[1],
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": of},
        },
    }


def a_quota(
    name: str = "team", namespace: str = "shop", *, hard: Mapping[str, str], used: Mapping[str, str] | None = None
) -> Manifest:
    """
    Return a ResourceQuota; without `used`, its controller has not counted yet.
    """
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": _metadata(name, namespace),
        "spec": {"hard": dict(hard)},
        "status": {} if used is None else {"hard": dict(hard), "used": dict(used)},
    }


def target_of(manifest: Manifest) -> Target:
    """
    Return the target that names an object; that of a custom resource says its API version.
    """
    kind, metadata, version = manifest["kind"], manifest["metadata"], manifest.get("apiVersion")
    api_version = None if known_resource(kind, version) else version
    return Target(kind=kind, namespace=metadata.get("namespace"), name=metadata["name"], api_version=api_version)


def _metadata(
    name: str,
    namespace: str | None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return metadata


def _pods_of(
    name: str, images: Mapping[str, str] | None, pod_labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    containers = [{"name": each, "image": image} for each, image in (images or {"app": IMAGE}).items()]
    labels = {"app": name}
    return {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": {**labels, **(pod_labels or {})}}, "spec": {"containers": containers}},
    }


def _condition(kind: str, *, met: bool) -> dict[str, str]:
    return {"type": kind, "status": "True" if met else "False"}
