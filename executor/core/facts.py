"""
Owns the facts a policy may rest on, and how each is read out of raw Kubernetes objects.

A fact that could not be read is `None`, with its reason in `Facts.unknown`; a rule that needs it denies.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from executor.core.model import Manifest, Value

CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


class FactName(StrEnum):
    """
    What an action may ask to be gathered for its policy input.
    """

    PODS = "pods"
    BUDGETS = "budgets"
    NODES = "nodes"


class NodeFact(Value):
    """
    One node of the cluster, as far as safety rules need it.
    """

    name: str
    ready: bool
    schedulable: bool
    control_plane: bool


class PodFact(Value):
    """
    One pod of the target workload.
    """

    name: str
    phase: str
    ready: bool
    node: str | None


class BudgetFact(Value):
    """
    One PodDisruptionBudget that selects pods of the target workload; counts are pods.
    """

    name: str
    disruptions_allowed: int
    current_healthy: int
    desired_healthy: int
    expected_pods: int
    observed: bool = Field(description="the controller has seen the budget's current generation")


class Facts(Value):
    """
    What was read from the cluster beside the target; `None` where not asked for or not known.
    """

    pods: list[PodFact] | None = None
    budgets: list[BudgetFact] | None = None
    nodes: list[NodeFact] | None = None
    autoscalers: list[dict[str, Any]] | None = None
    owners: list[dict[str, Any]] | None = None
    quota: list[dict[str, Any]] | None = None
    managers: list[dict[str, Any]] | None = None
    gitops: dict[str, Any] | None = None
    unknown: dict[str, str] = Field(default_factory=dict, description="fact → why it could not be read")


def node_facts(nodes: Iterable[Manifest]) -> list[NodeFact]:
    """
    Read readiness, schedulability and role of each node; a control plane is told by label or taint.
    """
    return [_node_fact(node) for node in nodes]


def pod_facts(pods: Iterable[Manifest]) -> list[PodFact]:
    """
    Read phase, readiness and place of each pod.
    """
    return [
        PodFact(
            name=pod["metadata"]["name"],
            phase=pod.get("status", {}).get("phase", "Unknown"),
            ready=condition_is_true(pod, "Ready"),
            node=pod.get("spec", {}).get("nodeName"),
        )
        for pod in pods
    ]


def budget_facts(budgets: Iterable[Manifest], template_labels: Mapping[str, str]) -> list[BudgetFact]:
    """
    Read the budgets whose selector matches pods with these labels.

    An empty selector of `policy/v1` selects every pod of the namespace; an absent one selects none.
    """
    return [
        BudgetFact(
            name=budget["metadata"]["name"],
            disruptions_allowed=budget.get("status", {}).get("disruptionsAllowed", 0),
            current_healthy=budget.get("status", {}).get("currentHealthy", 0),
            desired_healthy=budget.get("status", {}).get("desiredHealthy", 0),
            expected_pods=budget.get("status", {}).get("expectedPods", 0),
            observed=budget.get("status", {}).get("observedGeneration") == budget["metadata"].get("generation"),
        )
        for budget in budgets
        if selects(budget.get("spec", {}).get("selector"), template_labels)
    ]


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """
    Tell if a LabelSelector matches labels.

    An operator that is not known matches, so that a rule sees too much rather than too little.
    """
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_expression_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def condition_is_true(manifest: Manifest, kind: str) -> bool:
    """
    Tell if an object's status carries the condition with status True.
    """
    conditions = manifest.get("status", {}).get("conditions") or []
    return any(condition.get("type") == kind and condition.get("status") == "True" for condition in conditions)


def _node_fact(node: Manifest) -> NodeFact:
    labels = node["metadata"].get("labels") or {}
    taints = {taint.get("key") for taint in node.get("spec", {}).get("taints") or []}
    return NodeFact(
        name=node["metadata"]["name"],
        ready=condition_is_true(node, "Ready"),
        schedulable=not node.get("spec", {}).get("unschedulable", False),
        control_plane=any(label in labels or label in taints for label in CONTROL_PLANE_LABELS),
    )


def _expression_holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True
