"""
Owns the action `scale`: set the number of replicas.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import Action, Permission, with_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    How many replicas the workload shall have.
    """

    replicas: Annotated[int, Field(ge=0, le=1000, description="replicas asked for")]


def _desired(live: Manifest, parameters: Parameters, _: str) -> Manifest:
    return with_value(live, ("spec", "replicas"), parameters.replicas)


ACTION = Action(
    name="scale",
    description="Set the replicas of a Deployment or StatefulSet; settled when that many are ready.",
    kinds=("Deployment", "StatefulSet"),
    parameters=Parameters,
    desired=_desired,
    permissions=(
        Permission("apps", "deployments", ("get", "watch", "list", "patch")),
        Permission("apps", "statefulsets", ("get", "watch", "list", "patch")),
    ),
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
)
