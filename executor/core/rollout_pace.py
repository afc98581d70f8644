"""
Owns how many pods of a workload its own strategy takes away at once while its template changes.

Source: Kubernetes, "Deployments" (rolling update), "StatefulSet" and "DaemonSet" (update strategies), with the API
server's defaults. A partition of a StatefulSet is not looked at: the bound is that of a full rollout.
"""

from executor.core.health.reading import mapping
from executor.core.model import Json, Manifest

_A_QUARTER = "25%"
_MOST_DIGITS = 9


def rolls(workload: Manifest) -> bool:
    """
    Tell if a controller replaces the pods of this workload when its template changes.
    """
    kind, spec = workload.get("kind"), mapping(workload, "spec")
    if kind == "Deployment":
        return not spec.get("paused")
    return kind in {"StatefulSet", "DaemonSet"} and mapping(spec, "updateStrategy").get("type") != "OnDelete"


def away_at_once(workload: Manifest, pods: int) -> int:
    """
    Return how many of so many pods may be away at any moment of a rollout.
    """
    if workload.get("kind") == "Deployment":
        return min(pods, _of_deployment(workload, pods))
    rolling = mapping(workload, "spec", "updateStrategy", "rollingUpdate")
    # Of a DaemonSet that makes the new pod first, none is away; of the others at least one is.
    least = 0 if _whole(rolling.get("maxSurge"), pods, up=True) else 1
    return min(pods, max(least, _whole(rolling.get("maxUnavailable", 1), pods, up=True)))


def _of_deployment(workload: Manifest, pods: int) -> int:
    strategy = mapping(workload, "spec", "strategy")
    if strategy.get("type") == "Recreate":
        return pods
    rolling = mapping(strategy, "rollingUpdate")
    surge = _whole(rolling.get("maxSurge", _A_QUARTER), pods, up=True)
    away = _whole(rolling.get("maxUnavailable", _A_QUARTER), pods, up=False)
    # Both cannot be none: the controller then takes one pod away.
    return away if surge or away else 1


def _whole(amount: Json, pods: int, *, up: bool) -> int:
    """
    Return a count, or a percentage of so many pods; what is neither is all of them.
    """
    if amount is None:
        return 0
    if isinstance(amount, int):
        return max(amount, 0)
    percent = str(amount).removesuffix("%")
    if not percent.isdecimal() or len(percent) > _MOST_DIGITS:
        return pods
    return -(-pods * int(percent) // 100) if up else pods * int(percent) // 100
