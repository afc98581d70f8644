"""
Which budgets stand over a target's pods, and what they still allow.
"""

from typing import Any

import pytest

from executor.core.facts import BudgetFact, budget_facts
from tests.builders import a_budget, a_pod

pytestmark = pytest.mark.requirement("GATE-12")

WEB = a_pod(labels={"app": "web", "tier": "front"})


def budget(name: str, namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "generation": 1}
    return {**a_budget(name), "spec": spec, "metadata": metadata}


def test_only_budgets_over_these_pods_are_facts() -> None:
    budgets = [
        budget("ours", selector={"matchLabels": {"app": "web"}}),
        budget("everybody", selector={}),
        budget("nobody"),
        budget("theirs", selector={"matchLabels": {"app": "api"}}),
    ]

    assert ["ours", "everybody"] == [each.name for each in budget_facts(budgets, [WEB])]


def test_a_budget_covers_pods_of_its_own_namespace_only() -> None:
    budgets = [
        budget("here", selector={}),
        budget("there", "other", selector={}),
        budget("empty", "empty", selector={}),
    ]

    found = budget_facts(budgets, [WEB, a_pod("api-1", "other", labels={"app": "api"}), WEB])

    assert [("shop", "here"), ("other", "there")] == [(each.namespace, each.name) for each in found]


def test_without_pods_no_budget_is_in_the_way() -> None:
    assert [] == budget_facts([budget("everybody", selector={})], [])


def test_a_budget_tells_its_numbers_and_if_they_are_of_now() -> None:
    numbers = {"disruptions_allowed": 1, "current_healthy": 2, "desired_healthy": 1, "expected_pods": 2}
    ours = budget("ours", selector={})
    behind = {**ours, "metadata": {**ours["metadata"], "generation": 2}}
    fact = BudgetFact(name="ours", namespace="shop", observed=True, **numbers)

    assert [fact] == budget_facts([ours], [WEB])
    assert [fact.model_copy(update={"observed": False})] == budget_facts([behind], [WEB])


def test_a_budget_without_a_status_allows_nothing_and_is_not_of_now() -> None:
    bare = {"metadata": {"name": "new", "namespace": "shop", "generation": 1}, "spec": {"selector": {}}}

    [fact] = budget_facts([bare], [WEB])

    assert (0, False) == (fact.disruptions_allowed, fact.observed)
