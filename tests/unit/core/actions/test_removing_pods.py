"""
A pod that is deleted or evicted: which pods are refused, how it is sent, and when its owner is back to its count.
"""

from typing import Any

import pytest

from executor.core.action import Scene, Wire
from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.model import ABSENT, Manifest
from executor.core.query import Query
from executor.core.succession import owner_and_pods
from tests.builders import a_daemon_set, a_stateful_set, target_of
from tests.objects import a_job
from tests.pods import a_controller, a_counted_replica_set, pod_of, unmanaged
from tests.rendering import NOW, desired, settled

pytestmark = pytest.mark.requirement("ACT-2")

BOTH = pytest.mark.parametrize("action", ["delete_pod", "evict_pod"])


@BOTH
def test_a_pod_of_a_controller_shall_be_gone(action: str) -> None:
    assert ABSENT == desired(action, pod_of())


@BOTH
def test_a_pod_that_nothing_makes_anew_is_refused_unless_asked_for(action: str) -> None:
    with pytest.raises(Unusable, match=r"no controller owns it, .* say force_unmanaged"):
        desired(action, unmanaged())

    assert ABSENT == desired(action, unmanaged(), {"force_unmanaged": True})


@BOTH
def test_a_static_pod_is_refused_in_any_case(action: str) -> None:
    with pytest.raises(Unusable, match="static pod"):
        desired(action, pod_of(mirror=True), {"force_unmanaged": True})


@pytest.mark.parametrize(("action", "wire"), [("delete_pod", Wire.JSON_PATCH), ("evict_pod", Wire.EVICTION)])
def test_the_time_to_end_is_the_pods_own_unless_told(action: str, wire: Wire) -> None:
    found = CATALOGUE[action]
    scene = Scene(pod_of(), NOW)

    assert wire is found.form(scene, found.read({})).wire
    assert {} == found.form(scene, found.read({})).options
    assert {"gracePeriodSeconds": 0} == found.form(scene, found.read({"grace_seconds": 0})).options


@BOTH
def test_both_say_why_they_cannot_be_undone(action: str) -> None:
    assert "its owner makes another" in (CATALOGUE[action].irreversible_because or "")


def judged(before: Manifest, *, live: Manifest | None = None, **related: list[Manifest]) -> tuple[HealthState, str]:
    """
    Return how it stands once the pod is gone; `live` is what has its name now.
    """
    found = {name: tuple(each) for name, each in related.items()}
    health = settled("delete_pod", live or ABSENT, before=before, related=found)
    return health.state, health.message


def test_gone_is_enough_for_a_pod_without_an_owner() -> None:
    assert {} == owner_and_pods(target_of(unmanaged()), unmanaged())
    assert (HealthState.CURRENT, "gone; nothing makes another") == judged(unmanaged())


@pytest.mark.parametrize(
    "owner",
    [
        a_controller("CloneSet"),
        {**a_controller(), "apiVersion": "example.com/v1"},
        {**a_controller(), "name": "no name"},
    ],
)
def test_gone_is_enough_for_an_owner_whose_count_is_not_known(owner: dict[str, Any]) -> None:
    pod = pod_of(owner=owner)

    assert {} == owner_and_pods(target_of(pod), pod)
    assert HealthState.CURRENT is judged(pod)[0]


def test_the_pods_of_a_replica_set_are_found_by_its_hash() -> None:
    pod = pod_of(labels={"app": "web", "pod-template-hash": "5f7"})

    assert {
        "owner": Query("ReplicaSet", "shop", "web-1"),
        "pods": Query("Pod", "shop", selector={"matchLabels": {"pod-template-hash": "5f7"}}),
    } == owner_and_pods(target_of(pod), pod)


def test_an_owner_that_still_counts_the_pod_is_not_back_yet() -> None:
    """
    Right after the pod is gone its ReplicaSet says 2 of 2; the pods say one.
    """
    pod, other = pod_of("web-1-a"), pod_of("web-1-b")

    state, message = judged(pod, owner=[a_counted_replica_set()], pods=[other])

    assert HealthState.IN_PROGRESS is state
    assert "1 of 2 pods to make ready" in message


def test_an_owner_is_back_when_it_says_so_and_its_pods_show_it() -> None:
    pods = [pod_of("web-1-b"), pod_of("web-1-c")]

    assert HealthState.CURRENT is judged(pod_of(), owner=[a_counted_replica_set()], pods=pods)[0]
    assert HealthState.IN_PROGRESS is judged(pod_of(), owner=[a_counted_replica_set(ready=1)], pods=pods)[0]


@pytest.mark.parametrize(
    "other",
    [
        pod_of("web-1-c", ready=False),
        pod_of("web-1-c", terminating=True),
        pod_of("web-1-c", owner=a_controller(uid="another")),
        unmanaged("web-1-c"),
    ],
    ids=["not ready", "being deleted", "of another owner", "of no owner"],
)
def test_only_ready_pods_of_the_same_owner_count(other: Manifest) -> None:
    pods = [pod_of("web-1-b"), other]

    assert HealthState.IN_PROGRESS is judged(pod_of(), owner=[a_counted_replica_set()], pods=pods)[0]


def test_an_owner_that_goes_too_makes_no_other() -> None:
    going = a_counted_replica_set()
    going["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"

    for found in ([], [going], [a_counted_replica_set(uid="another")]):
        assert HealthState.CURRENT is judged(pod_of(), owner=found, pods=[])[0]


def a_ready_stateful_set() -> Manifest:
    owner = a_stateful_set("cache", replicas=1)
    owner["metadata"] |= {"uid": "owner", "generation": 1}
    counts = ("replicas", "readyReplicas", "updatedReplicas", "currentReplicas", "availableReplicas")
    revisions = {"currentRevision": "r", "updateRevision": "r"}
    owner["status"] = {"observedGeneration": 1, **dict.fromkeys(counts, 1), **revisions}
    return owner


def test_a_stateful_set_is_back_when_the_pod_of_that_name_is_another_one_and_ready() -> None:
    owner = a_controller("StatefulSet", "cache")
    before, after = pod_of("cache-0", owner=owner, uid="old"), pod_of("cache-0", owner=owner, uid="new")

    assert Query("Pod", "shop", "cache-0") == owner_and_pods(target_of(before), before)["pods"]
    assert HealthState.IN_PROGRESS is judged(before, owner=[a_ready_stateful_set()], pods=[before])[0]
    assert HealthState.CURRENT is judged(before, live=after, owner=[a_ready_stateful_set()], pods=[after])[0]


def test_a_daemon_set_is_back_when_it_has_a_pod_on_the_node() -> None:
    reference = a_controller("DaemonSet", "agent")
    before = pod_of("agent-a", owner=reference)
    owner = a_daemon_set("agent")
    owner["metadata"] |= {"uid": "owner", "generation": 1}
    counts = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled")
    owner["status"] = {"observedGeneration": 1, "numberAvailable": 1, **dict.fromkeys(counts, 1)}
    elsewhere, here = pod_of("agent-b", owner=reference, node="worker-2"), pod_of("agent-c", owner=reference)

    assert {"spec.nodeName": "worker-1"} == owner_and_pods(target_of(before), before)["pods"].fields
    assert HealthState.IN_PROGRESS is judged(before, owner=[owner], pods=[elsewhere])[0]
    assert HealthState.CURRENT is judged(before, owner=[owner], pods=[elsewhere, here])[0]


def test_a_job_has_another_pod_or_has_ended() -> None:
    reference = a_controller("Job", "import")
    before = pod_of("import-a", owner=reference, labels={"batch.kubernetes.io/job-name": "import"})
    job = a_job()
    job["metadata"] |= {"uid": "owner"}
    done = {**job, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    lost = {**job, "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}}

    assert HealthState.IN_PROGRESS is judged(before, owner=[job], pods=[])[0]
    assert HealthState.CURRENT is judged(before, owner=[job], pods=[pod_of("import-b", owner=reference)])[0]
    assert HealthState.CURRENT is judged(before, owner=[done], pods=[])[0]
    state, message = judged(before, owner=[lost], pods=[])
    assert HealthState.FAILED is state
    assert "BackoffLimitExceeded" in message


def test_without_labels_the_word_of_the_owner_is_all_there_is() -> None:
    before = pod_of(labels={})

    assert ["owner"] == list(owner_and_pods(target_of(before), before))
    assert HealthState.CURRENT is judged(before, owner=[a_counted_replica_set()])[0]
