"""
Owns what tests say a step disturbs: losses of pods, budgets over them, and the plan of such steps.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from executor.core.blast_radius import BlastRadius, blast_radius
from executor.core.disruption import Disruption
from executor.core.facts import BudgetFact
from executor.core.losses import Loss, Way, Workload
from executor.core.plan import Plan, Step
from executor.core.target import Target


def a_step_of(name: str, *, needs: Sequence[str] = (), **more: Any) -> Step:
    """
    Return a step that restarts a Deployment of its own.
    """
    values: dict[str, Any] = {
        "id": name,
        "action": "restart",
        "target": Target(kind="Deployment", namespace="shop", name=name),
        "parameters": {},
        "needs": tuple(needs),
        "on_failure": "rollback",
        "assess": "early",
        "timeout_seconds": None,
    }
    return Step(**{**values, **more})


def a_plan_of(*steps: Step, max_parallel: int | None = None) -> Plan:
    """
    Return a plan of these steps.
    """
    return Plan(
        name="relieve-shop",
        reason="the shop is slow",
        labels={},
        rollback="automatic",
        max_parallel=max_parallel,
        timeout_seconds=600.0,
        steps=steps,
    )


def a_loss(
    workload: str = "web",
    *,
    way: Way = Way.FORCED,
    at_once: int = 1,
    lasting: int = 0,
    pods: int | None = None,
    of: int | None = 4,
) -> Loss:
    """
    Return pods that a Deployment of four loses.
    """
    whose = Workload(f"deployment/shop/{workload}", "shop", of)
    return Loss(whose, way, at_once if pods is None else pods, at_once, lasting)


def a_budget_fact(name: str = "web", *, allowed: int = 1) -> BudgetFact:
    """
    Return a budget of the namespace `shop`.
    """
    return BudgetFact(
        name=name,
        namespace="shop",
        disruptions_allowed=allowed,
        current_healthy=3,
        desired_healthy=3 - allowed,
        expected_pods=3,
        observed=True,
    )


def taking(*losses: Loss, budgets: Sequence[BudgetFact] = (), **more: Any) -> Disruption:
    """
    Return what a step disturbs that takes these pods.
    """
    return Disruption(losses=losses, budgets=tuple(budgets), **more)


def radius_of(
    found: Mapping[str, Disruption], needs: Mapping[str, Sequence[str]] | None = None, **more: Any
) -> BlastRadius:
    """
    Return the blast radius of a plan in which each step disturbs what is said of it.
    """
    order = needs or {}
    plan = a_plan_of(*(a_step_of(each, needs=order.get(each, ())) for each in found), **more)
    return blast_radius(plan, found)
