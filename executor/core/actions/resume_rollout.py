"""
Owns the action `resume_rollout`: let a paused Deployment bring its pods to what its template says.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation, without_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A resumption takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    return without_value(scene.live, ("spec", "paused"))


ACTION = Action(
    name="resume_rollout",
    description="Let a paused Deployment's rollout go on; settled when that is observed, not when it is complete.",
    kinds=("Deployment",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("apps", "deployments", READ_AND_PATCH),),
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
    settled=by_observation,
)
