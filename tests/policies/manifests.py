"""
Owns the objects that the policy tests are about, as the API server holds them.
"""

from typing import Any

from executor.core.model import Manifest

UID = "6d4d5f5c-0000-4000-8000-00000000000{}"


def a_deployment(
    *, kind: str = "Deployment", name: str = "checkout", namespace: str = "shop", replicas: int = 3
) -> Manifest:
    """
    Return a workload.
    """
    labels = {"app": name}
    spec: dict[str, Any] = {"selector": {"matchLabels": labels}, "template": a_template(labels)}
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    fields = [{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]
    metadata = _metadata(name, 1, namespace=namespace, labels=labels, managedFields=fields)
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec} | {
        "status": {"readyReplicas": replicas}
    }


def a_template(labels: dict[str, str]) -> dict[str, Any]:
    """
    Return the template of a pod that has no power it does not need.
    """
    return {
        "metadata": {"labels": labels},
        "spec": {
            "serviceAccountName": "shop",
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [a_container("app", "registry.example:5000/shop/checkout:1.4.2")],
            "initContainers": [a_container("migrate", "registry.example:5000/shop/migrate:1.4.2")],
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        },
    }


def a_container(name: str, image: str) -> dict[str, Any]:
    """
    Return a container that has no power it does not need.
    """
    return {
        "name": name,
        "image": image,
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        # Mounted twice on purpose: its name names no item.
        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}, {"name": "scratch", "mountPath": "/cache"}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def a_plain_deployment() -> Manifest:
    """
    Return the manifest of a Deployment as a newcomer writes it, which does not exist yet.
    """
    labels = {"app": "hello"}
    container = {"name": "app", "image": "registry.example:5000/hello:1.0.0"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": "hello", "namespace": "shop"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def a_replica_set(*, image: str = "registry.example:5000/shop/checkout:1.4.1", revision: int = 1) -> Manifest:
    """
    Return what keeps an earlier revision of the Deployment, and owns its pods.
    """
    labels = {"app": "checkout", "pod-template-hash": f"h{revision}"}
    template = a_template(labels)
    template["spec"]["containers"][0]["image"] = image
    owner = [an_owner("Deployment", "checkout", 1, "apps/v1")]
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    metadata = _metadata(f"checkout-h{revision}", 3, labels=labels, annotations=annotations, ownerReferences=owner)
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec}


def a_scale(*, name: str = "checkout", namespace: str = "shop", replicas: int = 3) -> Manifest:
    """
    Return the scale of an object, which leaves a count of zero out.
    """
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": _metadata(name, 1, namespace=namespace),
        "spec": {"replicas": replicas} if replicas else {},
        "status": {"replicas": replicas, "selector": f"app={name}"},
    }


def a_node(name: str = "worker-1") -> Manifest:
    """
    Return a node.
    """
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": _metadata(name, 2, namespace=None, labels={}),
        "spec": {"podCIDR": "10.0.1.0/24"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def a_pod(*, owned: bool = True, namespace: str = "shop") -> Manifest:
    """
    Return a running pod, of a ReplicaSet unless nobody owns it.
    """
    template = a_template({"app": "checkout", "pod-template-hash": "h2"})
    owner = {"ownerReferences": [an_owner("ReplicaSet", "checkout-h2", 3, "apps/v1")]} if owned else {}
    metadata = _metadata("checkout-h2-x", 4, namespace=namespace, **template["metadata"], **owner)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]} | {
        "status": {"phase": "Running"}
    }


def a_job(*, suspended: bool = False) -> Manifest:
    """
    Return a Job.
    """
    spec = {"suspend": suspended, "template": a_template({"app": "tidy"})}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": _metadata("tidy-1", 5), "spec": spec}


def a_cron_job(*, namespace: str = "shop", image: str = "registry.example:5000/shop/tidy:latest") -> Manifest:
    """
    Return a CronJob whose owner lets it run what this executor would not bring in: the latest image, as root.
    """
    container = {"name": "tidy", "image": image, "securityContext": {"privileged": True}}
    job = {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}}}
    spec = {"schedule": "0 3 * * *", "suspend": False, "jobTemplate": job}
    metadata = _metadata("tidy", 6, namespace=namespace)
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}


def a_config_map(*, namespace: str = "shop", kind: str = "ConfigMap") -> Manifest:
    """
    Return a ConfigMap, or a Secret with fingerprints for values.
    """
    data = {"mode": "fast"} if kind == "ConfigMap" else {"password": "fingerprint:" + "0a" * 16}
    return {"apiVersion": "v1", "kind": kind, "metadata": _metadata("settings", 7, namespace=namespace), "data": data}


def a_claim(*, namespace: str = "shop") -> Manifest:
    """
    Return a PersistentVolumeClaim.
    """
    metadata = _metadata("data", 8, namespace=namespace, finalizers=["kubernetes.io/pvc-protection"])
    spec = {"resources": {"requests": {"storage": "10Gi"}}, "volumeName": "pv-1"}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def an_autoscaler() -> Manifest:
    """
    Return a HorizontalPodAutoscaler.
    """
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout"}
    spec = {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": reference}
    metadata = _metadata("checkout", 9)
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}


def a_widget(*, pod: dict[str, Any] | None = None, **metadata: Any) -> Manifest:
    """
    Return a custom resource, which may have a pod's spec somewhere in it.
    """
    spec = {"size": 3} if pod is None else {"size": 3, "pools": [{"size": 1}, {"pod": pod}]}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": _metadata("w", 0, **metadata), "spec": spec}


def a_plain_object(kind: str, api_version: str, *, namespace: str | None = "shop") -> Manifest:
    """
    Return an object of which only the kind matters.
    """
    return {"apiVersion": api_version, "kind": kind, "metadata": _metadata("it", 0, namespace=namespace)}


def an_owner(kind: str, name: str, uid: int, api_version: str) -> dict[str, Any]:
    """
    Return the reference to a controller.
    """
    return {"apiVersion": api_version, "kind": kind, "name": name, "uid": UID.format(uid), "controller": True}


def _metadata(name: str, uid: int, *, namespace: str | None = "shop", **more: Any) -> dict[str, Any]:
    where = {} if namespace is None else {"namespace": namespace}
    return {"name": name, **where, "uid": UID.format(uid), "resourceVersion": "1042", **more}
