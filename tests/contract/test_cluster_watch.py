"""
The cluster contract: watching one object.
"""

from contextlib import aclosing
from typing import Any

import pytest

from executor.core.errors import (
    UnsafeRequest,
)
from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import a_daemon_set, a_deployment, a_stateful_set
from tests.contract.cluster_helpers import until
from tests.fixtures.cluster_worlds import World
from tests.waiting import within


async def test_a_watch_begins_with_what_is_and_tells_every_end(world: World) -> None:
    web = Target(kind="Deployment", namespace=world.namespace, name="web")
    async with aclosing(watched(world, web)) as states:
        assert None is await within(anext(states))
        await world.create(a_deployment("web", world.namespace, replicas=1))
        first = await within(anext(states))
        await world.edit(web, {"metadata": {"labels": {"seen": "yes"}}})
        await within(until(states, lambda state: state and state["metadata"].get("labels", {}).get("seen") == "yes"))
        await world.delete(web)
        await within(until(states, lambda state: state is None))
        await world.create(a_deployment("web", world.namespace, replicas=1))
        second = await within(until(states, lambda state: state is not None))

    assert first is not None
    assert second is not None
    assert first["metadata"]["uid"] != second["metadata"]["uid"]


@pytest.mark.requirement("VER-1")
@pytest.mark.parametrize("build", [a_deployment, a_stateful_set, a_daemon_set])
async def test_a_watch_sees_a_workload_become_ready(world: World, build: Any) -> None:
    target = await world.create(build("app", world.namespace))

    async with aclosing(watched(world, target)) as states:
        ready = await within(until(states, is_ready))

    assert ready is not None
    assert ready["metadata"]["generation"] == ready["status"]["observedGeneration"]


def is_ready(state: Manifest | None) -> bool:
    status = (state or {}).get("status", {})
    return bool(status.get("readyReplicas") or status.get("numberReady"))


@pytest.mark.parametrize(("namespace", "name"), [("../../x", "web"), ("shop", ".."), ("shop", "web,metadata.name=x")])
async def test_a_watch_of_an_unsafe_name_is_refused(world: World, namespace: str, name: str) -> None:
    unsafe = Target.model_construct(kind="Deployment", namespace=namespace, name=name)

    async with aclosing(watched(world, unsafe)) as states:
        with pytest.raises(UnsafeRequest):
            await within(anext(states))


def watched(world: World, target: Target) -> Any:
    return world.cluster.watch(target)
