"""
Pods that fail on purpose, by label and by image: what their Deployment shows, that the old pods serve on, and the undo.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.integration.local_workloads import (
    broken_pod,
    condition,
    container,
    create,
    path_of,
    pods,
    replace_template,
    status,
    template,
    until,
    workload,
)

pytestmark = pytest.mark.integration

WAYS = {
    "image-pull": ("Pending", False, "ImagePullBackOff"),
    "crash-loop": ("Running", False, "CrashLoopBackOff"),
    "never-ready": ("Running", True, None),
    "slow-start": ("Running", True, None),
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane.start() as plane:
        yield plane


def broken_template(name: str, way: str, by: str) -> dict[str, Any]:
    """
    A template whose pods fail, by label or by the image of one container.
    """
    return template(name, "web:2", fault=way) if by == "label" else template(name, f"fault.local/{way}:2")


def settled(plane: ControlPlane, name: str) -> bool:
    """
    Tell whether a Deployment has its 3 pods, all new and ready.
    """
    wanted = {"replicas": 3, "updatedReplicas": 3, "readyReplicas": 3}
    seen = plane.api.get(path_of("Deployment", name))
    current = seen.get("status", {})
    return bool(wanted.items() <= current.items() and current["observedGeneration"] == seen["metadata"]["generation"])


def a_deployment(plane: ControlPlane, name: str) -> None:
    create(plane, workload("Deployment", name, replicas=3, progressDeadlineSeconds=1))
    until(lambda: settled(plane, name), "the Deployment is ready")


def images(plane: ControlPlane, name: str) -> list[str]:
    """
    The images of all pods of a Deployment, those among them that are being deleted.
    """
    return [pod["spec"]["containers"][0]["image"] for pod in pods(plane, name)]


@pytest.mark.parametrize("by", ["label", "image"])
@pytest.mark.parametrize("way", ["image-pull", "crash-loop", "never-ready"])
def test_a_broken_rollout_is_reported_while_the_old_pods_serve_and_undo_brings_it_back(
    plane: ControlPlane, way: str, by: str
) -> None:
    name = f"{way}-{by}"
    a_deployment(plane, name)

    replace_template(plane, name, broken_template(name, way, by))
    pod = until(lambda: broken_pod(plane, name), "a broken pod")
    phase, started, reason = WAYS[way]

    assert phase == pod["phase"]
    assert "ContainersNotReady" == condition(pod, "Ready")["reason"]
    app = container(pod, "app")
    assert (False, started) == (app["ready"], app["started"])
    assert reason == app["state"].get("waiting", {}).get("reason")
    assert (by == "image") == container(pod, "side")["ready"]

    until(
        lambda: condition(status(plane, "Deployment", name), "Progressing")["reason"] == "ProgressDeadlineExceeded",
        "the Deployment gives up",
    )
    assert 3 == status(plane, "Deployment", name)["readyReplicas"]
    assert "True" == condition(status(plane, "Deployment", name), "Available")["status"]

    replace_template(plane, name, template(name, "web:1"))

    until(lambda: settled(plane, name), "the undo is ready")
    until(lambda: ["web:1"] * 3 == images(plane, name), "the broken pods are gone")


@pytest.mark.parametrize("by", ["label", "image"])
def test_a_slow_start_is_unready_first_and_then_ready(plane: ControlPlane, by: str) -> None:
    name = f"slow-start-{by}"
    create(plane, workload("Deployment", name, replicas=1))
    replace_template(plane, name, broken_template(name, "slow-start", by))
    pod = until(lambda: broken_pod(plane, name), "a pod that is not ready yet")

    assert (False, True) == (container(pod, "app")["ready"], container(pod, "app")["started"])

    until(lambda: broken_pod(plane, name) is None, "it is ready")
    until(lambda: len(images(plane, name)) == 1, "the pod before it is gone")
    (ready,) = (pod["status"] for pod in pods(plane, name))
    assert all(entry["ready"] for entry in ready["containerStatuses"])
    assert "reason" not in condition(ready, "Ready")


def test_a_crash_loop_counts_its_restarts(plane: ControlPlane) -> None:
    create(plane, workload("Deployment", "restarts", "fault.local/crash-loop:1", replicas=1))
    first = until(lambda: broken_pod(plane, "restarts"), "a broken pod")

    begun = container(first, "app")["restartCount"]
    assert begun >= 1
    assert "Error" == container(first, "app")["lastState"]["terminated"]["reason"]

    def restarted() -> dict[str, Any] | None:
        pod = broken_pod(plane, "restarts")
        return pod if pod and container(pod, "app")["restartCount"] > begun + 1 else None

    later = until(restarted, "two more restarts")
    assert "CrashLoopBackOff" == container(later, "app")["state"]["waiting"]["reason"]
    assert (True, 0) == (container(later, "side")["ready"], container(later, "side")["restartCount"])


def test_a_job_whose_pod_fails_does_not_complete(plane: ControlPlane) -> None:
    create(plane, workload("Job", "stuck", "fault.local/never-ready:1"))
    until(lambda: broken_pod(plane, "stuck"), "a broken pod")
    create(plane, workload("Job", "fine"))
    until(lambda: status(plane, "Job", "fine").get("succeeded") == 1, "another Job completes")

    assert "succeeded" not in status(plane, "Job", "stuck")


def test_an_image_that_only_mentions_a_fault_is_healthy(plane: ControlPlane) -> None:
    create(plane, workload("Deployment", "lookalike", "registry.example/fault.local/crash-loop:1", replicas=3))

    until(lambda: settled(plane, "lookalike"), "it is ready")
