"""
What the fake cluster does beyond the contract: pods that are replaced, time, budgets that recover, owners of fields.
"""

from typing import Any

import pytest

from executor.core.action import Form, Wire
from executor.core.change import Change, change_of
from executor.core.model import ABSENT, Manifest
from executor.core.ownership import written_at
from executor.core.target import RESOURCES, Target
from tests.builders import a_budget, a_deployment, a_node, a_pod, a_replica_set, target_of
from tests.fakes.cluster import FakeCluster
from tests.fakes.managed_fields import after_apply, after_update, fields_of, owned
from tests.fakes.merging import merged, without

POD = Target(kind="Pod", namespace="shop", name="web-1")


def controlled(cluster: FakeCluster, by: Manifest, pod: Manifest) -> Target:
    owner = cluster.put(by)
    reference = {"kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
    pod["metadata"]["ownerReferences"] = [{**reference, "controller": True}]
    return target_of(cluster.put(pod))


def evicting(cluster: FakeCluster, pod: Target) -> Change:
    live = cluster.now(pod)
    return change_of(pod, RESOURCES["Pod"], live=live, desired=ABSENT, differences=(), form=Form(Wire.EVICTION))


def pods(cluster: FakeCluster) -> list[Manifest]:
    return [each for each in cluster._objects.all() if each["kind"] == "Pod"]


async def test_an_evicted_pod_is_replaced_on_a_node_that_takes_pods() -> None:
    cluster = FakeCluster(a_node("worker-1", unschedulable=True), a_node("worker-2"), a_budget())
    pod = controlled(cluster, a_replica_set("web-1"), a_pod("web-1-a"))

    await cluster.apply(evicting(cluster, pod))

    (successor,) = pods(cluster)
    assert ("worker-2", "Running") == (successor["spec"]["nodeName"], successor["status"]["phase"])
    assert pod.name != successor["metadata"]["name"]
    assert 1 == cluster.now(target_of(a_budget()))["status"]["disruptionsAllowed"]


async def test_a_replacement_waits_where_no_node_takes_pods() -> None:
    cluster = FakeCluster(a_node("worker-1", unschedulable=True))
    pod = controlled(cluster, a_replica_set("web-1"), a_pod("web-1-a"))

    await cluster.apply(evicting(cluster, pod))

    (successor,) = pods(cluster)
    assert ("Pending", None) == (successor["status"]["phase"], successor["spec"].get("nodeName"))


@pytest.mark.parametrize("controllers", [True, False])
async def test_nobody_replaces_a_pod_without_a_controller(controllers: bool) -> None:  # noqa: FBT001 - a test's case
    cluster = FakeCluster(a_pod(), a_budget(disruptions_allowed=1), controllers=controllers)

    await cluster.apply(evicting(cluster, POD))

    assert [] == pods(cluster)
    assert 0 == cluster.now(target_of(a_budget()))["status"]["disruptionsAllowed"]


async def test_what_we_wrote_last_can_be_told_from_what_came_before() -> None:
    cluster = FakeCluster(a_deployment())
    web = target_of(a_deployment())
    live = cluster.now(web)
    body = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"paused": True}}
    form = Form(Wire.STRATEGIC_MERGE_PATCH, body=body)

    applied = await cluster.apply(
        change_of(web, RESOURCES["Deployment"], live=live, desired={"x": 1}, differences=(), form=form)
    )
    later = cluster.put(a_pod())

    since = written_at(applied.manifest)
    assert None is written_at(live)
    assert since is not None
    assert live["metadata"]["creationTimestamp"] < since < later["metadata"]["creationTimestamp"]


def manifest(**data: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": data}


def owners(entries: list[dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    return {(each["manager"], each["operation"]): {field[-1] for field in owned(each)} for each in entries}


def held(document: Manifest, entries: list[dict[str, Any]]) -> Manifest:
    return {**document, "metadata": {**document["metadata"], "managedFields": entries}}


def test_an_update_takes_the_fields_that_it_changes() -> None:
    first = manifest(a="1", b="1")
    before = held(first, after_update(ABSENT, first, manager="one", time="t1"))

    entries = after_update(before, manifest(a="2", c="1"), manager="two", time="t2")

    assert {("two", "Update"): {"a", "c"}} == owners(entries)


def test_an_apply_shares_what_it_leaves_as_it_is() -> None:
    first = manifest(a="1", b="1")
    before = held(first, after_update(ABSENT, first, manager="one", time="t1"))

    entries = after_apply(before, first, fields_of(manifest(a="1")), manager="two", time="t2")

    assert {("one", "Update"): {"a", "b"}, ("two", "Apply"): {"a"}} == owners(entries)


def test_owners_that_the_fake_cannot_address_are_kept_as_they_came() -> None:
    """
    Ports have no name, so the API server keys them otherwise.
    """
    ports: dict[str, Any] = {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}
    entry = {"manager": "one", "operation": "Update", "apiVersion": "v1", "time": "t", "fieldsV1": ports}

    (kept,) = after_update(held(manifest(), [entry]), manifest(), manager="two", time="t2")

    assert ports == kept["fieldsV1"]


def test_a_merge_follows_names_and_directives() -> None:
    document = {"items": [{"name": "a", "x": 1}, {"name": "b"}], "plain": [1, 2], "map": {"k": 1, "l": 2}}
    patch = {
        "items": [{"name": "a", "y": 2}, {"name": "b", "$patch": "delete"}, {"name": "c"}],
        "plain": [3],
        "map": {"k": None},
        "$setElementOrder/items": [],
    }

    assert {"items": [{"name": "a", "x": 1, "y": 2}, {"name": "c"}], "plain": [3], "map": {"l": 2}} == merged(
        document, patch
    )


def test_a_merge_replaces_where_it_is_told_to() -> None:
    assert {"map": {"b": 1}} == merged({"map": {"a": 1}}, {"map": {"$patch": "replace", "b": 1}})
    assert {"items": [{"name": "z"}]} == merged(
        {"items": [{"name": "a"}]}, {"items": [{"$patch": "replace"}, {"name": "z"}]}
    )


def test_what_is_taken_away_leaves_nothing_empty() -> None:
    document = {"data": {"a": 1}, "items": [{"name": "x", "v": 1}, {"name": "y"}]}

    assert {"items": [{"name": "y"}]} == without(
        document, {("data", "a"), ("items", "[name=x]", "."), ("items", "[name=x]", "v"), ("items", "[name=x]", "name")}
    )
