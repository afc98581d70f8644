"""
Owns the plan: its shape, its defaults and its digest.

`core.validation` makes a Plan out of an untrusted document; a Plan that exists is valid.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from executor.core.digest import digest
from executor.core.expectation import Expectation
from executor.core.model import Value
from executor.core.names import Label
from executor.core.target import Target

Rollback = Literal["automatic", "manual", "none"]
OnFailure = Literal["rollback", "stop", "continue"]

LabelKey = Annotated[str, StringConstraints(min_length=1, max_length=63)]
LabelValue = Annotated[str, StringConstraints(max_length=256)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]

MAX_STEPS = 100
_TIMEOUTS = ((3, 600.0), (10, 1200.0), (MAX_STEPS, 2700.0))
"""Largest number of steps → the run's default limit in seconds (contract, section 2)."""


class Step(Value):
    """
    One node of a plan: an action on a target, after the steps it needs. `target` is None for an action about no object.
    """

    id: Label
    action: str
    target: Target | None
    parameters: dict[str, Any]
    needs: tuple[Label, ...]
    on_failure: OnFailure
    assess: Literal["early", "late"]
    timeout_seconds: float | None
    expect: Expectation | None = None

    @property
    def about(self) -> str:
        """
        Return what messages name: the target, or the step itself where it has none.
        """
        return f"step {self.id}" if self.target is None else str(self.target)


class Plan(Value):
    """
    What a caller submits; immutable, named by its digest.

    `max_parallel` is None where the plan leaves it to the server's setting, which is not part of the digest.
    """

    name: Label
    reason: str
    labels: dict[str, str]
    rollback: Rollback
    max_parallel: int | None
    timeout_seconds: float
    steps: tuple[Step, ...]

    @property
    def digest(self) -> str:
        """
        Return the digest over the plan with its static defaults filled in.
        """
        return digest(self.model_dump(mode="json"))

    def step(self, step_id: str) -> Step:
        """
        Return the step of an id; raises KeyError for an unknown one.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)


def default_timeout_seconds(steps: int) -> float:
    """
    Return the run's limit for a plan of so many steps: 600, 1200 or 2700 seconds.
    """
    return next(seconds for most, seconds in _TIMEOUTS if steps <= most)
