"""
Owns what taking one pod away has in common, by deletion or by eviction: its parameters, and which pods it refuses.
"""

from typing import Annotated, Any

from pydantic import Field

from executor.core.action import Permission, Scene
from executor.core.errors import Unusable
from executor.core.facts import owner_of
from executor.core.facts.pods import MIRROR_ANNOTATION
from executor.core.model import ABSENT, Manifest, Value

GraceSeconds = Annotated[
    int | None, Field(ge=0, le=3600, description="time to end by itself; the pod's own when left out")
]
ForceUnmanaged = Annotated[bool, Field(description="also a pod that nothing makes anew")]

ITS_OWNER_MAKES_ANOTHER = "the pod does not come back: its owner makes another"

SEE_OWNERS = (
    Permission("", "pods", ("get", "watch", "list")),
    Permission("", "replicationcontrollers", ("get", "watch", "list")),
    *(Permission("apps", plural, ("get", "watch", "list")) for plural in ("replicasets", "statefulsets", "daemonsets")),
    Permission("batch", "jobs", ("get", "watch", "list")),
)
"""What it takes to see the owner of a pod get back to its count."""

COUNT_OWNERS = tuple(Permission(each.api_group, each.resource, ("get",)) for each in SEE_OWNERS[1:])
"""What it takes to know how many pods the owners of a node's pods want."""


class PodRemoval(Value):
    """
    How long the pod may take to end, and whether it may be one that does not come back.
    """

    grace_seconds: GraceSeconds = None
    force_unmanaged: ForceUnmanaged = False


def gone(scene: Scene, parameters: PodRemoval) -> Manifest:
    """
    Return that the pod shall be gone; raises Unusable for a pod that would not come back, or that would at once.
    """
    if MIRROR_ANNOTATION in (scene.live["metadata"].get("annotations") or {}):
        raise Unusable("it is a static pod: the kubelet makes it from a file on its node, and anew at once")
    if owner_of(scene.live) is None and not parameters.force_unmanaged:
        raise Unusable("no controller owns it, so no other would come in its place; say force_unmanaged to remove it")
    return ABSENT


def options_of(grace_seconds: int | None) -> dict[str, Any]:
    """
    Return the DeleteOptions that say how long a pod may take.
    """
    return {} if grace_seconds is None else {"gracePeriodSeconds": grace_seconds}
