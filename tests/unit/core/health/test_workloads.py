"""
Settled or not, kind by kind, by the rules of kstatus.
"""

from typing import Any

import pytest

from executor.core.health import HealthState, health, observed

pytestmark = pytest.mark.requirement("VER-1")

CURRENT, WAITING, FAILED, GOING = (
    HealthState.CURRENT,
    HealthState.IN_PROGRESS,
    HealthState.FAILED,
    HealthState.TERMINATING,
)
SEEN = {"observedGeneration": 2}


def state_of(kind: str, spec: dict[str, Any], status: dict[str, Any] | None, **metadata: Any) -> HealthState:
    manifest = {"kind": kind, "metadata": {"generation": 2, **metadata}, "spec": spec}
    return health(manifest if status is None else {**manifest, "status": status}).state


def counts(updated: int, total: int, available: int, ready: int, **more: Any) -> dict[str, Any]:
    return {
        **SEEN,
        "updatedReplicas": updated,
        "replicas": total,
        "availableReplicas": available,
        "readyReplicas": ready,
        **more,
    }


def condition(kind: str, status: str, reason: str) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": status, "reason": reason}]}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
@pytest.mark.parametrize(
    "status", [None, {}, {"observedGeneration": 1, "replicas": 0}], ids=["missing", "empty", "of an older generation"]
)
def test_a_status_that_has_not_seen_the_change_says_nothing(kind: str, status: dict[str, Any] | None) -> None:
    assert WAITING is state_of(kind, {"replicas": 0}, status)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "Node", "ConfigMap"])
def test_what_is_being_deleted_never_settles(kind: str) -> None:
    assert GOING is state_of(kind, {}, counts(0, 0, 0, 0), deletionTimestamp="2026-11-23T11:00:00Z")


DEPLOYMENTS: dict[str, tuple[dict[str, Any], HealthState]] = {
    "all there": (counts(3, 3, 3, 3), CURRENT),
    "too few updated": (counts(2, 4, 3, 3), WAITING),
    "old ones still there": (counts(3, 4, 3, 3), WAITING),
    "not available yet": (counts(3, 3, 2, 3), WAITING),
    "not ready yet": (counts(3, 3, 3, 2), WAITING),
    "nothing yet": (SEEN, WAITING),
    "scaled down, the others still there": (counts(5, 5, 5, 5), WAITING),
    "past its own deadline": (
        counts(1, 4, 3, 3, **condition("Progressing", "False", "ProgressDeadlineExceeded")),
        FAILED,
    ),
    "pods refused by a quota": (counts(3, 3, 3, 3, **condition("ReplicaFailure", "True", "FailedCreate")), WAITING),
    "pods were refused once": (counts(3, 3, 3, 3, **condition("ReplicaFailure", "False", "FailedCreate")), CURRENT),
}


@pytest.mark.parametrize(("status", "state"), DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_a_deployment_settles_when_its_rollout_is_complete(status: dict[str, Any], state: HealthState) -> None:
    assert state is state_of("Deployment", {"replicas": 3}, status)


def test_a_deployment_of_none_is_settled_when_none_is_left() -> None:
    assert CURRENT is state_of("Deployment", {"replicas": 0}, SEEN)
    assert WAITING is state_of("Deployment", {"replicas": 0}, counts(1, 1, 1, 1))


def test_a_deployment_that_names_no_count_has_one_replica() -> None:
    assert WAITING is state_of("Deployment", {}, SEEN)
    assert CURRENT is state_of("Deployment", {}, counts(1, 1, 1, 1))


def stateful(updated: int, ready: int, total: int, *, revisions: tuple[str, str] = ("b", "b")) -> dict[str, Any]:
    return {
        **SEEN,
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "replicas": total,
        "currentRevision": revisions[0],
        "updateRevision": revisions[1],
    }


def rolling(partition: int) -> dict[str, Any]:
    return {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}}


ON_DELETE = {"replicas": 3, "updateStrategy": {"type": "OnDelete"}}
STATEFUL_SETS: dict[str, tuple[dict[str, Any], dict[str, Any], HealthState]] = {
    "all there": ({"replicas": 3}, stateful(3, 3, 3), CURRENT),
    "not all ready": ({"replicas": 3}, stateful(3, 2, 3), WAITING),
    "not all updated": ({"replicas": 3}, stateful(2, 3, 3), WAITING),
    "too many": ({"replicas": 1}, stateful(3, 3, 3), WAITING),
    "updated, revision not moved on": ({"replicas": 3}, stateful(3, 3, 3, revisions=("a", "b")), WAITING),
    "none asked for": ({"replicas": 0}, {**SEEN, "replicas": 0}, CURRENT),
    "one asked for by default": ({}, stateful(1, 1, 1), CURRENT),
    "only those above the partition": (rolling(2), stateful(1, 3, 3, revisions=("a", "b")), CURRENT),
    "one above the partition is missing": (rolling(1), stateful(1, 3, 3, revisions=("a", "b")), WAITING),
    "a partition above the count": (rolling(9), stateful(0, 3, 3, revisions=("a", "b")), CURRENT),
    "updated by hand": (ON_DELETE, stateful(0, 3, 3, revisions=("a", "b")), CURRENT),
    "updated by hand, not ready": (ON_DELETE, stateful(0, 2, 3), WAITING),
}


@pytest.mark.parametrize(("spec", "status", "state"), STATEFUL_SETS.values(), ids=STATEFUL_SETS)
def test_a_stateful_set_settles_as_its_update_strategy_says(
    spec: dict[str, Any], status: dict[str, Any], state: HealthState
) -> None:
    assert state is state_of("StatefulSet", spec, status)


def daemons(wanted: int, updated: int, ready: int, available: int) -> dict[str, Any]:
    return {
        **SEEN,
        "desiredNumberScheduled": wanted,
        "updatedNumberScheduled": updated,
        "numberReady": ready,
        "numberAvailable": available,
    }


DAEMON_SETS: dict[str, tuple[dict[str, Any], dict[str, Any], HealthState]] = {
    "all there": ({}, daemons(3, 3, 3, 3), CURRENT),
    "not all updated": ({}, daemons(3, 2, 3, 3), WAITING),
    "not all ready": ({}, daemons(3, 3, 2, 3), WAITING),
    "not all available": ({}, daemons(3, 3, 3, 2), WAITING),
    "no node to run on": ({}, {**SEEN, "desiredNumberScheduled": 0}, CURRENT),
    "updated by hand": ({"updateStrategy": {"type": "OnDelete"}}, daemons(3, 0, 3, 3), CURRENT),
}


@pytest.mark.parametrize(("spec", "status", "state"), DAEMON_SETS.values(), ids=DAEMON_SETS)
def test_a_daemon_set_settles_when_every_node_has_its_pod(
    spec: dict[str, Any], status: dict[str, Any], state: HealthState
) -> None:
    assert state is state_of("DaemonSet", spec, status)


@pytest.mark.parametrize(
    ("status", "state"),
    [(None, CURRENT), ({}, CURRENT), (SEEN, CURRENT), ({"observedGeneration": 1}, WAITING)],
    ids=str,
)
def test_any_other_kind_settles_when_its_controller_saw_it(status: dict[str, Any] | None, state: HealthState) -> None:
    assert state is state_of("Widget", {}, status)


def test_holding_the_value_is_all_for_what_is_only_observed() -> None:
    assert CURRENT is observed({"kind": "Node", "metadata": {}}).state
    assert GOING is observed({"kind": "Node", "metadata": {"deletionTimestamp": "now"}}).state


@pytest.mark.parametrize(
    ("state", "is_current", "is_failed"),
    [(CURRENT, True, False), (WAITING, False, False), (FAILED, False, True), (GOING, False, True)],
)
def test_only_failing_and_going_end_the_waiting(state: HealthState, *, is_current: bool, is_failed: bool) -> None:
    status = {
        CURRENT: counts(1, 1, 1, 1),
        WAITING: SEEN,
        FAILED: counts(0, 1, 1, 1, **condition("Progressing", "False", "ProgressDeadlineExceeded")),
        GOING: SEEN,
    }[state]
    metadata = {"deletionTimestamp": "now"} if state is GOING else {}
    judged = health({"kind": "Deployment", "metadata": {"generation": 2, **metadata}, "spec": {}, "status": status})

    assert (state, is_current, is_failed) == (judged.state, judged.is_current, judged.is_failed)
