"""
A watch survives what the server and the network do to it, tells each state once, and leaves nothing behind.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from yarl import URL

from executor.core.errors import Forbidden
from executor.core.model import Manifest
from executor.core.target import Target
from executor.kube import KubeCluster, watching
from tests.builders import a_deployment
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_status, an_object, events
from tests.waiting import eventually, within

pytestmark = pytest.mark.requirement("VER-1")

WEB = Target(kind="Deployment", namespace="shop", name="web")
GONE = a_status(410, "Expired")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_pause_seconds", lambda _: 0.0)


def web(version: int, uid: str = "u-1") -> Manifest:
    manifest = a_deployment()
    manifest["metadata"] |= {"uid": uid, "resourceVersion": str(version)}
    return manifest


def listed(version: int, *items: Manifest) -> Answer:
    return an_object({"metadata": {"resourceVersion": str(version)}, "items": list(items)})


def changed(kind: str, manifest: Manifest) -> dict[str, Any]:
    return {"type": kind, "object": manifest}


def bookmark(version: int) -> dict[str, Any]:
    return {"type": "BOOKMARK", "object": {"kind": "Deployment", "metadata": {"resourceVersion": str(version)}}}


async def versions(states: AsyncIterator[Manifest | None], count: int) -> list[str | None]:
    """
    Return the versions of the next states, None for none.
    """
    found = [await within(anext(states)) for _ in range(count)]
    return [state["metadata"]["resourceVersion"] if state else None for state in found]


def asked(server: ScriptedServer) -> list[str]:
    """
    Return what was asked: `list`, or `watch from <version>`.
    """
    queries = [URL(each.url, encoded=True).query for each in server.requests]
    return [f"watch from {query['resourceVersion']}" if "watch" in query else "list" for query in queries]


async def test_a_watch_goes_on_from_where_it_was_cut(scripted_cluster: KubeCluster, api_server: ScriptedServer) -> None:
    api_server.script(
        listed(5, web(4)),
        events(changed("MODIFIED", web(6))),
        Answer(silent=True),
        a_status(500, "InternalError"),
        events(changed("MODIFIED", web(7)), bookmark(90)),
        Answer(body=b'{"type": "MODIF', cut=True),
        events(changed("DELETED", web(95)), stuck=True),
    )

    async with aclosing(scripted_cluster.watch(WEB)) as states:
        found = await versions(states, 4)

    assert ["4", "6", "7", None] == found
    assert ["list", "watch from 5", *["watch from 6"] * 3, *["watch from 90"] * 2] == asked(api_server)


@pytest.mark.parametrize(
    "expired",
    [GONE, events({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}})],
    ids=["as an answer", "as an event"],
)
async def test_a_version_that_the_server_forgot_is_listed_again(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, expired: Answer
) -> None:
    api_server.script(listed(5, web(4)), expired, listed(50, web(49)), events(changed("MODIFIED", web(51)), stuck=True))

    async with aclosing(scripted_cluster.watch(WEB)) as states:
        found = await versions(states, 3)

    assert ["4", "49", "51"] == found
    assert ["list", "watch from 5", "list", "watch from 50"] == asked(api_server)


async def test_the_same_state_is_not_told_twice(scripted_cluster: KubeCluster, api_server: ScriptedServer) -> None:
    api_server.script(
        listed(5, web(4)),
        events(changed("ADDED", web(4)), changed("MODIFIED", web(4))),
        GONE,
        listed(6, web(4)),
        events(changed("MODIFIED", web(7)), stuck=True),
    )

    async with aclosing(scripted_cluster.watch(WEB)) as states:
        assert ["4", "7"] == await versions(states, 2)


async def test_an_object_that_vanished_while_nobody_looked_is_told(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(listed(5, web(4)), GONE, listed(9), events(changed("ADDED", web(10, "u-2")), stuck=True))

    async with aclosing(scripted_cluster.watch(WEB)) as states:
        assert ["4", None, "10"] == await versions(states, 3)


@pytest.mark.parametrize(
    "refusal",
    [
        a_status(403, "Forbidden", 'User "x" cannot watch resource "deployments"'),
        events({"type": "ERROR", "object": {"kind": "Status", "code": 403, "reason": "Forbidden"}}),
    ],
    ids=["as an answer", "as an event"],
)
async def test_what_waiting_cannot_heal_ends_the_watch(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, refusal: Answer
) -> None:
    api_server.script(listed(5, web(4)), refusal)

    async with aclosing(scripted_cluster.watch(WEB)) as states:
        await anext(states)
        with pytest.raises(Forbidden, match=r"Grant it watch on deployments.apps in namespace shop"):
            await within(anext(states))


async def test_a_watch_that_is_closed_closes_its_connection(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(listed(5, web(4)), events(changed("MODIFIED", web(6)), stuck=True))

    for _ in range(3):
        async with aclosing(scripted_cluster.watch(WEB)) as states:
            await versions(states, 1)
        api_server.script(listed(5, web(4)), events(changed("MODIFIED", web(6)), stuck=True))

    await eventually(idle(api_server))


async def test_a_consumer_that_is_cancelled_leaves_no_connection(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(listed(5, web(4)), events(bookmark(6), stuck=True))

    async def consume() -> None:
        async with aclosing(scripted_cluster.watch(WEB)) as states:
            async for _ in states:
                pass

    consumer = asyncio.create_task(consume())
    await eventually(asked_times(api_server, 2))
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer

    await eventually(idle(api_server))


def idle(server: ScriptedServer) -> Any:
    """
    At most the one connection that is kept for the next request is open.
    """

    async def look() -> bool:
        return server.open_connections <= 1

    return look


def asked_times(server: ScriptedServer, times: int) -> Any:
    async def look() -> bool:
        return len(server.requests) >= times

    return look


@pytest.mark.parametrize(("failures", "least", "most"), [(1, 0.1, 0.2), (3, 0.4, 0.8), (9, 2.5, 5.0), (500, 2.5, 5.0)])
def test_pauses_grow_to_a_bound_and_never_agree(
    monkeypatch: pytest.MonkeyPatch, failures: int, least: float, most: float
) -> None:
    monkeypatch.undo()

    pauses = {watching._pause_seconds(failures) for _ in range(20)}

    assert all(least <= pause <= most for pause in pauses)
    assert len(pauses) > 1
