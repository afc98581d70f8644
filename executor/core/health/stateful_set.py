"""
Owns the health of a StatefulSet.

Beyond kstatus, which takes one with the update strategy OnDelete for current at once: its replicas must be ready.
"""

from executor.core.health.reading import mapping, number, spec, status, text
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest


def stateful_set(manifest: Manifest) -> Health:
    """
    Judge a StatefulSet: every replica ready, and those above the partition updated.
    """
    counts, wanted = status(manifest), number(spec(manifest), "replicas", 1)
    ready, total = number(counts, "readyReplicas"), number(counts, "replicas")
    if ready < wanted:
        return waiting(f"{ready} of {wanted} replicas are ready")
    if total != wanted:
        return waiting(f"{total} replicas are there, {wanted} are asked for")
    if is_updated_by_hand(manifest):
        return current(f"{ready} of {wanted} replicas are ready (update strategy OnDelete)")
    kept = not_to_update(manifest)
    updated, to_update = number(counts, "updatedReplicas"), wanted - kept
    if updated < to_update:
        return waiting(f"{updated} of {to_update} replicas are updated")
    if kept:
        return current(f"{ready} of {wanted} replicas are ready; {kept} are kept as they were by the partition")
    if text(counts, "currentRevision") != text(counts, "updateRevision"):
        return waiting(f"{updated} of {wanted} replicas are updated, and its controller has not closed the rollout yet")
    return current(f"{ready} of {wanted} replicas are ready")


def is_updated_by_hand(manifest: Manifest) -> bool:
    """
    Tell if a pod gets a new template only when somebody deletes it; so it is with a DaemonSet too.
    """
    return text(mapping(spec(manifest), "updateStrategy"), "type") == "OnDelete"


def not_to_update(manifest: Manifest) -> int:
    """
    Return how many replicas a rolling update leaves as they are, by its partition.
    """
    partition = number(mapping(spec(manifest), "updateStrategy", "rollingUpdate"), "partition")
    return min(max(partition, 0), max(number(spec(manifest), "replicas", 1), 0))
