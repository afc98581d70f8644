"""
Owns the health of a ReplicaSet.
"""

from executor.core.health.creation import why_not_created
from executor.core.health.reading import condition, number, spec, status
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest


def replica_set(manifest: Manifest) -> Health:
    """
    Judge a ReplicaSet: as many pods as asked for, all available.
    """
    failure = condition(manifest, "ReplicaFailure")
    if failure and failure.is_true:
        return waiting(why_not_created(failure))
    counts, wanted = status(manifest), number(spec(manifest), "replicas", 1)
    ready, total = number(counts, "readyReplicas"), number(counts, "replicas")
    if (labelled := number(counts, "fullyLabeledReplicas")) < wanted:
        return waiting(f"{labelled} of {wanted} replicas are there with all their labels")
    if (available := number(counts, "availableReplicas")) < wanted:
        return waiting(f"{available} of {wanted} replicas are available")
    if ready < wanted:
        return waiting(f"{ready} of {wanted} replicas are ready")
    if total > wanted:
        return waiting(f"{total} replicas are there, {wanted} are asked for")
    return current(f"{wanted} of {wanted} replicas are ready")
