"""
Owns the action `pause_rollout`: let a Deployment keep its pods as they are, whatever its template says.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation, with_value
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A pause takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    return with_value(scene.live, ("spec", "paused"), True)


ACTION = Action(
    name="pause_rollout",
    description="Stop a Deployment's rollout where it is; its pods stay and it can still be scaled.",
    kinds=("Deployment",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("apps", "deployments", READ_AND_PATCH),),
    settled=by_observation,
)
