"""
Owns the action `set_resources`: change what a container of a workload requests and may use at most.
"""

from functools import partial

from executor.core.action import PATCH_WORKLOADS, WORKLOADS, Action, Scene, pods_of, refuse_paused
from executor.core.container_resources import ContainerResources, resource_problems, with_resources
from executor.core.containers import with_container
from executor.core.facts import FactName
from executor.core.model import Manifest

POD = ("spec", "template", "spec")


def _desired(scene: Scene, parameters: ContainerResources) -> Manifest:
    refuse_paused(scene.live)
    change = partial(with_resources, parameters=parameters)
    return with_container(scene.live, parameters.container, change, inside=POD)


ACTION = Action(
    name="set_resources",
    description="Change requests and limits of a container; settled when the rollout is complete.",
    kinds=WORKLOADS,
    parameters=ContainerResources,
    example={"container": "app", "limits": {"memory": "1Gi"}},
    problems=resource_problems,
    desired=_desired,
    permissions=PATCH_WORKLOADS,
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.QUOTA}),
)
