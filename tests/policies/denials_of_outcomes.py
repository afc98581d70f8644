"""
Owns requests of stage verify that are denied: changes that were written and did not come out well.
"""

from typing import Any

from executor.core.facts import Facts, PodFact, pod_facts
from executor.core.policy import PolicyInput
from tests.policies.denials_of_any_kind import Denials
from tests.policies.manifests import a_deployment, a_pod
from tests.policies.requests import WRITTEN, a_verification


def a_pod_fact(*, waits_for: str | None = None, killed_at: str | None = None) -> PodFact:
    """
    Return what is known of a pod of the Deployment.
    """
    status: dict[str, Any] = {"restartCount": 3, "lastState": {}}
    if waits_for is not None:
        status["state"] = {"waiting": {"reason": waits_for}}
    if killed_at is not None:
        status["lastState"] = {"terminated": {"reason": "OOMKilled", "finishedAt": killed_at}}
    [fact] = pod_facts([{**a_pod(), "status": {"phase": "Running", "containerStatuses": [status]}}])
    return fact


def denials_of_outcomes() -> Denials:
    """
    Return every such request with the rules that deny it.
    """

    def scaled(**more: Any) -> PolicyInput:
        return a_verification("scale", {"replicas": 5}, **more)

    pressure = {"conditions": [{"type": "MemoryPressure", "status": "True"}]}
    failure = {"conditions": [{"type": "ReplicaFailure", "status": "True"}]}
    agent = a_deployment(kind="DaemonSet")
    unknown = Facts(unknown={"pods": "may not list pods"})
    return {
        "scaled, and one is not ready": (scaled(status={"readyReplicas": 4}), {"replicas_ready"}),
        "restarted, and a node has no pod": (
            a_verification("restart", live=agent, status={"numberReady": 1}),
            {"replicas_ready"},
        ),
        "scaled, and not seen by its controller": (scaled(status={"observedGeneration": 1}), {"replicas_ready"}),
        "scaled, and a pod keeps crashing": (
            scaled(facts=Facts(pods=[a_pod_fact(waits_for="CrashLoopBackOff")])),
            {"no_crash_loop"},
        ),
        "another image, and a pod was killed": (
            a_verification(
                "set_image", {"images": {"app": "nginx:1.27"}}, facts=Facts(pods=[a_pod_fact(killed_at=WRITTEN)])
            ),
            {"no_oom_kill"},
        ),
        "scaled, and the pods are not known": (scaled(facts=unknown), {"no_crash_loop", "no_oom_kill"}),
        "scaled, and no pod can be made": (scaled(status=failure), {"no_bad_condition"}),
        "cordoned, and now under pressure": (a_verification("cordon", status=pressure), {"no_bad_condition"}),
        "scaled, and not as previewed": (
            scaled().model_copy(update={"divergence": ["/spec/replicas"]}),
            {"persisted_as_previewed"},
        ),
    }
