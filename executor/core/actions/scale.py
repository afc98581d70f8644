"""
Owns the action `scale`: set the number of replicas.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, pods_of, with_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    How many replicas the workload shall have.
    """

    replicas: Annotated[int, Field(ge=0, le=1000, description="replicas asked for")]


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    return with_value(scene.live, ("spec", "replicas"), parameters.replicas)


ACTION = Action(
    name="scale",
    description="Set the replicas of a Deployment or StatefulSet; settled when that many are ready.",
    kinds=("Deployment", "StatefulSet"),
    parameters=Parameters,
    desired=_desired,
    watches=pods_of,
    permissions=(
        Permission("apps", "deployments", READ_AND_PATCH),
        Permission("apps", "statefulsets", READ_AND_PATCH),
    ),
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
)
