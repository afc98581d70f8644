"""
Owns which object a step reads and changes: its target, or one that the action derives from it.
"""

from executor.core.actions import CATALOGUE
from executor.core.digest import digest
from executor.core.errors import Unusable
from executor.core.plan import Step
from executor.core.target import Target

_TOKEN_CHARACTERS = 10


def subject_of(step: Step, asked_by: str) -> Target:
    """
    Return the object a step is about; raises Unusable for a step without a target.

    `asked_by` is the run's id, or the plan's digest where there is no run: a name that is made for the step comes of
    it, so that the same step of the same run makes the same object however often it is tried.
    """
    if step.target is None:
        raise Unusable(f"step {step.id}: {step.action} has no target")
    token = digest({"asked_by": asked_by, "step": step.id}).removeprefix("sha256:")[:_TOKEN_CHARACTERS]
    return CATALOGUE[step.action].subject(step.target, token)
