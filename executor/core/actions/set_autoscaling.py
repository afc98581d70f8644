"""
Owns the action `set_autoscaling`: change the bounds of a HorizontalPodAutoscaler.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, with_value
from executor.core.errors import Unusable
from executor.core.health.autoscaler import autoscaler_observed
from executor.core.model import Manifest, Value
from executor.core.target import Target

MIN_REPLICAS, MAX_REPLICAS = ("spec", "minReplicas"), ("spec", "maxReplicas")


class Parameters(Value):
    """
    The bounds between which the autoscaler chooses; what is not given stays.
    """

    min: Annotated[int | None, Field(default=None, ge=0, le=1000, description="at least so many replicas")]
    max: Annotated[int | None, Field(default=None, ge=1, le=1000, description="at most so many replicas")]


def _problems(_: Target | None, parameters: Parameters) -> Iterator[tuple[str, str]]:
    if parameters.min is None and parameters.max is None:
        yield "", "must name min, max or both"
    elif parameters.min is not None and parameters.max is not None and parameters.min > parameters.max:
        yield "min", "must not be above max"


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    spec = scene.live["spec"]
    low = spec.get("minReplicas", 1) if parameters.min is None else parameters.min
    high = spec["maxReplicas"] if parameters.max is None else parameters.max
    if low > high:
        raise Unusable(f"its bounds would be {low} to {high} replicas; name the other bound as well")
    desired = scene.live
    if parameters.min is not None:
        desired = with_value(desired, MIN_REPLICAS, low)
    return with_value(desired, MAX_REPLICAS, high)


ACTION = Action(
    name="set_autoscaling",
    description="Set the bounds between which an autoscaler chooses; settled when its controller has seen them.",
    kinds=("HorizontalPodAutoscaler",),
    parameters=Parameters,
    problems=_problems,
    desired=_desired,
    permissions=(Permission("autoscaling", "horizontalpodautoscalers", READ_AND_PATCH),),
    settled=lambda after: autoscaler_observed(after.live),
)
