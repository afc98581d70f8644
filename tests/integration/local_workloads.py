"""
Small workloads for a local control plane, and waiting for what becomes of them.
"""

import http.client
import time
from collections.abc import Callable
from typing import Any, TypeVar

from deploy.local.apiserver import AnswerError
from deploy.local.control_plane import ControlPlane

T = TypeVar("T")

SECONDS = 90.0
APPS = "/apis/apps/v1/namespaces/default"
BATCH = "/apis/batch/v1/namespaces/default"
PODS = "/api/v1/namespaces/default/pods"
STRATEGIC = "application/strategic-merge-patch+json"


def until(look: Callable[[], T | None], what: str, *, seconds: float = SECONDS) -> T:
    """
    Poll until something is there, and answer it.
    """
    ends_at = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends_at, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def template(name: str, image: str, *, fault: str | None = None) -> dict[str, Any]:
    """
    A pod template with a container `app` of this image and a healthy second one.
    """
    labels = {"app": name} | ({"fault": fault} if fault else {})
    containers = [{"name": "app", "image": image}, {"name": "side", "image": "side:1"}]
    return {"metadata": {"labels": labels}, "spec": {"containers": containers}}


def workload(kind: str, name: str, image: str = "web:1", **spec: Any) -> dict[str, Any]:
    """
    A workload of a kind.
    """
    group = "batch/v1" if kind == "Job" else "apps/v1"
    selector: dict[str, Any] = {} if kind == "Job" else {"selector": {"matchLabels": {"app": name}}}
    pod = template(name, image)
    if kind == "Job":
        pod["spec"]["restartPolicy"] = "Never"
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"template": pod, **selector, **spec},
    }


def path_of(kind: str, name: str = "") -> str:
    """
    Where a workload is, or all of its kind.
    """
    folder = f"{BATCH if kind == 'Job' else APPS}/{kind.lower()}s"
    return f"{folder}/{name}" if name else folder


def create(plane: ControlPlane, manifest: dict[str, Any]) -> None:
    """
    Create a workload.
    """
    plane.api.request("POST", path_of(manifest["kind"]), manifest)


def status(plane: ControlPlane, kind: str, name: str) -> dict[str, Any]:
    """
    A workload's status.
    """
    found: dict[str, Any] = plane.api.get(path_of(kind, name)).get("status", {})
    return found


def replace_template(plane: ControlPlane, name: str, pod: dict[str, Any]) -> None:
    """
    Change the pod template of a Deployment, which begins a rollout.
    """
    if "fault" not in pod["metadata"]["labels"]:
        pod["metadata"]["labels"]["fault"] = None
    plane.api.request("PATCH", path_of("Deployment", name), {"spec": {"template": pod}}, content_type=STRATEGIC)


def pods(plane: ControlPlane, name: str) -> list[dict[str, Any]]:
    """
    The pods of a workload.
    """
    found: list[dict[str, Any]] = plane.api.get(f"{PODS}?labelSelector=app%3D{name}")["items"]
    return found


def broken_pod(plane: ControlPlane, name: str) -> dict[str, Any] | None:
    """
    The status of a pod that has reported and is not ready.
    """
    for pod in pods(plane, name):
        if condition(pod["status"], "Ready").get("status") == "False":
            found: dict[str, Any] = pod["status"]
            return found
    return None


def condition(status: dict[str, Any], kind: str) -> dict[str, Any]:
    """
    One condition of a status, or nothing.
    """
    return next((entry for entry in status.get("conditions", []) if entry["type"] == kind), {})


def container(status: dict[str, Any], name: str) -> dict[str, Any]:
    """
    What a pod's status says of one container.
    """
    found: dict[str, Any] = next(entry for entry in status["containerStatuses"] if entry["name"] == name)
    return found


def exists(plane: ControlPlane, path: str) -> bool:
    """
    Tell whether an object is there.
    """
    try:
        plane.api.get(path)
    except AnswerError as error:
        if error.status != http.client.NOT_FOUND:
            raise
        return False
    return True
