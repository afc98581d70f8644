"""
A kind that is not known by heart is asked for once in a while, and nothing unsafe is learned.
"""

import asyncio
from typing import Any

import pytest

from executor.core.errors import ClusterUnavailable, NotServed, UnsafeRequest
from executor.core.target import RESOURCES, Resource
from executor.kube.discovery import KEPT_SECONDS, Discovery

VERSION = "example.com/v1"


class Server:
    """
    Answers discovery documents, and counts who asks.
    """

    def __init__(self, *resources: dict[str, Any]) -> None:
        self.document: dict[str, Any] | Exception = {"resources": list(resources)}
        self.asked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.time = 1000.0

    def discovery(self) -> Discovery:
        return Discovery(self.ask, now=lambda: self.time)

    async def ask(self, path: str) -> dict[str, Any]:
        self.asked.append(path)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if isinstance(self.document, Exception):
            raise self.document
        return self.document


def entry(kind: str = "Widget", name: str = "widgets", *, namespaced: Any = True) -> dict[str, Any]:
    return {"kind": kind, "name": name, "namespaced": namespaced}


async def test_known_kinds_cost_no_request() -> None:
    server = Server()

    found = [await server.discovery().resource(kind, None) for kind in RESOURCES]

    assert (list(RESOURCES.values()), []) == (found, server.asked)


@pytest.mark.parametrize(
    ("version", "path"),
    [
        pytest.param("example.com/v1", "/apis/example.com/v1", id="a group"),
        pytest.param("v1", "/api/v1", id="the core"),
        pytest.param("autoscaling/v1", "/apis/autoscaling/v1", id="a known kind in another version"),
    ],
)
async def test_a_kind_is_looked_up_where_its_version_lives(version: str, path: str) -> None:
    server = Server(entry("HorizontalPodAutoscaler"), entry("Scope", "scopes", namespaced=False))
    discovery = server.discovery()

    found = [await discovery.resource(kind, version) for kind in ("HorizontalPodAutoscaler", "Scope")]

    assert [Resource(version, "widgets", namespaced=True), Resource(version, "scopes", namespaced=False)] == found
    assert [path] == server.asked


async def test_those_who_ask_at_the_same_time_share_one_request() -> None:
    server = Server(entry())
    discovery = server.discovery()

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(discovery.resource("Widget", VERSION))

    assert (1, 1) == (len(server.asked), server.most_at_once)


async def test_different_versions_do_not_wait_for_each_other() -> None:
    server = Server(entry())
    discovery = server.discovery()

    async with asyncio.TaskGroup() as group:
        for version in ("example.com/v1", "example.com/v2"):
            group.create_task(discovery.resource("Widget", version))

    assert 2 == server.most_at_once


async def test_what_was_found_is_asked_again_after_a_while() -> None:
    server = Server(entry())
    discovery = server.discovery()
    await discovery.resource("Widget", VERSION)
    server.document = {"resources": [entry(name="widgetz", namespaced=False)]}

    server.time += KEPT_SECONDS
    kept = await discovery.resource("Widget", VERSION)
    server.time += 1
    anew = await discovery.resource("Widget", VERSION)

    assert ("widgets", "widgetz") == (kept.plural, anew.plural)
    assert 2 == len(server.asked)


async def test_a_kind_that_is_missing_is_looked_for_once_more() -> None:
    """
    Its definition may have been made since the last look.
    """
    server = Server(entry())
    discovery = server.discovery()
    await discovery.resource("Widget", VERSION)
    server.time += 1
    server.document = {"resources": [entry(), entry("Gadget", "gadgets")]}

    assert "gadgets" == (await discovery.resource("Gadget", VERSION)).plural
    assert 2 == len(server.asked)


async def test_a_look_that_is_fresh_is_not_repeated_for_a_kind_that_is_missing() -> None:
    server = Server(entry())

    with pytest.raises(NotServed, match=r"does not serve kind Gadget in example\.com/v1"):
        await server.discovery().resource("Gadget", VERSION)

    assert 1 == len(server.asked)


async def test_a_version_that_is_not_served_is_not_kept() -> None:
    server = Server()
    discovery = server.discovery()
    server.document = NotServed("there is none")
    with pytest.raises(NotServed):
        await discovery.resource("Widget", VERSION)
    server.document = {"resources": [entry()]}

    assert "widgets" == (await discovery.resource("Widget", VERSION)).plural


async def test_a_server_that_cannot_answer_is_told_as_that() -> None:
    server = Server()
    server.document = ClusterUnavailable("down")

    with pytest.raises(ClusterUnavailable):
        await server.discovery().resource("Widget", VERSION)


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize(
    "plural", ["widgets/status", "..", "a/b", "web#", "widgets?x", "", "%2e%2e", "Widgets", None, 7]
)
async def test_a_plural_that_must_not_enter_a_url_is_not_learned(plural: Any) -> None:
    server = Server(entry(name=plural))

    with pytest.raises(NotServed):
        await server.discovery().resource("Widget", VERSION)


@pytest.mark.parametrize(
    "document", [{}, {"resources": None}, {"resources": ["widgets", {"kind": "Widget"}, entry(namespaced="yes")]}]
)
async def test_a_document_of_another_shape_serves_nothing(document: dict[str, Any]) -> None:
    server = Server()
    server.document = document

    with pytest.raises(NotServed):
        await server.discovery().resource("Widget", VERSION)


async def test_the_first_of_two_resources_of_a_kind_is_it() -> None:
    server = Server(entry(name="widgets/scale"), entry(), entry(name="others"))

    assert "widgets" == (await server.discovery().resource("Widget", VERSION)).plural


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("version", [None, "", "../v1", "example.com/v1/..", "v1?x", "example.com/latest", "a/b/v1"])
async def test_a_version_that_must_not_enter_a_url_is_not_asked_for(version: str | None) -> None:
    server = Server(entry())

    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        await server.discovery().resource("Widget", version)

    assert [] == server.asked
