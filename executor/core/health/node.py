"""
Owns the health of a Node, and the sentence about whether it takes pods.

kstatus has no rule for the kind; its generic one reads the same condition.
"""

from executor.core.health.reading import condition, spec
from executor.core.health.values import Health, current, waiting
from executor.core.health.wording import because
from executor.core.model import Manifest


def node(manifest: Manifest) -> Health:
    """
    Judge a Node: its kubelet reports it ready; one that is cordoned is healthy too.
    """
    ready = condition(manifest, "Ready")
    if ready and ready.is_true:
        return current(f"the node is ready, {_scheduling(manifest)}")
    return waiting(_readiness(manifest))


def schedulability(manifest: Manifest) -> str:
    """
    Return the sentence about a node that was cordoned or uncordoned.
    """
    return f"{_scheduling(manifest)}; {_readiness(manifest)}"


def _readiness(manifest: Manifest) -> str:
    ready = condition(manifest, "Ready")
    if ready is None:
        return "the node has not reported yet"
    if ready.is_true:
        return "the node is ready"
    if ready.is_false:
        return f"the node is not ready{because(ready.reason, ready.message)}"
    return "the node has stopped reporting"


def _scheduling(manifest: Manifest) -> str:
    return "no new pod is scheduled to it" if spec(manifest).get("unschedulable") is True else "it takes new pods"
