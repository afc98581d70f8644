"""
Owns the fact `pods`: the pods that a target stands for, and how they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from executor.core.facts.conditions import condition_is_true
from executor.core.facts.owners import owner_of
from executor.core.facts.references import Reference
from executor.core.facts.selectors import selector_of
from executor.core.model import Manifest, Value

MAX_PODS = 500
"""More are not known: the policy input has a limit, and a page of the API server holds as many."""

MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
OOM_KILLED = "OOMKilled"


class PodFact(Value):
    """
    One pod of the target.
    """

    name: str
    namespace: str
    phase: str
    ready: bool
    node: str | None
    owner: Reference | None = Field(description="its controller")
    restarts: int = Field(description="of all its containers")
    waiting_reason: str | None = Field(description="why a container waits, or why the pod is not scheduled")
    oom_killed_at: str | None = Field(description="when one of its containers was last killed for want of memory")
    daemon_set: bool = Field(description="a DaemonSet's: it comes back to the same node")
    mirror: bool = Field(description="the kubelet's own: it cannot be evicted")
    empty_dir: bool = Field(description="it holds data that go with it")
    unmanaged: bool = Field(description="nothing makes another in its place")
    terminating: bool


def pod_facts(pods: Iterable[Manifest]) -> list[PodFact]:
    """
    Read how each pod is, where it runs, and what its end would mean.
    """
    return [_pod_fact(pod) for pod in pods]


def pod_selector(manifest: Manifest) -> Mapping[str, Any] | None:
    """
    Return the LabelSelector of the pods that an object stands for, or None where it selects no pods.

    A workload has a pod template beside its selector; what is called selector in other objects may select other things.
    The scale of an object says it as a text.
    """
    kind, spec = manifest.get("kind"), manifest.get("spec") or {}
    if kind == "Scale":
        return selector_of((manifest.get("status") or {}).get("selector") or "")
    selector = spec.get("selector")
    if not isinstance(selector, Mapping):
        return None
    if kind in {"ReplicationController", "Service"}:
        return {"matchLabels": selector}
    return selector if kind == "PodDisruptionBudget" or "template" in spec else None


def pod_template(manifest: Manifest) -> Manifest | None:
    """
    Return the pod that a workload would make, as far as labels and namespace go, or None for what makes no pods.
    """
    spec = manifest.get("spec") or {}
    if manifest.get("kind") == "CronJob":
        spec = spec.get("jobTemplate", {}).get("spec", {})
    template = spec.get("template")
    if not isinstance(template, Mapping):
        return None
    labels = (template.get("metadata") or {}).get("labels") or {}
    return {"metadata": {"namespace": manifest["metadata"].get("namespace"), "labels": labels}}


def _pod_fact(pod: Manifest) -> PodFact:
    metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
    owner = owner_of(pod)
    containers = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    return PodFact(
        name=metadata["name"],
        namespace=metadata["namespace"],
        phase=status.get("phase", "Unknown"),
        ready=condition_is_true(pod, "Ready"),
        node=spec.get("nodeName"),
        owner=None if owner is None else Reference(kind=owner.kind, name=owner.name),
        restarts=sum(container.get("restartCount", 0) for container in containers),
        waiting_reason=_waiting_reason(status, containers),
        oom_killed_at=max(_oom_kills(pod, containers), default=None),
        daemon_set=owner is not None and owner.kind == "DaemonSet",
        mirror=MIRROR_ANNOTATION in (metadata.get("annotations") or {}),
        empty_dir=any("emptyDir" in volume for volume in spec.get("volumes") or ()),
        unmanaged=owner is None,
        terminating="deletionTimestamp" in metadata,
    )


def _waiting_reason(status: Mapping[str, Any], containers: Iterable[Mapping[str, Any]]) -> str | None:
    reasons = ((container.get("state") or {}).get("waiting", {}).get("reason") for container in containers)
    unscheduled = (
        condition.get("reason")
        for condition in status.get("conditions") or ()
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False"
    )
    return next((str(reason) for reason in (*reasons, *unscheduled) if reason), None)


def _oom_kills(pod: Manifest, containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """
    Yield when containers were killed; the kubelet keeps the last end of each, and may not know its time.
    """
    for container in containers:
        for state in ("state", "lastState"):
            ended = (container.get(state) or {}).get("terminated") or {}
            if ended.get("reason") == OOM_KILLED:
                yield (
                    ended.get("finishedAt") or ended.get("startedAt") or pod["metadata"].get("creationTimestamp") or ""
                )
