"""
Several objects at once: how they are asked for, page by page, and how a watch of them goes on.
"""

from contextlib import aclosing
from typing import Any

import pytest
from yarl import URL

from executor.core.errors import ClusterError, Forbidden, NotServed
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Target
from executor.kube import KubeCluster, watching
from tests.builders import a_deployment, a_pod
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_status, an_object, events
from tests.waiting import within

PODS = Query("Pod", "shop", selector={"matchLabels": {"app": "web"}})
WIDGET = Target(kind="Widget", api_version="example.com/v1", namespace="shop", name="w")
GONE = a_status(410, "Expired")
SERVED = an_object({"resources": [{"name": "widgets", "kind": "Widget", "namespaced": True}]})


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_pause_seconds", lambda _: 0.0)


def pod(name: str, version: int) -> Manifest:
    manifest = a_pod(name)
    manifest["metadata"] |= {"uid": f"u-{name}", "resourceVersion": str(version)}
    return manifest


def listed(version: int, *items: Manifest, more: str | None = None) -> Answer:
    return an_object({"metadata": {"resourceVersion": str(version), "continue": more}, "items": list(items)})


def changed(kind: str, manifest: Manifest) -> dict[str, Any]:
    return {"type": kind, "object": manifest}


def told(state: tuple[Manifest, ...]) -> dict[str, str]:
    return {each["metadata"]["name"]: each["metadata"]["resourceVersion"] for each in state}


def asked(server: ScriptedServer) -> list[dict[str, str]]:
    return [dict(URL(each.url, encoded=True).query) for each in server.requests]


@pytest.mark.requirement("VER-1")
async def test_a_watch_of_several_objects_goes_on_from_where_it_was_cut(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(
        listed(5, pod("b", 4), pod("a", 3)),
        events(changed("ADDED", pod("c", 6)), changed("MODIFIED", pod("a", 3)), changed("MODIFIED", pod("a", 7))),
        Answer(silent=True),
        events(changed("DELETED", pod("b", 8)), changed("DELETED", pod("b", 9)), stuck=True),
    )

    async with aclosing(scripted_cluster.watch_all(PODS)) as states:
        found = [told(await within(anext(states))) for _ in range(4)]

    assert [
        {"a": "3", "b": "4"},
        {"a": "3", "b": "4", "c": "6"},
        {"a": "7", "b": "4", "c": "6"},
        {"a": "7", "c": "6"},
    ] == found
    assert ["a", "b"] == [*found[0]]
    assert [None, "5", "7", "7"] == [each.get("resourceVersion") for each in asked(api_server)]
    assert {"app=web"} == {each["labelSelector"] for each in asked(api_server)}


@pytest.mark.requirement("VER-1")
async def test_a_version_that_the_server_forgot_is_listed_again_and_told_if_it_is_news(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(
        listed(5, pod("a", 4)),
        GONE,
        listed(50, pod("a", 4)),
        GONE,
        listed(60, pod("b", 59)),
        events(changed("MODIFIED", pod("b", 61)), stuck=True),
    )

    async with aclosing(scripted_cluster.watch_all(PODS)) as states:
        found = [told(await within(anext(states))) for _ in range(3)]

    assert [{"a": "4"}, {"b": "59"}, {"b": "61"}] == found


async def test_what_waiting_cannot_heal_ends_the_watch_of_several_objects(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(a_status(403, "Forbidden", 'User "x" cannot list resource "pods"'))

    async with aclosing(scripted_cluster.watch_all(PODS)) as states:
        with pytest.raises(Forbidden, match="Grant it list on pods in namespace shop"):
            await within(anext(states))


async def test_a_list_whose_first_page_is_forgotten_begins_anew(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(
        listed(5, pod("a", 1), more="behind"), GONE, listed(9, pod("a", 2), more="behind"), listed(9, pod("b", 3))
    )

    found = await scripted_cluster.related({"pods": PODS})

    assert {"a": "2", "b": "3"} == told(found["pods"])
    assert [None, "behind", None, "behind"] == [each.get("continue") for each in asked(api_server)]


async def test_a_list_that_is_always_forgotten_is_given_up(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(GONE)

    with pytest.raises(ClusterError) as caught:
        await scripted_cluster.related({"pods": PODS})

    assert (410, 3) == (caught.value.http_status, len(api_server.requests))


async def test_an_object_that_is_named_is_read_and_not_listed(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    """
    Whoever may read one Secret need not be allowed to list them all.
    """
    api_server.script(an_object(a_deployment()))

    await scripted_cluster.related({"it": Query("Deployment", "shop", name="web")})

    assert ["/apis/apps/v1/namespaces/shop/deployments/web"] == [each.url for each in api_server.requests]


async def test_a_name_in_every_namespace_is_looked_for_in_a_list(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(listed(5, a_deployment()))

    found = await scripted_cluster.related({"it": Query("Deployment", name="web")})

    (sent,) = api_server.requests
    assert ("/apis/apps/v1/deployments", "metadata.name=web") == (
        URL(sent.url, encoded=True).path,
        URL(sent.url, encoded=True).query["fieldSelector"],
    )
    assert 1 == len(found["it"])


async def test_values_of_a_field_selector_are_escaped(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(listed(5))

    await scripted_cluster.related({"it": Query("Event", "shop", fields={"reason": "a,b=c\\d"})})

    assert [r"reason=a\,b\=c\\d"] == [each["fieldSelector"] for each in asked(api_server)]


async def test_the_error_of_one_question_is_the_error_of_all(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(a_status(403, "Forbidden", 'User "x" cannot list resource "pods"'))

    with pytest.raises(Forbidden):
        await scripted_cluster.related({"pods": PODS, "others": Query("Pod", "shop")})


async def test_a_custom_resource_is_looked_up_once_and_named_with_its_group(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(SERVED, a_status(403, "Forbidden", 'User "x" cannot get resource "widgets"'))

    for _ in range(2):
        with pytest.raises(Forbidden, match=r"widget\.example\.com/shop/w: .* Grant it get on widgets\.example\.com"):
            await scripted_cluster.read(WIDGET)

    path = "/apis/example.com/v1/namespaces/shop/widgets/w"
    assert ["/apis/example.com/v1", path, path] == [each.url for each in api_server.requests]


async def test_a_definition_that_goes_while_its_objects_are_watched_ends_the_watch(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(SERVED, listed(5), a_status(404, "NotFound"))

    async with aclosing(scripted_cluster.watch(WIDGET)) as states:
        assert None is await within(anext(states))
        with pytest.raises(NotServed):
            await within(anext(states))


async def test_a_scale_is_read_at_each_change_of_its_object_and_told_once(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    def scale(replicas: int) -> Answer:
        return an_object({"kind": "Scale", "metadata": {"resourceVersion": "9"}, "spec": {"replicas": replicas}})

    one = pod("w", 4)
    api_server.script(
        SERVED,
        listed(5, one),
        scale(2),
        events(changed("MODIFIED", pod("w", 6)), changed("MODIFIED", pod("w", 7)), changed("DELETED", one), stuck=True),
        scale(2),
        scale(3),
    )

    async with aclosing(scripted_cluster.watch(WIDGET, subresource="scale")) as states:
        found = [await within(anext(states)) for _ in range(3)]

    assert [2, 3, None] == [state and state["spec"]["replicas"] for state in found]
    assert 3 == sum(each.url.endswith("/widgets/w/scale") for each in api_server.requests)
