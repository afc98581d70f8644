"""
Owns a node full of pods in a world over fakes, and the step that drains it.
"""

from typing import Any

from executor.core.drain import pods_on
from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import a_budget, a_pod, a_replica_set
from tests.worlds import World

NODE = Target(kind="Node", name="worker-1")


def drain(**parameters: Any) -> dict[str, Any]:
    """
    Return the step `node` that drains worker-1.
    """
    return {"id": "node", "action": "drain", "target": {"kind": "Node", "name": "worker-1"}, "parameters": parameters}


def pod(name: str) -> Target:
    """
    Return a pod of the shop.
    """
    return Target(kind="Pod", namespace="shop", name=name)


def fill(world: World, pods: int, *, app: str = "web", finalizers: tuple[str, ...] = (), **spec: Any) -> Manifest:
    """
    Put pods of one ReplicaSet on worker-1, `web-0` and so on, and return the ReplicaSet.
    """
    owner = world.cluster.put(a_replica_set(f"{app}-rs", replicas=pods, app=app))
    for number in range(pods):
        put_pod(world, f"{app}-{number}", owner, app=app, finalizers=finalizers, **spec)
    return owner


def put_pod(
    world: World, name: str, owner: Manifest | None, *, app: str = "web", finalizers: tuple[str, ...] = (), **spec: Any
) -> Manifest:
    """
    Put a pod on worker-1, of an owner or of nobody.
    """
    made = a_pod(name, labels={"app": app}, node="worker-1")
    made["spec"] |= spec
    if finalizers:
        made["metadata"]["finalizers"] = list(finalizers)
    if owner is not None:
        reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True}
        named = {"name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
        made["metadata"]["ownerReferences"] = [{**reference, **named}]
    return world.cluster.put(made)


def allow(world: World, disruptions: int, *, app: str = "web") -> None:
    """
    Let the budget over an app's pods allow so many disruptions.
    """
    budget = Target(kind="PodDisruptionBudget", namespace="shop", name=app)
    world.cluster.edit(budget, lambda live: live["status"].update(disruptionsAllowed=disruptions))


def put_budget(world: World, *, app: str = "web", disruptions: int = 0) -> None:
    """
    Put a budget over an app's pods.
    """
    world.cluster.put(a_budget(app, app=app, disruptions_allowed=disruptions))


def evicted(world: World) -> list[str]:
    """
    Return the names of the pods whose eviction was taken, in the order in which they came.
    """
    return [change.target.name for change in world.cluster.applied if change.subresource == "eviction"]


async def on_node(world: World) -> list[str]:
    """
    Return the names of the pods that are on worker-1 now.
    """
    found = await world.cluster.related({"pods": pods_on("worker-1")})
    return [each["metadata"]["name"] for each in found["pods"]]


def leave(world: World, name: str) -> None:
    """
    Let a pod that is being deleted end: its finalizers go.
    """
    world.cluster.edit(pod(name), lambda live: live["metadata"].update(finalizers=[]))
