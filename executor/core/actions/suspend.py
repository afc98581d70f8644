"""
Owns the action `suspend`: let a Job make no pods and a CronJob no Jobs.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, with_value
from executor.core.errors import Unusable
from executor.core.facts import FactName, condition_is_true
from executor.core.health.suspension import suspended
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A suspension takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    live = scene.live
    if live["kind"] == "Job" and any(condition_is_true(live, end) for end in ("Complete", "Failed")):
        raise Unusable("it has ended already, so there is nothing to suspend")
    return with_value(live, ("spec", "suspend"), True)


ACTION = Action(
    name="suspend",
    description=(
        "Let a CronJob start no more Jobs (those that run go on), or a Job run no pods: those it has are deleted, and "
        "new ones are made when it is resumed."
    ),
    kinds=("Job", "CronJob"),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("batch", "jobs", READ_AND_PATCH), Permission("batch", "cronjobs", READ_AND_PATCH)),
    settled=lambda after: suspended(after.live),
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
)
