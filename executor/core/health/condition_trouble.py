"""
Owns the trouble that a workload reports of itself.
"""

from executor.core.health.creation import why_not_created
from executor.core.health.deployment import past_its_deadline
from executor.core.health.job import failure_reason, why_failed
from executor.core.health.reading import condition, is_behind, is_being_deleted, text
from executor.core.health.values import Trouble
from executor.core.model import Manifest

CREATION_SECONDS = 30.0
"""Under a tight quota new pods are refused until the old ones have ended, 30 s for most; the controller tries again."""

FINAL_SECONDS = 0.0
"""The controller itself has given up."""


def trouble_of_conditions(manifest: Manifest) -> Trouble | None:
    """
    Return the trouble of a Deployment, ReplicaSet or Job that its own conditions tell, the final one first.

    A status that is about another generation tells of another change. StatefulSets and DaemonSets report no such
    conditions: that their pods cannot be created is found in events only.
    """
    if is_being_deleted(manifest) or is_behind(manifest):
        return None
    kind = text(manifest, "kind")
    if kind == "Deployment" and (late := past_its_deadline(manifest)):
        return Trouble("ProgressDeadlineExceeded", late, FINAL_SECONDS)
    if kind == "Job" and (lost := why_failed(manifest)):
        return Trouble(failure_reason(manifest), lost, FINAL_SECONDS)
    failure = condition(manifest, "ReplicaFailure") if kind in {"Deployment", "ReplicaSet"} else None
    if failure and failure.is_true:
        return Trouble(failure.reason or "ReplicaFailure", why_not_created(failure), CREATION_SECONDS)
    return None
