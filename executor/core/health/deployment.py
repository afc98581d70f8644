"""
Owns the health of a Deployment.

Beyond kstatus, which waits for the condition `Available`: the counts say the same and say how many.
"""

from executor.core.health.creation import why_not_created
from executor.core.health.reading import condition, number, spec, status
from executor.core.health.values import Health, current, failed, waiting
from executor.core.model import Manifest


def deployment(manifest: Manifest) -> Health:
    """
    Judge a Deployment: every replica updated and available, none of the old ones left, within its own deadline.
    """
    if late := past_its_deadline(manifest):
        return failed(late)
    failure = condition(manifest, "ReplicaFailure")
    if failure and failure.is_true:
        return waiting(why_not_created(failure))
    return _by_counts(manifest)


def past_its_deadline(manifest: Manifest) -> str | None:
    """
    Return the sentence about a rollout that took too long, or None.
    """
    progressing = condition(manifest, "Progressing")
    if progressing is None or progressing.reason != "ProgressDeadlineExceeded":
        return None
    seconds = number(spec(manifest), "progressDeadlineSeconds", 600)
    late = f"the rollout made no progress for {seconds} s (progressDeadlineSeconds)"
    failure = condition(manifest, "ReplicaFailure")
    return f"{late}: {why_not_created(failure)}" if failure and failure.is_true else late


def _by_counts(manifest: Manifest) -> Health:
    counts, wanted = status(manifest), number(spec(manifest), "replicas", 1)
    updated, total = number(counts, "updatedReplicas"), number(counts, "replicas")
    if updated < wanted:
        paused = ", and its rollout is paused" if spec(manifest).get("paused") is True else ""
        return waiting(f"{updated} of {wanted} replicas are updated{paused}")
    if total > updated:
        return waiting(f"{updated} of {wanted} replicas are updated, {total - updated} old ones are still there")
    if total > wanted:
        return waiting(f"{total} replicas are there, {wanted} are asked for")
    ready = min(number(counts, "readyReplicas"), number(counts, "availableReplicas"))
    if ready < wanted:
        word = "ready" if number(counts, "readyReplicas") == ready else "available"
        return waiting(f"{ready} of {wanted} replicas are {word}")
    return current(f"{wanted} of {wanted} replicas are ready")
