"""
What is known of a target's pods, and which pods are its own.
"""

from typing import Any

import pytest

from executor.core.facts import PodFact, Reference, pod_facts, pod_selector, pod_template
from executor.core.model import Manifest
from tests.builders import a_budget, a_deployment, a_pod

pytestmark = pytest.mark.requirement("GATE-12")

LABELS = {"app": "web"}


def the_fact(pod: Manifest) -> PodFact:
    [fact] = pod_facts([pod])
    return fact


def owned_by(kind: str, name: str, *, controller: bool = True) -> Manifest:
    pod = a_pod()
    owner = {"kind": kind, "name": name, "apiVersion": "apps/v1", "uid": "u", "controller": controller}
    pod["metadata"]["ownerReferences"] = [owner]
    return pod


def test_a_healthy_pod() -> None:
    assert PodFact(
        name="web-1",
        namespace="shop",
        phase="Running",
        ready=True,
        node="worker-1",
        owner=None,
        restarts=0,
        waiting_reason=None,
        oom_killed_at=None,
        daemon_set=False,
        mirror=False,
        empty_dir=False,
        unmanaged=True,
        terminating=False,
    ) == the_fact(a_pod())


def test_a_pod_of_which_nothing_is_known_yet() -> None:
    fact = the_fact({"metadata": {"name": "new", "namespace": "shop"}})

    assert ("Unknown", False, None, 0, None) == (
        fact.phase,
        fact.ready,
        fact.node,
        fact.restarts,
        fact.waiting_reason,
    )


@pytest.mark.parametrize(
    ("pod", "owner", "daemon_set", "unmanaged"),
    [
        (owned_by("ReplicaSet", "web"), Reference(kind="ReplicaSet", name="web"), False, False),
        (owned_by("DaemonSet", "agent"), Reference(kind="DaemonSet", name="agent"), True, False),
        (owned_by("DaemonSet", "agent", controller=False), None, False, True),
    ],
    ids=["of a ReplicaSet", "of a DaemonSet", "owned, but controlled by nobody"],
)
def test_a_pod_tells_who_would_make_it_anew(
    pod: Manifest, owner: Reference | None, *, daemon_set: bool, unmanaged: bool
) -> None:
    fact = the_fact(pod)

    assert (owner, daemon_set, unmanaged) == (fact.owner, fact.daemon_set, fact.unmanaged)


def test_a_pod_tells_what_its_end_would_cost() -> None:
    pod = a_pod()
    pod["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "hash"}
    pod["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"
    pod["spec"]["volumes"] = [{"name": "config", "configMap": {}}, {"name": "scratch", "emptyDir": {}}]

    fact = the_fact(pod)

    assert (True, True, True) == (fact.mirror, fact.terminating, fact.empty_dir)


def test_restarts_of_all_containers_count() -> None:
    pod = a_pod()
    pod["status"]["initContainerStatuses"] = [{"restartCount": 1, "state": {}}]
    pod["status"]["containerStatuses"] = [{"restartCount": 2}, {"restartCount": 4, "state": {"running": {}}}]

    assert (7, None) == (the_fact(pod).restarts, the_fact(pod).waiting_reason)


WAITING: dict[str, tuple[dict[str, Any], str | None]] = {
    "a container": (
        {"containerStatuses": [{}, {"state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}}]},
        "CrashLoopBackOff",
    ),
    "an init container before the others": (
        {
            "initContainerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}],
            "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}],
        },
        "ImagePullBackOff",
    ),
    "no node": (
        {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]},
        "Unschedulable",
    ),
    "a node, and scheduled": ({"conditions": [{"type": "PodScheduled", "status": "True", "reason": "x"}]}, None),
    "no reason": ({"containerStatuses": [{"state": {"waiting": {}}}]}, None),
}


@pytest.mark.parametrize(("status", "reason"), WAITING.values(), ids=WAITING)
def test_a_pod_that_waits_says_for_what(status: dict[str, Any], reason: str | None) -> None:
    assert reason == the_fact({**a_pod(), "status": status}).waiting_reason


def ended(reason: str, **times: str) -> dict[str, Any]:
    return {"terminated": {"reason": reason, "exitCode": 137, **times}}


KILLED: dict[str, tuple[list[dict[str, Any]], str | None]] = {
    "the last of several": (
        [
            {"lastState": ended("OOMKilled", finishedAt="2026-11-23T11:24:06Z")},
            {"state": ended("OOMKilled", finishedAt="2026-11-23T11:25:06Z")},
        ],
        "2026-11-23T11:25:06Z",
    ),
    "another end": ([{"lastState": ended("Error", finishedAt="2026-11-23T11:24:06Z")}], None),
    "begun, and its end is not told": (
        [{"lastState": ended("OOMKilled", startedAt="2026-11-23T11:24:00Z")}],
        "2026-11-23T11:24:00Z",
    ),
    "of no known time": ([{"lastState": ended("OOMKilled")}], "2026-11-23T11:00:00Z"),
    "none": ([{"state": {"running": {}}, "lastState": {}}], None),
}


@pytest.mark.parametrize(("containers", "at"), KILLED.values(), ids=KILLED)
def test_a_pod_tells_when_it_was_killed_for_want_of_memory(containers: list[dict[str, Any]], at: str | None) -> None:
    pod = a_pod()
    pod["metadata"]["creationTimestamp"] = "2026-11-23T11:00:00Z"
    pod["status"]["containerStatuses"] = containers

    assert at == the_fact(pod).oom_killed_at


SELECTORS: dict[str, tuple[Manifest, Any]] = {
    "a workload": (a_deployment(), {"matchLabels": LABELS}),
    "a replication controller": (
        {"kind": "ReplicationController", "spec": {"selector": LABELS, "template": {}}},
        {"matchLabels": LABELS},
    ),
    "a service": ({"kind": "Service", "spec": {"selector": LABELS}}, {"matchLabels": LABELS}),
    "a service without one": ({"kind": "Service", "spec": {}}, None),
    "a budget": (a_budget(), {"matchLabels": LABELS}),
    "a custom workload": (
        {"kind": "Rollout", "spec": {"selector": {"matchLabels": LABELS}, "template": {}}},
        {"matchLabels": LABELS},
    ),
    "a claim, which selects volumes": (
        {"kind": "PersistentVolumeClaim", "spec": {"selector": {"matchLabels": LABELS}}},
        None,
    ),
    "a custom resource with a selector of its own form": (
        {"kind": "Widget", "spec": {"selector": "app=web", "template": {}}},
        None,
    ),
    "a scale": (
        {"kind": "Scale", "spec": {"replicas": 1}, "status": {"replicas": 1, "selector": "app=web"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
    ),
    "a scale without a selector": ({"kind": "Scale", "spec": {}, "status": {"replicas": 0}}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("manifest", "selector"), SELECTORS.values(), ids=SELECTORS)
def test_the_pods_that_an_object_stands_for(manifest: Manifest, selector: Any) -> None:
    assert selector == pod_selector(manifest)


def test_the_pod_that_a_workload_would_make() -> None:
    made = {"metadata": {"namespace": "shop", "labels": LABELS}}
    template = {"metadata": {"labels": LABELS}}
    cron_job = {
        "kind": "CronJob",
        "metadata": {"namespace": "shop"},
        "spec": {"jobTemplate": {"spec": {"template": template}}},
    }
    bare = {"kind": "Job", "metadata": {"namespace": "shop"}, "spec": {"template": {}}}

    assert made == pod_template(a_deployment())
    assert made == pod_template(cron_job)
    assert {"metadata": {"namespace": "shop", "labels": {}}} == pod_template(bare)
    assert pod_template(a_pod()) is None
    assert pod_template({}) is None
