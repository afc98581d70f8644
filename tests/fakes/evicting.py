"""
Owns what the fake answers to an eviction: budgets that select the pod have their say.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

from collections.abc import Iterable

from executor.core.facts import selects
from executor.core.model import Manifest
from executor.kube.refusal import Cause, Refusal

_UNPROTECTED = frozenset({"Pending", "Succeeded", "Failed"})


def budgets_of(pod: Manifest, objects: Iterable[Manifest]) -> list[Manifest]:
    """
    Return the disruption budgets that select a pod.
    """
    labels, namespace = pod["metadata"].get("labels") or {}, pod["metadata"]["namespace"]
    return [
        each
        for each in objects
        if each["kind"] == "PodDisruptionBudget"
        and each["metadata"]["namespace"] == namespace
        and selects(each["spec"].get("selector"), labels)
    ]


def refusal_of(pod: Manifest, budgets: list[Manifest]) -> Refusal | None:
    """
    Return why a pod must not be evicted now, or None when it may.
    """
    if pod.get("status", {}).get("phase") in _UNPROTECTED:
        return None
    if len(budgets) > 1:
        said = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        return Refusal(500, message=said)
    if not budgets or budgets[0].get("status", {}).get("disruptionsAllowed", 0) > 0:
        return None
    name, status = budgets[0]["metadata"]["name"], budgets[0].get("status", {})
    said = (
        f"The disruption budget {name} needs {status.get('desiredHealthy', 0)} healthy pods "
        f"and has {status.get('currentHealthy', 0)} currently"
    )
    cause = Cause(reason="DisruptionBudget", message=said)
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return Refusal(429, "TooManyRequests", message=message, causes=(cause,))


def charged(budget: Manifest) -> Manifest:
    """
    Return a budget after one disruption.
    """
    status = {**budget["status"], "disruptionsAllowed": budget["status"]["disruptionsAllowed"] - 1}
    return {**budget, "status": status}
