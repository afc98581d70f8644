"""
Owns the fact `nodes`: which nodes the cluster has, and what may run there.
"""

from collections.abc import Iterable

from executor.core.facts.conditions import condition_is_true
from executor.core.model import Manifest, Value

CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


class NodeFact(Value):
    """
    One node of the cluster, as far as safety rules need it.
    """

    name: str
    ready: bool
    schedulable: bool
    control_plane: bool


def node_facts(nodes: Iterable[Manifest]) -> list[NodeFact]:
    """
    Read readiness, schedulability and role of each node; a control plane is told by label or taint.
    """
    return [_node_fact(node) for node in nodes]


def _node_fact(node: Manifest) -> NodeFact:
    labels = node["metadata"].get("labels") or {}
    taints = {taint.get("key") for taint in node.get("spec", {}).get("taints") or []}
    return NodeFact(
        name=node["metadata"]["name"],
        ready=condition_is_true(node, "Ready"),
        schedulable=not node.get("spec", {}).get("unschedulable", False),
        control_plane=any(label in labels or label in taints for label in CONTROL_PLANE_LABELS),
    )
