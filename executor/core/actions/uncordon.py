"""
Owns the action `uncordon`: let pods be scheduled to a node again.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation, without_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    An uncordon takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    return without_value(scene.live, ("spec", "unschedulable"))


ACTION = Action(
    name="uncordon",
    description="Let pods be scheduled to a node again.",
    kinds=("Node",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("", "nodes", READ_AND_PATCH),),
    facts=frozenset({FactName.NODES}),
    settled=by_observation,
)
