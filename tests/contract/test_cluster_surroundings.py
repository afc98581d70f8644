"""
The cluster contract: what a policy rests on beside the target.
"""

import pytest

from executor.core.facts import BudgetFact, FactName
from executor.core.policy import NamespaceInput
from executor.core.target import Target
from tests.builders import a_budget, a_node
from tests.fixtures.cluster_worlds import World


@pytest.mark.requirement("GATE-7")
@pytest.mark.requirement("GATE-12")
async def test_surroundings_hold_namespace_pods_budgets_and_nodes(world: World, web: Target) -> None:
    await world.running(web, 2)
    await world.create(a_budget("for-web", world.namespace, app="web"))
    await world.create(a_budget("for-others", world.namespace, app="api"))
    await world.edit(
        Target(kind="Namespace", name=world.namespace),
        {"metadata": {"labels": {"tier": "gold"}, "annotations": {"owner": "shop-team"}}},
    )
    node = await world.create(a_node(f"{world.namespace}-node"))

    found = await world.cluster.surroundings(web, live=await world.cluster.read(web), wanted=frozenset(FactName))

    assert isinstance(found.namespace, NamespaceInput)
    assert "gold" == found.namespace.labels["tier"]
    assert "shop-team" == found.namespace.annotations["owner"]
    assert [("Running", True)] * 2 == [(pod.phase, pod.ready) for pod in found.facts.pods or []]
    assert [BudgetFact] == [type(each) for each in found.facts.budgets or []]
    assert ["for-web"] == [each.name for each in found.facts.budgets or []]
    assert node.name in [each.name for each in found.facts.nodes or []]
    assert {} == found.facts.unknown


async def test_only_wanted_facts_are_gathered(world: World, web: Target) -> None:
    live = await world.cluster.read(web)

    found = await world.cluster.surroundings(web, live=live, wanted=frozenset({FactName.BUDGETS}))

    assert (None, [], None, {}) == (found.facts.pods, found.facts.budgets, found.facts.nodes, found.facts.unknown)


async def test_a_fact_that_cannot_be_known_says_why(world: World) -> None:
    node = await world.create(a_node(f"{world.namespace}-node"))

    found = await world.cluster.surroundings(
        node, live=await world.cluster.read(node), wanted=frozenset({FactName.PODS, FactName.BUDGETS})
    )

    assert None is found.namespace
    assert (None, None) == (found.facts.pods, found.facts.budgets)
    assert {
        "pods": "the target selects no pods",
        "budgets": "the target has no pod template",
    } == found.facts.unknown
