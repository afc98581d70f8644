"""
A fact that cannot be read is None with its reason, takes no other fact with it, and keeps the step waiting for little.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from executor.core.errors import ClusterUnavailable, TargetNotFound
from executor.core.facts import FactName
from executor.core.model import ABSENT, Manifest
from executor.core.query import Query
from executor.core.target import Target
from executor.engine.ports import Live, Surroundings
from executor.kube.gathering import gather
from tests.builders import (
    a_budget,
    a_deployment,
    a_namespace,
    a_node,
    a_pod,
    a_quota,
    a_stateful_set,
    an_autoscaler,
    target_of,
)

WEB = Target(kind="Deployment", namespace="shop", name="web")
NODE = Target(kind="Node", name="worker-1")
EVERYTHING = frozenset(FactName)
pytestmark = [pytest.mark.requirement("GATE-7"), pytest.mark.requirement("GATE-12"), pytest.mark.looptime]


class Around:
    """
    What lies around a target. Each request takes a second, one after another `in_a_row`; those in `lost` fail.
    """

    def __init__(self, *objects: Manifest, lost: frozenset[str] = frozenset()) -> None:
        self.objects = [a_namespace(labels={"tier": "gold"}), *objects]
        self.lost = lost
        self.queries: list[Query] = []
        self.reads: list[Target] = []

    async def read(self, target: Target) -> Manifest:
        self.reads.append(target)
        await self._asked(target.kind)
        found = [each for each in self.objects if target_of(each) == target]
        if not found:
            raise TargetNotFound(f"{target}: read failed: it does not exist.")
        return found[0]

    async def list(self, query: Query, *, at_most: int | None = None) -> list[Manifest]:
        self.queries.append(query)
        await self._asked(query.kind)
        found = [each for each in self.objects if each["kind"] == query.kind]
        return found if at_most is None else found[: at_most + 1]

    async def _asked(self, kind: str) -> None:
        await asyncio.sleep(1)
        if kind in self.lost:
            raise ClusterUnavailable(f"{kind}: no answer within the time limit." + "x" * 1000)

    async def gathered(self, target: Target, live: Live, *wanted: FactName) -> Surroundings:
        return await gather(target, live, frozenset(wanted), read=self.read, list_objects=self.list)


def controlled(manifest: Manifest, by: Manifest, **other: str) -> Manifest:
    """
    Return an object that another one controls.
    """
    reference = {
        "apiVersion": by["apiVersion"],
        "kind": by["kind"],
        "name": by["metadata"]["name"],
        "uid": by["metadata"].get("uid", ""),
        "controller": True,
        **other,
    }
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [reference]}}


def with_uid(manifest: Manifest, uid: str, **changes: Any) -> Manifest:
    return {**manifest, **changes, "metadata": {**manifest["metadata"], "uid": uid}}


def a_chain() -> tuple[Manifest, Manifest, Manifest]:
    """
    Return a pod, its ReplicaSet and its Deployment, which a custom resource controls.
    """
    rollout = {"apiVersion": "example.com/v1", "kind": "Rollout", "metadata": {"name": "web", "uid": "u-rollout"}}
    deployment = controlled(with_uid(a_deployment(), "u-deployment"), rollout)
    replica_set = controlled(with_uid(a_deployment("web-5d4"), "u-replica-set", kind="ReplicaSet"), deployment)
    return controlled(a_pod(), replica_set), replica_set, deployment


async def test_one_unreadable_fact_leaves_the_others() -> None:
    around = Around(a_node(), lost=frozenset({"Pod"}))

    found = await around.gathered(WEB, a_deployment(), *EVERYTHING)

    assert (None, [], ["worker-1"]) == (
        found.facts.pods,
        found.facts.budgets,
        [node.name for node in found.facts.nodes or []],
    )
    assert ["pods"] == list(found.facts.unknown)
    assert found.facts.unknown["pods"].startswith("Pod: no answer within the time limit.")
    assert 300 == len(found.facts.unknown["pods"])


async def test_an_unreadable_namespace_is_none_with_its_reason() -> None:
    around = Around(a_pod(), lost=frozenset({"Namespace"}))

    found = await around.gathered(WEB, a_deployment(), FactName.PODS)

    assert None is found.namespace
    assert ["namespace"] == list(found.facts.unknown)
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
    live = a_deployment()
    live["spec"]["selector"] = selector
    around = Around(a_pod())

    found = await around.gathered(WEB, live, FactName.PODS)

    assert ({"pods": "the target selects no pods"}, []) == (found.facts.unknown, around.queries)


async def test_more_pods_than_a_policy_input_holds_are_not_known() -> None:
    around = Around(*(a_pod(f"web-{number}") for number in range(501)))

    full = await Around(*around.objects[:-1]).gathered(WEB, a_deployment(), FactName.PODS)
    over = await around.gathered(WEB, a_deployment(), FactName.PODS)

    assert (500, {}) == (len(full.facts.pods or []), full.facts.unknown)
    assert (None, {"pods": "it has more than 500 pods"}) == (over.facts.pods, over.facts.unknown)


async def test_a_pod_is_its_own_pods_and_under_its_own_budgets() -> None:
    around = Around(a_pod("web-2"), a_budget("for-web"), a_budget("for-others", app="api"))

    found = await around.gathered(target_of(a_pod()), a_pod(), FactName.PODS, FactName.BUDGETS)

    assert ["web-1"] == [pod.name for pod in found.facts.pods or []]
    assert ["for-web"] == [budget.name for budget in found.facts.budgets or []]
    assert ["PodDisruptionBudget"] == [query.kind for query in around.queries]


async def test_pods_on_a_node_are_listed_once_for_all_facts() -> None:
    around = Around(a_pod(), a_budget("for-web"), a_budget("elsewhere", "other"))

    found = await around.gathered(NODE, a_node(), FactName.PODS, FactName.BUDGETS)

    assert ["web-1"] == [pod.name for pod in found.facts.pods or []]
    assert ["for-web"] == [budget.name for budget in found.facts.budgets or []]
    assert [
        Query("Pod", fields={"spec.nodeName": "worker-1"}),
        Query("PodDisruptionBudget"),
    ] == sorted(around.queries, key=lambda query: query.kind)


async def test_what_rests_on_the_pods_of_a_node_is_not_known_without_them() -> None:
    around = Around(a_budget(), lost=frozenset({"Pod"}))

    found = await around.gathered(NODE, a_node(), FactName.PODS, FactName.BUDGETS)

    assert (None, None) == (found.facts.pods, found.facts.budgets)
    assert {"pods", "budgets"} == set(found.facts.unknown)


async def test_budgets_of_what_has_no_template_stand_over_its_pods() -> None:
    """
    Such as a custom workload, of which only the scale can be read.
    """
    scale = {"kind": "Scale", "metadata": {"name": "web"}, "spec": {}, "status": {"selector": "app=web"}}
    rollout = Target(kind="Rollout", namespace="shop", name="web", api_version="example.com/v1")
    around = Around(a_pod(), a_budget("for-web"), a_budget("for-others", app="api"))

    found = await around.gathered(rollout, scale, FactName.BUDGETS)

    assert ["for-web"] == [budget.name for budget in found.facts.budgets or []]


async def test_the_owners_of_a_scale_are_those_of_its_object() -> None:
    _, replica_set, deployment = a_chain()
    around = Around(replica_set, deployment)

    found = await around.gathered(target_of(replica_set), {"kind": "Scale", "metadata": {}}, FactName.OWNERS)

    assert ["Deployment", "Rollout"] == [owner.kind for owner in found.facts.owners or []]


async def test_the_workloads_of_a_nodes_pods_are_read_once_each_behind_their_list() -> None:
    """
    A static pod is the node's, and a kind that is not known says nothing of its size.
    """
    pod, replica_set, deployment = a_chain()
    other = controlled(a_pod("web-2"), replica_set)
    static = controlled(a_pod("static"), with_uid(a_node(), "u-node"))
    strange = controlled(a_pod("strange"), with_uid(a_node("odd"), "u-odd", kind="Strange"))
    around = Around(pod, other, static, strange, replica_set, deployment)

    began = asyncio.get_running_loop().time()
    found = await around.gathered(NODE, a_node(), FactName.WORKLOADS)

    assert [("ReplicaSet", "web-5d4", 1, "web"), ("Strange", "odd", None, None)] == [
        (each.kind, each.name, each.pods, each.owner and each.owner.name) for each in found.facts.workloads or []
    ]
    assert (["replicaset/shop/web-5d4"], 2) == (
        [str(each) for each in around.reads],
        asyncio.get_running_loop().time() - began,
    )


async def test_the_workload_of_a_pod_that_has_lost_its_owner_is_of_no_known_size() -> None:
    pod, replica_set, _ = a_chain()
    renewed = with_uid(replica_set, "u-renewed")

    for objects in ((), (renewed,)):
        found = await Around(*objects).gathered(target_of(pod), pod, FactName.WORKLOADS)
        assert [("web-5d4", None)] == [(each.name, each.pods) for each in found.facts.workloads or []]


async def test_workloads_that_cannot_be_read_are_not_known() -> None:
    pod, replica_set, _ = a_chain()
    around = Around(pod, replica_set, lost=frozenset({"ReplicaSet"}))

    found = await around.gathered(NODE, a_node(), FactName.WORKLOADS)

    assert None is found.facts.workloads
    assert found.facts.unknown["workloads"].startswith("ReplicaSet: no answer within the time limit.")


async def test_only_pods_and_nodes_have_workloads_to_look_for() -> None:
    around = Around(a_pod())

    assert [] == (await around.gathered(WEB, a_deployment(), FactName.WORKLOADS)).facts.workloads
    assert [] == around.queries


async def test_the_chain_of_owners_ends_with_a_kind_that_is_not_known() -> None:
    pod, *above = a_chain()
    around = Around(*above)

    found = await around.gathered(target_of(pod), pod, FactName.OWNERS)

    assert ["ReplicaSet/web-5d4", "Deployment/web", "Rollout/web"] == [
        f"{owner.kind}/{owner.name}" for owner in found.facts.owners or []
    ]
    assert ["ReplicaSet", "Deployment", "Namespace"] == sorted(
        (each.kind for each in around.reads), key=["ReplicaSet", "Deployment", "Namespace"].index
    )


async def test_a_chain_that_leads_in_a_circle_ends() -> None:
    one, other = (with_uid(a_deployment(name), f"u-{name}") for name in ("one", "other"))
    one, other = controlled(one, other), controlled(other, one)

    found = await Around(one, other).gathered(target_of(one), one, FactName.OWNERS)

    assert ["other", "one", "other"] == [owner.name for owner in found.facts.owners or []]


LOST_OWNERS: dict[str, tuple[Mapping[str, str], str]] = {
    "it is gone": ({"name": "web-old", "uid": "u-replica-set"}, "replicaset/shop/web-old: read failed"),
    "another has its name": ({"uid": "u-old"}, "another object has the name of an owner that was deleted"),
    "its name is none": ({"name": "../../secrets"}, "an owner reference that names no object"),
}


@pytest.mark.parametrize(("reference", "reason"), LOST_OWNERS.values(), ids=LOST_OWNERS)
async def test_an_owner_that_cannot_be_read_leaves_the_chain_unknown(reference: Mapping[str, str], reason: str) -> None:
    _, replica_set, deployment = a_chain()
    pod = controlled(a_pod(), replica_set, **reference)

    found = await Around(replica_set, deployment).gathered(target_of(pod), pod, FactName.OWNERS)

    assert None is found.facts.owners
    assert reason in found.facts.unknown["owners"]


async def test_what_needs_a_namespace_is_not_known_without_one() -> None:
    around = Around(an_autoscaler(), a_quota(hard={"pods": "1"}))

    found = await around.gathered(
        Target(kind="ClusterRole", name="x"),
        {"kind": "ClusterRole", "metadata": {"name": "x"}},
        FactName.AUTOSCALERS,
        FactName.QUOTA,
        FactName.BUDGETS,
    )

    assert dict.fromkeys(["autoscalers", "budgets", "quota"], "the target is in no namespace") == found.facts.unknown
    assert [] == around.queries


async def test_what_does_not_exist_has_no_pods_no_budgets_and_no_owners() -> None:
    around = Around(a_pod(), a_budget(), a_quota(hard={"pods": "5"}))
    wanted = EVERYTHING - {FactName.NODES}

    found = await around.gathered(WEB, ABSENT, *wanted)

    assert ([], [], [], []) == (found.facts.pods, found.facts.budgets, found.facts.owners, found.facts.autoscalers)
    assert ["team"] == [quota.name for quota in found.facts.quota or []]
    assert {} == found.facts.unknown


@pytest.mark.parametrize(
    "live", [a_deployment(), a_stateful_set(), a_chain()[0], a_node()], ids=lambda live: str(live["kind"])
)
async def test_facts_add_two_requests_in_a_row_to_the_read_of_the_target(live: Manifest) -> None:
    _, *above = a_chain()
    around = Around(*above, a_pod(), a_budget(), an_autoscaler(), a_quota(hard={"pods": "5"}), a_node())

    async def read() -> Manifest:
        await asyncio.sleep(1)
        return live

    begun = asyncio.get_running_loop().time()
    found = await around.gathered(target_of(live), asyncio.ensure_future(read()), *EVERYTHING)

    assert 1 + 2 >= asyncio.get_running_loop().time() - begun
    assert (live["kind"] == "Node") == bool(found.facts.unknown)


async def test_what_fails_while_others_are_under_way_leaves_nothing_behind() -> None:
    """
    The budgets are being listed when the target turns out to be gone.
    """

    async def gone() -> Manifest:
        raise TargetNotFound("deployment/shop/web: read failed: it does not exist.")

    found = await Around(a_budget()).gathered(WEB, asyncio.ensure_future(gone()), FactName.BUDGETS, FactName.PODS)

    assert {"budgets", "pods"} == set(found.facts.unknown)
    assert {asyncio.current_task()} == asyncio.all_tasks()
