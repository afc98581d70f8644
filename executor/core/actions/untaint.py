"""
Owns the action `untaint`: take a taint off a node.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.names import QualifiedName
from executor.core.taints import Effect, Taint, with_taints


class Parameters(Value):
    """
    Which taints go; the node's others stay.
    """

    key: Annotated[QualifiedName, Field(description="such as example.com/maintenance")]
    effect: Annotated[Effect | None, Field(default=None, description="left out: whatever the effect")]


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    def is_meant(taint: Taint) -> bool:
        return taint.get("key") == parameters.key and parameters.effect in {None, taint.get("effect")}

    return with_taints(scene.live, lambda taints: [each for each in taints if not is_meant(each)])


ACTION = Action(
    name="untaint",
    description="Take a taint off a node, so that pods which do not tolerate it may run there again.",
    kinds=("Node",),
    parameters=Parameters,
    example={"key": "example.com/maintenance", "effect": "NoSchedule"},
    desired=_desired,
    permissions=(Permission("", "nodes", READ_AND_PATCH),),
    facts=frozenset({FactName.NODES}),
    settled=by_observation,
)
