"""
Owns what "settled" means for a kind, from the object alone.

The rules are those of kstatus (kubernetes-sigs/cli-utils, pkg/kstatus/status): a status that has not seen the current
generation says nothing, a rollout past its own deadline has failed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from executor.core.model import Manifest


class HealthState(StrEnum):
    """
    Where an object is on its way to what its spec asks for.
    """

    CURRENT = "current"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    TERMINATING = "terminating"


@dataclass(frozen=True, slots=True)
class Health:
    """
    A state and the sentence that explains it.
    """

    state: HealthState
    message: str

    @property
    def is_current(self) -> bool:
        """
        Tell if the object is what its spec asks for.
        """
        return self.state is HealthState.CURRENT

    @property
    def is_failed(self) -> bool:
        """
        Tell if waiting longer cannot help.
        """
        return self.state in {HealthState.FAILED, HealthState.TERMINATING}


def health(manifest: Manifest) -> Health:
    """
    Judge an object by its kind's rule; a kind without one is current as soon as its status saw its generation.
    """
    metadata, status = manifest.get("metadata", {}), manifest.get("status") or {}
    if "deletionTimestamp" in metadata:
        return Health(HealthState.TERMINATING, "it is being deleted")
    generation, observed = metadata.get("generation"), status.get("observedGeneration")
    rule = _RULES.get(manifest.get("kind", ""))
    if rule is None:
        if observed is not None and observed != generation:
            return _waiting("its controller has not seen the change yet")
        return Health(HealthState.CURRENT, "observed")
    if observed is None or generation is None or observed < generation:
        return _waiting("its controller has not seen the change yet")
    return rule(manifest.get("spec") or {}, status)


def observed(manifest: Manifest) -> Health:
    """
    Judge an object for which holding the value is all there is to wait for, such as a cordoned node.
    """
    if "deletionTimestamp" in manifest.get("metadata", {}):
        return Health(HealthState.TERMINATING, "it is being deleted")
    return Health(HealthState.CURRENT, "observed")


def _deployment(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Health:
    for condition in status.get("conditions") or []:
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return Health(HealthState.FAILED, "the rollout made no progress within progressDeadlineSeconds")
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            return _waiting(f"pods cannot be created ({condition.get('reason', 'ReplicaFailure')})")
    wanted = spec.get("replicas", 1)
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    if updated < wanted:
        return _waiting(f"{updated} of {wanted} replicas are updated")
    if total > updated:
        return _waiting(f"{total - updated} old replicas are still there")
    if total > wanted:
        return _waiting(f"{total - wanted} replicas too many are still there")
    if status.get("availableReplicas", 0) < wanted:
        return _waiting(f"{status.get('availableReplicas', 0)} of {wanted} replicas are available")
    if status.get("readyReplicas", 0) < wanted:
        return _waiting(f"{status.get('readyReplicas', 0)} of {wanted} replicas are ready")
    return Health(HealthState.CURRENT, f"{wanted} of {wanted} replicas are ready")


def _stateful_set(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Health:
    wanted = spec.get("replicas", 1)
    strategy = spec.get("updateStrategy") or {}
    ready, total = status.get("readyReplicas", 0), status.get("replicas", 0)
    if ready < wanted or total != wanted:
        return _waiting(f"{ready} of {wanted} replicas are ready")
    if strategy.get("type") == "OnDelete":
        return Health(HealthState.CURRENT, f"{wanted} replicas are ready (update strategy OnDelete)")
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    to_update = max(wanted - partition, 0)
    updated = status.get("updatedReplicas", 0)
    if updated < to_update:
        return _waiting(f"{updated} of {to_update} replicas are updated")
    if partition == 0 and status.get("currentRevision") != status.get("updateRevision"):
        return _waiting("the rollout is not complete")
    return Health(HealthState.CURRENT, f"{wanted} of {wanted} replicas are ready")


def _daemon_set(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Health:
    wanted = status.get("desiredNumberScheduled", 0)
    on_delete = (spec.get("updateStrategy") or {}).get("type") == "OnDelete"
    updated = status.get("updatedNumberScheduled", 0)
    if updated < wanted and not on_delete:
        return _waiting(f"{updated} of {wanted} pods are updated")
    ready = min(status.get("numberReady", 0), status.get("numberAvailable", 0))
    if ready < wanted:
        return _waiting(f"{ready} of {wanted} pods are ready")
    return Health(HealthState.CURRENT, f"{wanted} of {wanted} pods are ready")


def _waiting(message: str) -> Health:
    return Health(HealthState.IN_PROGRESS, message)


_RULES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Health]] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
}
