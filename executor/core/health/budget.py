"""
Owns the health of a PodDisruptionBudget.

Beyond kstatus: a budget that its controller could not compute (condition DisruptionAllowed, reason SyncFailed) waits.
"""

from executor.core.health.reading import condition, number, status
from executor.core.health.values import Health, current, waiting
from executor.core.health.wording import because, counted
from executor.core.model import Manifest


def budget(manifest: Manifest) -> Health:
    """
    Judge a PodDisruptionBudget: computed, however many disruptions it allows.
    """
    allowed = condition(manifest, "DisruptionAllowed")
    if allowed and allowed.reason == "SyncFailed":
        return waiting(f"its controller could not compute it{because(allowed.reason, allowed.message)}")
    counts = status(manifest)
    healthy, expected = number(counts, "currentHealthy"), number(counts, "expectedPods")
    return current(
        f"it allows {counted(number(counts, 'disruptionsAllowed'), 'disruption')}; {healthy} of {expected} pods are "
        f"healthy, {number(counts, 'desiredHealthy')} must be"
    )
