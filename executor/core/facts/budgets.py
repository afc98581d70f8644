"""
Owns the fact `budgets`: the PodDisruptionBudgets over a target's pods, and how many disruptions they still allow.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pydantic import Field

from executor.core.facts.selectors import selects
from executor.core.model import Manifest, Value


class BudgetFact(Value):
    """
    One PodDisruptionBudget that selects pods of the target; counts are pods.
    """

    name: str
    namespace: str
    disruptions_allowed: int
    current_healthy: int
    desired_healthy: int
    expected_pods: int
    observed: bool = Field(description="the controller has seen the budget's current generation")


def budget_facts(budgets: Iterable[Manifest], pods: Iterable[Manifest]) -> list[BudgetFact]:
    """
    Read the budgets whose selector matches one of these pods, of which only namespace and labels are looked at.

    An empty selector of `policy/v1` selects every pod of the namespace; an absent one selects none.
    """
    labels: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for pod in pods:
        labels[pod["metadata"]["namespace"]].append(pod["metadata"].get("labels") or {})
    return [
        _budget_fact(budget)
        for budget in budgets
        if any(
            selects(budget.get("spec", {}).get("selector"), each) for each in labels[budget["metadata"]["namespace"]]
        )
    ]


def _budget_fact(budget: Manifest) -> BudgetFact:
    metadata, status = budget["metadata"], budget.get("status") or {}
    return BudgetFact(
        name=metadata["name"],
        namespace=metadata["namespace"],
        disruptions_allowed=status.get("disruptionsAllowed", 0),
        current_healthy=status.get("currentHealthy", 0),
        desired_healthy=status.get("desiredHealthy", 0),
        expected_pods=status.get("expectedPods", 0),
        observed=status.get("observedGeneration") == metadata.get("generation"),
    )
