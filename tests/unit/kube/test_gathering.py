"""
A fact that cannot be read is None with its reason, and takes no other fact with it.
"""

import pytest

from executor.core.errors import ClusterUnavailable
from executor.core.facts import FactName
from executor.core.model import Manifest
from executor.core.target import Target
from executor.kube.gathering import gather
from tests.builders import a_deployment, a_namespace, a_node, a_pod

WEB = Target(kind="Deployment", namespace="shop", name="web")
pytestmark = [pytest.mark.requirement("GATE-7"), pytest.mark.requirement("GATE-12")]


async def read(_: Target) -> Manifest:
    return a_namespace(labels={"tier": "gold"})


async def test_one_unreadable_fact_leaves_the_others() -> None:
    async def list_objects(kind: str, *_: object) -> list[Manifest]:
        if kind == "Pod":
            raise ClusterUnavailable("pods in shop: list failed: no answer within the time limit." + "x" * 1000)
        return [a_node()] if kind == "Node" else []

    found = await gather(WEB, a_deployment(), frozenset(FactName), read=read, list_objects=list_objects)

    assert (None, [], ["worker-1"]) == (
        found.facts.pods,
        found.facts.budgets,
        [node.name for node in found.facts.nodes or []],
    )
    assert ["pods"] == list(found.facts.unknown)
    assert found.facts.unknown["pods"].startswith("pods in shop: list failed: no answer")
    assert 300 == len(found.facts.unknown["pods"])


async def test_an_unreadable_namespace_is_none_with_its_reason() -> None:
    async def unreadable(_: Target) -> Manifest:
        raise ClusterUnavailable("namespace/shop: read failed")

    async def list_objects(*_: object) -> list[Manifest]:
        return [a_pod()]

    found = await gather(WEB, a_deployment(), frozenset({FactName.PODS}), read=unreadable, list_objects=list_objects)

    assert None is found.namespace
    assert {"namespace": "namespace/shop: read failed"} == found.facts.unknown
    assert ["web-1"] == [pod.name for pod in found.facts.pods or []]


@pytest.mark.parametrize(
    "selector",
    [None, {}, {"matchLabels": {}}, {"matchExpressions": [{"key": "a", "operator": "Near", "values": ["b"]}]}],
    ids=["absent", "empty", "without labels", "of an unknown operator"],
)
async def test_a_workload_without_a_usable_selector_has_no_known_pods(selector: object) -> None:
    """
    To list without a selector would pass every pod of the namespace off as the workload's.
    """

    async def list_objects(*_: object) -> list[Manifest]:
        raise AssertionError("nothing may be listed")

    live = a_deployment()
    live["spec"]["selector"] = selector

    found = await gather(WEB, live, frozenset({FactName.PODS}), read=read, list_objects=list_objects)

    assert {"pods": "the target selects no pods"} == found.facts.unknown
