"""
Owns the action `resize_pod`: change what a container of a running pod requests and may use at most, in place.
"""

from functools import partial

from executor.core.action import Action, Permission, Scene
from executor.core.container_resources import ContainerResources, resource_problems, with_resources
from executor.core.containers import with_container
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.health.pod_resize import pod_resized
from executor.core.model import Manifest

ENDED = ("Succeeded", "Failed")


def _desired(scene: Scene, parameters: ContainerResources) -> Manifest:
    if scene.live.get("status", {}).get("phase") in ENDED:
        raise Unusable("it has ended, so there is nothing to resize")
    change = partial(with_resources, parameters=parameters)
    return with_container(scene.live, parameters.container, change, inside=("spec",))


ACTION = Action(
    name="resize_pod",
    description=(
        "Change requests and limits of a container of a running pod, without a new pod; settled when its node has done "
        "it, or has put it off and said why."
    ),
    kinds=("Pod",),
    parameters=ContainerResources,
    example={"container": "app", "limits": {"memory": "1Gi"}},
    problems=resource_problems,
    desired=_desired,
    patched_at="resize",
    permissions=(
        Permission("", "pods", ("get", "watch", "list")),
        Permission("", "pods/resize", ("patch",)),
    ),
    settled=lambda after: pod_resized(after.live),
    facts=frozenset({FactName.PODS, FactName.QUOTA, FactName.NODES}),
)
