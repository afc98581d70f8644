"""
Owns when a HorizontalPodAutoscaler is healthy, and when it has taken a change of its bounds.

kstatus has no rule for the kind. Source of the conditions: kubernetes, pkg/controller/podautoscaler/horizontal.go.
"""

from executor.core.health.generic import not_seen, terminating
from executor.core.health.reading import condition, generation, is_behind, is_being_deleted, number, spec, status
from executor.core.health.values import Health, current, waiting
from executor.core.health.wording import because
from executor.core.model import Manifest


def autoscaler(manifest: Manifest) -> Health:
    """
    Judge a HorizontalPodAutoscaler: able to read its metrics and to scale its target, or off because that is at zero.
    """
    if _has_not_looked(manifest):
        return not_seen()
    if unable := _why_unable(manifest):
        return waiting(unable)
    return current(_counts(manifest))


def autoscaler_observed(manifest: Manifest) -> Health:
    """
    Judge a change of an autoscaler's bounds: its controller has seen it. Whether it can scale now is said, not awaited.

    API servers before 1.37 count no generation of the kind; there holding the value is all that can be seen.
    """
    if is_being_deleted(manifest):
        return terminating(manifest)
    unable = _why_unable(manifest)
    if _has_not_looked(manifest) and not _has_no_target(manifest):
        return not_seen()
    return current(_counts(manifest) + (f"; {unable}" if unable else ""))


def _has_not_looked(manifest: Manifest) -> bool:
    return is_behind(manifest, always_says=generation(manifest) is not None)


def _has_no_target(manifest: Manifest) -> bool:
    """
    Tell if its controller finds no target: then it stops before it says which generation it has seen.
    """
    able = condition(manifest, "AbleToScale")
    return able is not None and able.is_false and able.reason == "FailedGetScale"


def _why_unable(manifest: Manifest) -> str | None:
    able, active = condition(manifest, "AbleToScale"), condition(manifest, "ScalingActive")
    if able and able.is_false:
        return f"it cannot scale its target{because(able.reason, able.message)}"
    if active and active.is_false and active.reason != "ScalingDisabled":
        return f"it cannot tell how many replicas are needed{because(active.reason, active.message)}"
    return None


def _counts(manifest: Manifest) -> str:
    bounds, counts = spec(manifest), status(manifest)
    active = condition(manifest, "ScalingActive")
    off = (
        ", and it is off because its target is scaled to zero" if active and active.reason == "ScalingDisabled" else ""
    )
    return (
        f"it keeps {number(bounds, 'minReplicas', 1)} to {number(bounds, 'maxReplicas')} replicas; "
        f"{number(counts, 'currentReplicas')} are there, {number(counts, 'desiredReplicas')} are wanted{off}"
    )
