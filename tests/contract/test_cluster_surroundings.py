"""
The cluster contract: what a policy rests on beside the target.
"""

import pytest

from executor.core.facts import FactName, Facts
from executor.core.policy import NamespaceInput
from executor.core.target import Target
from tests.builders import a_budget, a_node, a_quota, an_autoscaler
from tests.fixtures.cluster_worlds import World

pytestmark = [pytest.mark.requirement("GATE-7"), pytest.mark.requirement("GATE-12")]


async def test_surroundings_hold_namespace_and_every_fact_that_is_wanted(world: World, web: Target) -> None:
    await world.running(web, 2)
    await world.create(a_budget("for-web", world.namespace, app="web"))
    await world.create(an_autoscaler("web", world.namespace, of="web"))
    await world.create(a_quota("team", world.namespace, hard={"services": "5"}))
    node = await world.create(a_node(f"{world.namespace}-node"))
    await world.edit(
        Target(kind="Namespace", name=world.namespace),
        {"metadata": {"labels": {"tier": "gold"}, "annotations": {"owner": "shop-team"}}},
    )

    found = await world.cluster.surroundings(web, live=await world.cluster.read(web), wanted=frozenset(FactName))

    assert isinstance(found.namespace, NamespaceInput)
    assert "gold" == found.namespace.labels["tier"]
    assert "shop-team" == found.namespace.annotations["owner"]
    facts = found.facts
    assert [("Running", True)] * 2 == [(pod.phase, pod.ready) for pod in facts.pods or []]
    assert (["for-web"], ["web"], ["team"]) == tuple(
        [each.name for each in gathered or []] for gathered in (facts.budgets, facts.autoscalers, facts.quota)
    )
    assert node.name in [each.name for each in facts.nodes or []]
    assert ([], {}) == (facts.owners, facts.unknown)


async def test_only_wanted_facts_are_gathered(world: World, web: Target) -> None:
    live = await world.cluster.read(web)

    found = await world.cluster.surroundings(web, live=live, wanted=frozenset({FactName.BUDGETS}))

    assert Facts(budgets=[]) == found.facts


async def test_a_fact_that_cannot_be_known_says_why(world: World) -> None:
    """
    A node is in no namespace, so it has no quota; nothing sets its replicas.
    """
    node = await world.create(a_node(f"{world.namespace}-node"))
    wanted = frozenset({FactName.QUOTA, FactName.AUTOSCALERS})

    found = await world.cluster.surroundings(node, live=await world.cluster.read(node), wanted=wanted)

    assert None is found.namespace
    assert (None, None) == (found.facts.quota, found.facts.autoscalers)
    assert dict.fromkeys(["autoscalers", "quota"], "the target is in no namespace") == found.facts.unknown
