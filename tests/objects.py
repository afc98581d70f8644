"""
Owns small, valid objects that are no workloads: batch, configuration, storage, as the API server takes them.
"""

from collections.abc import Mapping
from typing import Any

from executor.core.model import Manifest
from tests.builders import IMAGE


def a_job(name: str = "import", namespace: str = "shop", *, suspend: bool = False) -> Manifest:
    """
    Return a Job of one pod.
    """
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**_job_spec(), "suspend": suspend},
    }


def a_cron_job(name: str = "report", namespace: str = "shop", *, suspend: bool = False) -> Manifest:
    """
    Return a CronJob that is never due while a test runs.
    """
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"schedule": "0 0 29 2 *", "suspend": suspend, "jobTemplate": {"spec": _job_spec()}},
    }


def a_config_map(
    name: str = "settings",
    namespace: str = "shop",
    *,
    data: Mapping[str, str] | None = None,
    binary: Mapping[str, str] | None = None,
) -> Manifest:
    """
    Return a ConfigMap; `binary` holds base64 texts.
    """
    held = {"data": dict(data or {}), "binaryData": dict(binary or {})}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        **{key: entries for key, entries in held.items() if entries},
    }


def a_claim(name: str = "data", namespace: str = "shop", *, size: str = "1Gi", storage_class: str = "fast") -> Manifest:
    """
    Return a PersistentVolumeClaim.
    """
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": size}},
        },
    }


def _job_spec() -> dict[str, Any]:
    containers = [{"name": "app", "image": IMAGE}]
    return {"template": {"spec": {"restartPolicy": "Never", "containers": containers}}}
