"""
Every kind that is no workload: settled or not, and the sentence that people read.
"""

from typing import Any

import pytest

from executor.core.health import Health, HealthState, health, observed
from executor.core.model import Manifest
from tests.unit.core.health.statuses import a_container, a_pod, an_object, condition, unschedulable, waiting_for

pytestmark = pytest.mark.requirement("VER-1")

CURRENT, WAITING, FAILED = HealthState.CURRENT, HealthState.IN_PROGRESS, HealthState.FAILED

Cases = dict[str, tuple[Manifest, HealthState, str]]


def a_job(spec: Any = None, *conditions: Any, **counts: Any) -> Manifest:
    return an_object("Job", {"completions": 3, **(spec or {})}, {"conditions": list(conditions), **counts})


SUSPEND = {"suspend": True}
JOBS: Cases = {
    "complete": (
        a_job(None, condition("SuccessCriteriaMet"), condition("Complete"), succeeded=3),
        CURRENT,
        "it is complete; 3 of 3 pods succeeded, 0 failed, 0 active",
    ),
    "failed": (
        a_job(
            None,
            condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
            failed=4,
        ),
        FAILED,
        (
            "it failed (BackoffLimitExceeded): Job has reached the specified backoff limit; "
            "0 of 3 pods succeeded, 4 failed, 0 active"
        ),
    ),
    "about to fail": (
        a_job(None, condition("FailureTarget", "True", "DeadlineExceeded"), succeeded=1, active=2),
        FAILED,
        "it failed (DeadlineExceeded); 1 of 3 pods succeeded, 0 failed, 2 active",
    ),
    "at work": (
        a_job(None, succeeded=1, active=2, startTime="now"),
        WAITING,
        "1 of 3 pods succeeded, 0 failed, 2 active",
    ),
    "not started": (a_job(), WAITING, "0 of 3 pods succeeded, 0 failed, 0 active"),
    "without completions": (
        an_object("Job", {"parallelism": 2}, {"succeeded": 1, "active": 1}),
        WAITING,
        "1 pod succeeded, 0 failed, 1 active",
    ),
    "suspended": (
        a_job(SUSPEND, condition("Suspended")),
        CURRENT,
        "it is suspended; 0 of 3 pods succeeded, 0 failed, 0 active",
    ),
    "about to be suspended": (a_job(SUSPEND, active=2), WAITING, "0 of 3 pods succeeded, 0 failed, 2 active"),
    "resumed and not started yet": (
        a_job(None, condition("Suspended")),
        WAITING,
        "0 of 3 pods succeeded, 0 failed, 0 active",
    ),
}
CRON_JOBS: Cases = {
    "scheduled": (
        an_object("CronJob", {"schedule": "*/5 * * * *"}, {"active": [{"name": "a"}]}),
        CURRENT,
        'it starts a Job at "*/5 * * * *"; 1 Job of it active',
    ),
    "suspended": (
        an_object("CronJob", {"schedule": "@daily", "suspend": True}),
        CURRENT,
        "it is suspended, so it starts no Job; 0 Jobs of it active",
    ),
}
READY = condition("Ready")
NOT_READY = condition("Ready", "False", "ContainersNotReady", "containers with unready status: [app]")
PODS: Cases = {
    "ready": (
        a_pod(conditions=[READY], containerStatuses=[a_container(ready=True), a_container("side", ready=True)]),
        CURRENT,
        "the pod is ready, 2 of 2 containers are",
    ),
    "ready without containers told": (a_pod(conditions=[READY]), CURRENT, "the pod is ready"),
    "not ready": (
        a_pod(conditions=[NOT_READY], containerStatuses=[a_container(), a_container("side", ready=True)]),
        WAITING,
        "the pod is running and not ready: 1 of 2 containers are ready, it waits for app",
    ),
    "held by a readiness gate": (
        a_pod(
            conditions=[condition("Ready", "False", "ReadinessGatesNotReady", "the gate is closed")],
            containerStatuses=[a_container(ready=True)],
        ),
        WAITING,
        "the pod is running and not ready (ReadinessGatesNotReady): the gate is closed",
    ),
    "crashing": (
        a_pod(
            conditions=[NOT_READY],
            containerStatuses=[
                waiting_for(
                    "CrashLoopBackOff",
                    restartCount=3,
                    lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
                )
            ],
        ),
        FAILED,
        (
            "pod web-1, container app: it keeps crashing (CrashLoopBackOff): it ended with exit code 137 (OOMKilled), "
            "3 restarts so far"
        ),
    ),
    "ended with success": (a_pod(phase="Succeeded"), CURRENT, "the pod has ended with success"),
    "evicted": (
        a_pod(phase="Failed", reason="Evicted", message="The node was low on resource: memory."),
        FAILED,
        "the pod has ended without success (Evicted): The node was low on resource: memory",
    ),
    "ended without success": (
        a_pod(
            phase="Failed",
            containerStatuses=[
                a_container("side", state={"terminated": {"exitCode": 0, "reason": "Completed"}}),
                a_container(state={"terminated": {"exitCode": 2, "reason": "Error", "message": "hunter2"}}),
            ],
        ),
        FAILED,
        "the pod has ended without success: container app ended with exit code 2 (Error)",
    ),
    "ended, nothing told": (a_pod(phase="Failed"), FAILED, "the pod has ended without success"),
    "unschedulable": (
        a_pod(**unschedulable("0/3 nodes are available: 3 Insufficient cpu.")),
        WAITING,
        "no node takes it (Unschedulable): 0/3 nodes are available: 3 Insufficient cpu",
    ),
    "being started": (
        a_pod(phase="Pending", containerStatuses=[waiting_for("ContainerCreating")]),
        WAITING,
        "the pod is not running yet: 0 of 1 containers are ready, it waits for app",
    ),
    "of a lost node": (a_pod(phase="Unknown"), WAITING, "the pod's node has not reported yet"),
}
CLAIMS: Cases = {
    "bound": (
        an_object("PersistentVolumeClaim", {}, {"phase": "Bound", "capacity": {"storage": "10Gi"}}),
        CURRENT,
        "the claim is bound to a volume of 10Gi",
    ),
    "pending": (
        an_object("PersistentVolumeClaim", {}, {"phase": "Pending"}),
        WAITING,
        "the claim is not bound to a volume yet (Pending)",
    ),
    "without a volume for good": (
        an_object("PersistentVolumeClaim", {}, {"phase": "Lost"}),
        FAILED,
        "the claim has lost its volume",
    ),
    "nothing told": (an_object("PersistentVolumeClaim"), WAITING, "the claim is not bound to a volume yet"),
}
BALANCED = {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}
SERVICES: Cases = {
    "inside": (an_object("Service", {"type": "ClusterIP"}), CURRENT, "the service is there"),
    "without an address inside": (
        an_object("Service", {"type": "LoadBalancer"}),
        WAITING,
        "the service has no cluster IP yet",
    ),
    "without an address outside": (
        an_object("Service", BALANCED, {"loadBalancer": {}}),
        WAITING,
        "its load balancer has no address yet",
    ),
    "with an address": (
        an_object(
            "Service", BALANCED, {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}, {"hostname": "lb.example"}]}}
        ),
        CURRENT,
        "its load balancer has the address 192.0.2.7, lb.example",
    ),
}
COUNTS = {
    "observedGeneration": 2,
    "disruptionsAllowed": 1,
    "currentHealthy": 3,
    "desiredHealthy": 2,
    "expectedPods": 3,
}
BUDGETS: Cases = {
    "computed": (
        an_object("PodDisruptionBudget", {}, COUNTS),
        CURRENT,
        "it allows 1 disruption; 3 of 3 pods are healthy, 2 must be",
    ),
    "not computed": (
        an_object(
            "PodDisruptionBudget",
            {},
            {**COUNTS, "conditions": [condition("DisruptionAllowed", "False", "SyncFailed", "found no controllers")]},
        ),
        WAITING,
        "its controller could not compute it (SyncFailed): found no controllers",
    ),
    "not looked at": (an_object("PodDisruptionBudget"), WAITING, "its controller has not seen the change yet"),
}


def an_autoscaler(*conditions: Any, seen: int = 2) -> Manifest:
    status = {
        "observedGeneration": seen,
        "currentReplicas": 3,
        "desiredReplicas": 3,
        "conditions": list(conditions),
    }
    return an_object("HorizontalPodAutoscaler", {"minReplicas": 2, "maxReplicas": 5}, status)


KEEPS = "it keeps 2 to 5 replicas; 3 are there, 3 are wanted"
AUTOSCALERS: Cases = {
    "at work": (an_autoscaler(condition("AbleToScale"), condition("ScalingActive")), CURRENT, KEEPS),
    "off": (
        an_autoscaler(condition("ScalingActive", "False", "ScalingDisabled")),
        CURRENT,
        f"{KEEPS}, and it is off because its target is scaled to zero",
    ),
    "without metrics": (
        an_autoscaler(condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics API")),
        WAITING,
        "it cannot tell how many replicas are needed (FailedGetResourceMetric): no metrics API",
    ),
    "without a target": (
        an_autoscaler(condition("AbleToScale", "False", "FailedGetScale", "not found")),
        WAITING,
        "it cannot scale its target (FailedGetScale): not found",
    ),
    "behind": (an_autoscaler(seen=1), WAITING, "its controller has not seen the change yet"),
}


def a_node(*conditions: Any, **spec: Any) -> Manifest:
    return an_object("Node", spec, {"conditions": list(conditions)})


NODES: Cases = {
    "ready": (a_node(READY), CURRENT, "the node is ready, it takes new pods"),
    "cordoned": (a_node(READY, unschedulable=True), CURRENT, "the node is ready, no new pod is scheduled to it"),
    "not ready": (
        a_node(condition("Ready", "False", "KubeletNotReady", "container runtime is down")),
        WAITING,
        "the node is not ready (KubeletNotReady): container runtime is down",
    ),
    "silent": (
        a_node(condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")),
        WAITING,
        "the node has stopped reporting",
    ),
    "new": (a_node(), WAITING, "the node has not reported yet"),
}


def a_definition(*conditions: Any) -> Manifest:
    return an_object("CustomResourceDefinition", {}, {"conditions": list(conditions)})


DEFINITIONS: Cases = {
    "served": (
        a_definition(condition("NamesAccepted"), condition("Established")),
        CURRENT,
        "the API server serves it",
    ),
    "in conflict": (
        a_definition(condition("NamesAccepted", "False", "PluralConflict", '"widgets" is already in use')),
        FAILED,
        'its names are taken (PluralConflict): "widgets" is already in use',
    ),
    "not accepted": (
        a_definition(condition("Established", "False", "NotAccepted", "not all names are accepted")),
        FAILED,
        "it cannot be served (NotAccepted): not all names are accepted",
    ),
    "being installed": (
        a_definition(condition("NamesAccepted"), condition("Established", "False", "Installing")),
        WAITING,
        "the API server does not serve it yet",
    ),
    "new": (a_definition(), WAITING, "the API server does not serve it yet"),
}
BY_KIND = {
    "Job": JOBS,
    "CronJob": CRON_JOBS,
    "Pod": PODS,
    "claim": CLAIMS,
    "Service": SERVICES,
    "budget": BUDGETS,
    "autoscaler": AUTOSCALERS,
    "Node": NODES,
    "definition": DEFINITIONS,
}
ALL = {f"{kind}: {name}": case for kind, cases in BY_KIND.items() for name, case in cases.items()}


@pytest.mark.parametrize(("manifest", "state", "message"), ALL.values(), ids=ALL)
def test_a_kind_settles_by_its_own_rule_and_says_so(manifest: Manifest, state: HealthState, message: str) -> None:
    assert Health(state, message) == health(manifest)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (a_node(READY, unschedulable=True), "no new pod is scheduled to it; the node is ready"),
        (a_node(READY), "it takes new pods; the node is ready"),
        (a_node(unschedulable=True), "no new pod is scheduled to it; the node has not reported yet"),
    ],
    ids=["cordoned", "uncordoned", "cordoned before it reported"],
)
def test_a_cordon_is_told_in_a_sentence(node: Manifest, message: str) -> None:
    assert Health(CURRENT, message) == observed(node)


def test_any_other_kind_that_is_only_observed_is_as_asked() -> None:
    assert Health(CURRENT, "it is as asked") == observed(an_object("ConfigMap"))
