"""
Owns the action `cordon`: let no new pod be scheduled to a node.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation, with_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A cordon takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    return with_value(scene.live, ("spec", "unschedulable"), True)


ACTION = Action(
    name="cordon",
    description="Let no new pod be scheduled to a node; the pods on it stay.",
    kinds=("Node",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("", "nodes", READ_AND_PATCH),),
    facts=frozenset({FactName.NODES}),
    settled=by_observation,
)
