"""
Owns the action `resume`: let a suspended Job make pods again and a suspended CronJob Jobs.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, with_value
from executor.core.health.suspension import suspended
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A resumption takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    # The API server fills in false, so a suspension is never just not there.
    return with_value(scene.live, ("spec", "suspend"), False) if scene.live["spec"].get("suspend") else scene.live


ACTION = Action(
    name="resume",
    description="Let a suspended Job or CronJob go on; settled when it has started, not when a Job has run.",
    kinds=("Job", "CronJob"),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("batch", "jobs", READ_AND_PATCH), Permission("batch", "cronjobs", READ_AND_PATCH)),
    settled=lambda after: suspended(after.live),
)
