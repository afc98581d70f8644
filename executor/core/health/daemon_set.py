"""
Owns the health of a DaemonSet.
"""

from executor.core.health.reading import number, status
from executor.core.health.stateful_set import is_updated_by_hand
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest


def daemon_set(manifest: Manifest) -> Health:
    """
    Judge a DaemonSet: an updated and ready pod on every node that should have one.
    """
    counts = status(manifest)
    wanted = number(counts, "desiredNumberScheduled", -1)
    if wanted < 0:
        return waiting("its controller has not counted the nodes yet")
    updated = number(counts, "updatedNumberScheduled")
    if updated < wanted and not is_updated_by_hand(manifest):
        return waiting(f"{updated} of {wanted} pods are updated")
    ready = min(number(counts, "numberReady"), number(counts, "numberAvailable"))
    if ready < wanted:
        return waiting(f"{ready} of {wanted} pods are ready")
    by_hand = " (update strategy OnDelete)" if is_updated_by_hand(manifest) else ""
    return current(f"{ready} of {wanted} pods are ready{by_hand}")
