"""
The cluster contract: what is read and watched beside the target.
"""

from contextlib import aclosing

import pytest

from executor.core.errors import UnsafeRequest
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Target
from tests.contract.cluster_helpers import until
from tests.fixtures.cluster_worlds import World
from tests.waiting import within

pytestmark = pytest.mark.requirement("ACT-2")

APP = {"matchLabels": {"app": "web"}}


async def settings(world: World, name: str, **labels: str) -> Target:
    metadata = {"name": name, "namespace": world.namespace, "labels": {"app": "web", **labels}}
    return await world.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


def names(manifests: tuple[Manifest, ...]) -> list[str]:
    return [each["metadata"]["name"] for each in manifests]


async def test_several_questions_are_answered_by_their_names(world: World) -> None:
    for name, tier in (("a", "front"), ("b", "back"), ("c", "front")):
        await settings(world, name, tier=tier)
    front = {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}], **APP}
    asked = {
        "named": Query("ConfigMap", world.namespace, name="b"),
        "front": Query("ConfigMap", world.namespace, selector=front),
        "all": Query("ConfigMap", world.namespace, selector=APP),
        "field": Query("ConfigMap", world.namespace, fields={"metadata.name": "c"}, selector=APP),
        "everywhere": Query("ConfigMap", selector=front, fields={"metadata.namespace": world.namespace}),
        "nobody": Query("ConfigMap", world.namespace, name="nobody"),
        "no kind": Query("Gadget", world.namespace, api_version="gadgets.example.com/v1"),
        "namespace": Query("Namespace", name=world.namespace),
    }

    found = await world.cluster.related(asked)

    assert {
        "named": ["b"],
        "front": ["a", "c"],
        "all": ["a", "b", "c"],
        "field": ["c"],
        "everywhere": ["a", "c"],
        "nobody": [],
        "no kind": [],
        "namespace": [world.namespace],
    } == {name: names(objects) for name, objects in found.items()}
    assert {("v1", "ConfigMap")} == {(each["apiVersion"], each["kind"]) for each in (*found["named"], *found["all"])}


async def test_no_question_has_no_answer(world: World) -> None:
    assert {} == await world.cluster.related({})


async def test_pods_are_selected_by_the_node_they_run_on(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    node = (await world.cluster.read(pod))["spec"]["nodeName"]

    found = await world.cluster.related(
        {
            "there": Query("Pod", fields={"spec.nodeName": node}, selector=APP),
            "elsewhere": Query("Pod", world.namespace, fields={"spec.nodeName": "nowhere"}),
        }
    )

    assert pod.name in names(found["there"])
    assert () == found["elsewhere"]


@pytest.mark.requirement("VER-1")
async def test_a_watch_of_several_objects_tells_all_of_them_at_every_change(world: World) -> None:
    second = await settings(world, "b")
    await settings(world, "other", app="api")
    query = Query("ConfigMap", world.namespace, selector=APP)

    async with aclosing(world.cluster.watch_all(query)) as states:
        seen = [names(await within(anext(states)))]
        first = await settings(world, "a")
        seen.append(names(await within(until(states, lambda state: len(state) == 2))))
        await world.edit(second, {"data": {"mode": "fast"}})
        changed = await within(until(states, lambda state: any("data" in each for each in state)))
        await world.edit(second, {"metadata": {"labels": {"app": "api"}}})
        seen.append(names(await within(until(states, lambda state: len(state) == 1))))
        await world.delete(first)
        seen.append(names(await within(until(states, lambda state: not state))))

    assert [["b"], ["a", "b"], ["a"], []] == seen
    assert [None, {"mode": "fast"}] == [each.get("data") for each in changed]


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize(
    "query",
    [
        Query("ConfigMap", "../../x"),
        Query("ConfigMap", "shop", name=".."),
        Query("ConfigMap", "shop", name="a,metadata.name=b"),
        Query("ConfigMap", "shop", fields={"a=b,c": "d"}),
        Query("Widget", "shop", api_version="../v1"),
        Query("ConfigMap", "shop", selector={"matchExpressions": [{"key": "a", "operator": "Like", "values": ["b"]}]}),
    ],
    ids=["namespace", "dots", "selector in a name", "field", "version", "selector"],
)
async def test_a_question_that_is_unsafe_is_never_asked(world: World, query: Query) -> None:
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        await world.cluster.related({"it": query})
    async with aclosing(world.cluster.watch_all(query)) as states:
        with pytest.raises(UnsafeRequest, match="nothing was sent"):
            await anext(states)
