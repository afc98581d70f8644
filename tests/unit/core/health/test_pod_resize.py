"""
The resize of a Pod: done, at work, deferred by its node, or never possible there.
"""

from typing import Any

import pytest

from executor.core.health import Health, HealthState
from executor.core.health.pod_resize import pod_resized
from executor.core.model import Manifest
from tests.unit.core.health.statuses import a_container, an_object, condition

pytestmark = pytest.mark.requirement("ACT-2", "VER-1")

CURRENT, WAITING, FAILED, GOING = HealthState
ASKED = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
DONE = Health(CURRENT, "its containers have the resources that are asked for")


def a_pod(
    has: Any = ASKED, *conditions: Any, allocated: Any = None, seen: int = 2, phase: str = "Running", **metadata: Any
) -> Manifest:
    found = a_container(resources=has) | ({"allocatedResources": allocated} if allocated else {})
    status = {
        "phase": phase,
        "observedGeneration": seen,
        "conditions": list(conditions),
        "containerStatuses": [found],
    }
    return an_object("Pod", {"containers": [{"name": "app", "resources": ASKED}]}, status, **metadata)


def having(side: str, resource: str, value: str) -> dict[str, Any]:
    return {**ASKED, side: {**ASKED[side], resource: value}}


PENDING, AT_WORK = "PodResizePending", "PodResizeInProgress"
CASES: dict[str, tuple[Manifest, Health]] = {
    "done": (a_pod(), DONE),
    "done, spelled otherwise": (a_pod(having("limits", "memory", "1024Mi")), DONE),
    "done, by what the node has set aside": (a_pod(having("requests", "cpu", "501m"), allocated={"cpu": "0.5"}), DONE),
    "a limit not there yet": (
        a_pod(having("limits", "memory", "512Mi")),
        Health(WAITING, "container app has memory limit 512Mi, 1Gi is asked for"),
    ),
    "a request not there yet": (
        a_pod(having("requests", "cpu", "100m"), allocated={"cpu": "100m"}),
        Health(WAITING, "container app has cpu request 100m, 500m is asked for"),
    ),
    "a limit that was not there": (
        a_pod({"requests": ASKED["requests"], "limits": {"memory": "1Gi"}}),
        Health(WAITING, "container app has cpu limit none, 1 is asked for"),
    ),
    "nothing reported": (a_pod({}), Health(WAITING, "the pod's node has not reported what container app has")),
    "not seen": (a_pod(seen=1), Health(WAITING, "the pod's node has not seen the resize yet")),
    "deferred": (
        a_pod(ASKED, condition(PENDING, "True", "Deferred", "Node didn't have enough resource: cpu")),
        Health(
            CURRENT,
            "the resize waits until the pod's node has room for it (Deferred): Node didn't have enough resource: cpu",
        ),
    ),
    "infeasible": (
        a_pod(ASKED, condition(PENDING, "True", "Infeasible", "Node didn't have enough capacity: cpu")),
        Health(FAILED, "the pod's node can never give it that (Infeasible): Node didn't have enough capacity: cpu"),
    ),
    "deferred behind an older one": (
        a_pod(ASKED, condition(AT_WORK), condition(PENDING, "True", "Deferred")),
        Health(CURRENT, "the resize waits until the pod's node has room for it (Deferred)"),
    ),
    "at work": (a_pod(ASKED, condition(AT_WORK)), Health(WAITING, "the pod's node is at the resize")),
    "at work with errors": (
        a_pod(ASKED, condition(AT_WORK, "True", "Error", "limit below usage")),
        Health(WAITING, "the pod's node is at the resize and meets errors (Error): limit below usage"),
    ),
    "over": (a_pod(ASKED, condition(AT_WORK, "False"), condition(PENDING, "False", "Infeasible")), DONE),
    "ended": (a_pod(phase="Failed"), Health(FAILED, "the pod has ended, so it cannot be resized any more")),
    "being deleted": (a_pod(deletionTimestamp="now"), Health(GOING, "it is being deleted")),
}


@pytest.mark.parametrize(("pod", "expected"), CASES.values(), ids=CASES)
def test_a_resize_is_told_by_the_node_and_by_what_the_containers_have(pod: Manifest, expected: Health) -> None:
    assert expected == pod_resized(pod)


@pytest.mark.parametrize(("restart_policy", "state"), [("Always", WAITING), (None, CURRENT)], ids=["sidecar", "init"])
def test_of_the_init_containers_only_those_that_stay_are_resized(
    restart_policy: str | None, state: HealthState
) -> None:
    pod = a_pod()
    pod["spec"]["initContainers"] = [{"name": "first", "resources": ASKED, "restartPolicy": restart_policy}]
    pod["status"]["initContainerStatuses"] = [a_container("first", resources=having("limits", "cpu", "2"))]

    assert state is pod_resized(pod).state
