"""
What policies may rest on, read out of raw objects: selectors, budgets, pods and nodes.
"""

from typing import Any

import pytest

from executor.core.facts import BudgetFact, NodeFact, PodFact, budget_facts, node_facts, pod_facts, selects
from tests.builders import a_budget, a_node, a_pod

pytestmark = pytest.mark.requirement("GATE-12")

LABELS = {"app": "web", "tier": "front"}


def expression(operator: str, *values: str, key: str = "app") -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


SELECTORS: dict[str, tuple[dict[str, Any] | None, bool]] = {
    "absent": (None, False),
    "empty": ({}, True),
    "empty inside": ({"matchLabels": None, "matchExpressions": None}, True),
    "a label": ({"matchLabels": {"app": "web"}}, True),
    "another value": ({"matchLabels": {"app": "api"}}, False),
    "a label it lacks": ({"matchLabels": {"zone": ""}}, False),
    "all labels": ({"matchLabels": LABELS}, True),
    "one of two": ({"matchLabels": {**LABELS, "app": "api"}}, False),
    "in": (expression("In", "api", "web"), True),
    "in others": (expression("In", "api"), False),
    "in, without the key": (expression("In", "x", key="zone"), False),
    "not in": (expression("NotIn", "api"), True),
    "not in its own": (expression("NotIn", "web"), False),
    "not in, without the key": (expression("NotIn", "x", key="zone"), True),
    "exists": (expression("Exists"), True),
    "exists, without the key": (expression("Exists", key="zone"), False),
    "does not exist": (expression("DoesNotExist", key="zone"), True),
    "does not exist, but does": (expression("DoesNotExist"), False),
    "an operator of the future": (expression("Gt", "1"), True),
    "label and expression": ({"matchLabels": {"app": "web"}, **expression("NotIn", "front", key="tier")}, False),
}


@pytest.mark.parametrize(("selector", "selected"), SELECTORS.values(), ids=SELECTORS)
def test_a_selector_selects_as_the_api_server_does(selector: dict[str, Any] | None, *, selected: bool) -> None:
    assert selected is selects(selector, LABELS)


def budget(name: str, **spec: Any) -> dict[str, Any]:
    return {**a_budget(name), "spec": spec, "metadata": {"name": name, "generation": 1}}


def test_only_budgets_over_the_workloads_pods_are_facts() -> None:
    budgets = [
        budget("ours", selector={"matchLabels": {"app": "web"}}),
        budget("everybody", selector={}),
        budget("nobody"),
        budget("theirs", selector={"matchLabels": {"app": "api"}}),
    ]

    assert ["ours", "everybody"] == [each.name for each in budget_facts(budgets, LABELS)]


def test_a_budget_tells_its_numbers_and_if_they_are_of_now() -> None:
    numbers = {"disruptions_allowed": 1, "current_healthy": 2, "desired_healthy": 1, "expected_pods": 2}
    ours = budget("ours", selector={})
    behind = {**ours, "metadata": {"name": "ours", "generation": 2}}

    assert [BudgetFact(name="ours", observed=True, **numbers)] == budget_facts([ours], LABELS)
    assert [BudgetFact(name="ours", observed=False, **numbers)] == budget_facts([behind], LABELS)


def test_a_budget_without_a_status_allows_nothing_and_is_not_of_now() -> None:
    bare = {"metadata": {"name": "new", "generation": 1}, "spec": {"selector": {}}}

    [fact] = budget_facts([bare], LABELS)

    assert (0, False) == (fact.disruptions_allowed, fact.observed)


def test_a_pod_tells_phase_readiness_and_place() -> None:
    bare = {"metadata": {"name": "new"}, "spec": {}}

    assert [
        PodFact(name="web-1", phase="Running", ready=True, node="worker-1"),
        PodFact(name="web-2", phase="Running", ready=False, node="worker-1"),
        PodFact(name="new", phase="Unknown", ready=False, node=None),
    ] == pod_facts([a_pod(), a_pod("web-2", ready=False), bare])


@pytest.mark.parametrize("label", ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"])
def test_a_control_plane_is_told_by_label_or_taint(label: str) -> None:
    tainted = a_node("tainted")
    tainted["spec"]["taints"] = [{"key": label, "effect": "NoSchedule"}]

    told = node_facts([a_node("labelled", labels={label: ""}), tainted, a_node("worker")])

    assert [True, True, False] == [node.control_plane for node in told]


def test_a_node_tells_if_it_is_ready_and_schedulable() -> None:
    assert [
        NodeFact(name="a", ready=True, schedulable=True, control_plane=False),
        NodeFact(name="b", ready=False, schedulable=False, control_plane=False),
    ] == node_facts([a_node("a"), a_node("b", ready=False, unschedulable=True)])


def test_a_condition_that_is_unknown_is_not_true() -> None:
    node = a_node("a")
    node["status"]["conditions"][0]["status"] = "Unknown"

    assert [False] == [fact.ready for fact in node_facts([node])]
