"""
A rollout has arrived when it is complete and every pod is newer than the change.
"""

from typing import Any

import pytest

from executor.core.health import Health, HealthState
from executor.core.health.rollout import rolled_out
from executor.core.model import Manifest
from tests.unit.core.health.statuses import AFTER, BEFORE, SINCE, a_pod, an_object

pytestmark = pytest.mark.requirement("ACT-2", "VER-1")

CURRENT, WAITING = HealthState.CURRENT, HealthState.IN_PROGRESS


def a_workload(kind: str = "Deployment", count: int = 3, ready: int = 3, **spec: Any) -> Manifest:
    counts = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
    counts += ["desiredNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable"]
    status = {"observedGeneration": 2, **dict.fromkeys(counts, count), "readyReplicas": ready}
    return an_object(kind, {"replicas": count, **spec}, status)


def pods(*created: str, **status: Any) -> list[Manifest]:
    return [a_pod(f"web-{n}", created=each, **status) for n, each in enumerate(created)]


def leaving() -> Manifest:
    pod = a_pod(created=BEFORE)
    pod["metadata"]["deletionTimestamp"] = AFTER
    return pod


READY = Health(CURRENT, "3 of 3 replicas are ready")
TWO = Health(WAITING, "2 of 3 pods are newer than the change")
CASES = {
    "all new": (pods(AFTER, AFTER, AFTER), READY),
    "one old": (pods(AFTER, AFTER, BEFORE), TWO),
    "one not seen yet": (pods(AFTER, AFTER), TWO),
    "one old on its way out": ([*pods(AFTER, AFTER, AFTER), leaving()], READY),
    "one old that has ended": ([*pods(AFTER, AFTER, AFTER), *pods(BEFORE, phase="Failed")], READY),
}


@pytest.mark.parametrize(("there", "expected"), CASES.values(), ids=CASES)
def test_every_pod_must_be_newer_than_the_change(there: list[Manifest], expected: Health) -> None:
    assert expected == rolled_out(a_workload(), there, SINCE)


@pytest.mark.parametrize(
    ("kind", "noun"), [("Deployment", "replicas"), ("StatefulSet", "replicas"), ("DaemonSet", "pods")]
)
def test_each_kind_of_workload_arrives(kind: str, noun: str) -> None:
    assert Health(CURRENT, f"3 of 3 {noun} are ready") == rolled_out(a_workload(kind), pods(AFTER, AFTER, AFTER), SINCE)


def test_a_rollout_that_is_not_complete_is_told_as_such() -> None:
    assert Health(WAITING, "2 of 3 replicas are ready") == rolled_out(a_workload(ready=2), pods(AFTER), SINCE)


def test_where_the_time_of_the_change_is_not_known_completeness_is_all() -> None:
    assert READY == rolled_out(a_workload(), pods(BEFORE, BEFORE, BEFORE), None)


def test_a_workload_of_none_has_arrived() -> None:
    assert Health(CURRENT, "0 of 0 replicas are ready") == rolled_out(a_workload(count=0, ready=0), [], SINCE)


def test_what_a_partition_keeps_may_be_old() -> None:
    partitioned = a_workload("StatefulSet", updateStrategy={"rollingUpdate": {"partition": 1}})
    expected = (
        "2 of 3 pods are newer than the change; 3 of 3 replicas are ready; 1 are kept as they were by the partition"
    )

    assert Health(CURRENT, expected) == rolled_out(partitioned, pods(BEFORE, AFTER, AFTER), SINCE)
    assert WAITING is rolled_out(partitioned, pods(BEFORE, BEFORE, AFTER), SINCE).state
    assert WAITING is rolled_out(partitioned, pods(BEFORE, AFTER), SINCE).state


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_the_strategy_that_replaces_no_pod_is_named(kind: str) -> None:
    found = rolled_out(a_workload(kind, updateStrategy={"type": "OnDelete"}), pods(AFTER, BEFORE, BEFORE), SINCE)

    assert (
        Health(
            WAITING,
            "1 of 3 pods are newer than the change: with the update strategy OnDelete a pod is replaced only when "
            "somebody deletes it",
        )
        == found
    )
