"""
Owns what the cluster's contract tests share: changes to render, and waiting for a world to be calm.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from executor.core.action import Form
from executor.core.change import Change, change_of, patch_change
from executor.core.diff import Difference, differences
from executor.core.errors import TargetNotFound
from executor.core.model import Manifest
from executor.core.paths import read
from executor.core.target import Target
from tests.fixtures.cluster_worlds import World
from tests.waiting import eventually

T = TypeVar("T")

REPLICAS = ("spec", "replicas")


def set_to(live: Manifest, path: tuple[str, ...], value: Any) -> Difference:
    """
    Return the difference that sets a path.
    """
    return Difference(path, read(live, path), value)


def scaled(target: Target, live: Manifest, replicas: int) -> Change:
    """
    Return the change that scales a workload.
    """
    return patch_change(target, live, [set_to(live, REPLICAS, replicas)])


async def calm(world: World, target: Target) -> Manifest:
    """
    Return the object when its controllers have done with it, so that its version does not move by itself.
    """

    async def settled() -> Manifest | None:
        live = await world.cluster.read(target)
        status, replicas = live.get("status", {}), live["spec"].get("replicas", 0)
        done = status.get("observedGeneration") == live["metadata"]["generation"]
        holding = {each["type"]: each["reason"] for each in status.get("conditions", []) if each["status"] == "True"}
        healthy = "Available" in holding and holding.get("Progressing") == "NewReplicaSetAvailable"
        return live if done and healthy and status.get("readyReplicas", 0) == replicas else None

    return await eventually(settled)


async def is_gone(world: World, target: Target) -> bool:
    """
    Tell if an object does not exist.
    """
    try:
        await world.cluster.read(target)
    except TargetNotFound:
        return True
    return False


async def change_to(
    world: World,
    target: Target,
    live: Manifest,
    desired: Manifest,
    *,
    form: Form | None = None,
    subresource: str | None = None,
) -> Change:
    """
    Return the change from one state to another, as a step renders it.
    """
    return change_of(
        target,
        await world.cluster.resource(target),
        live=live,
        desired=desired,
        differences=differences(live, desired),
        form=form or Form(),
        subresource=subresource,
    )


async def until(states: AsyncIterator[T], holds: Callable[[T], Any]) -> T:
    """
    Return the first state of a watch that is as wanted.
    """
    async for state in states:
        if holds(state):
            return state
    raise AssertionError("the watch ended")
