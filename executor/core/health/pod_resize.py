"""
Owns when the resize of a Pod has arrived, or is not going to.

Source: kubernetes 1.37, pkg/kubelet/allocation/allocation_manager.go for the conditions `PodResizePending` (Deferred,
Infeasible) and `PodResizeInProgress` (Error), pkg/kubelet/kubelet_pods.go for the resources in a container's status.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from executor.core.health.generic import terminating
from executor.core.health.reading import (
    amount,
    condition,
    is_behind,
    is_being_deleted,
    items,
    mapping,
    spec,
    status,
    text,
    whole,
)
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.model import Json, Manifest

_RESIZABLE = ("cpu", "memory")


def pod_resized(pod: Manifest) -> Health:
    """
    Judge a resize: done, deferred by the node until it has room (that is settled, too), or not possible on this node.
    """
    if is_being_deleted(pod):
        return terminating(pod)
    if text(status(pod), "phase") in {"Succeeded", "Failed"}:
        return failed("the pod has ended, so it cannot be resized any more")
    if is_behind(pod):
        return waiting("the pod's node has not seen the resize yet")
    pending, running = condition(pod, "PodResizePending"), condition(pod, "PodResizeInProgress")
    # Pending first: with both, a newer resize waits for an older one, and ours is the newest.
    if pending and pending.is_true:
        why = because(pending.reason, pending.message)
        if pending.reason == "Infeasible":
            return failed(f"the pod's node can never give it that{why}")
        return current(f"the resize waits until the pod's node has room for it{why}")
    if running and running.is_true:
        trouble = " and meets errors" if running.reason == "Error" else ""
        return waiting(f"the pod's node is at the resize{trouble}{because(running.reason, running.message)}")
    late = next(_differences(pod), None)
    return waiting(late) if late else current("its containers have the resources that are asked for")


def _differences(pod: Manifest) -> Iterator[str]:
    statuses = {text(each, "name"): each for each in _statuses(pod)}
    for each in _resizable_containers(pod):
        name = text(each, "name")
        has = statuses.get(name, {})
        if not mapping(has, "resources") and mapping(each, "resources"):
            yield f"the pod's node has not reported what container {name} has"
        for what, asked, found in _compared(each, has):
            if amount(asked) != amount(found):
                yield f"container {name} has {what} {_spelled(found)}, {_spelled(asked)} is asked for"


def _spelled(value: Json) -> str:
    return cut(one_line(value)) if isinstance(value, str) else str(whole(value) or "none")


def _compared(container: Mapping[str, Any], has: Mapping[str, Any]) -> Iterator[tuple[str, Json, Json]]:
    """
    Yield what of a container is compared, with the value asked for and the one it has.
    """
    for resource in _RESIZABLE:
        for side in ("requests", "limits"):
            asked = mapping(container, "resources", side).get(resource)
            found = mapping(has, "resources", side).get(resource)
            if side == "requests":
                # What the node has set aside; the figure of a running container went through cgroup shares.
                found = mapping(has, "allocatedResources").get(resource, found)
            yield f"{resource} {side[:-1]}", asked, found


def _statuses(pod: Manifest) -> Iterator[Mapping[str, Any]]:
    yield from items(status(pod), "initContainerStatuses")
    yield from items(status(pod), "containerStatuses")


def _resizable_containers(pod: Manifest) -> Iterator[Mapping[str, Any]]:
    """
    Yield what a resize can reach: the containers, and the init containers that stay (sidecars).
    """
    yield from (each for each in items(spec(pod), "initContainers") if each.get("restartPolicy") == "Always")
    yield from items(spec(pod), "containers")
