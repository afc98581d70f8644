"""
Owns the action `scale`: set the number of replicas, of whatever has a scale.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from executor.core.action import ANY_KIND, READ_AND_PATCH, Action, After, Permission, Scene, pods_of, with_value
from executor.core.change import SCALE
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.health import Health, health
from executor.core.health.scaling import scaled
from executor.core.model import Manifest, Value
from executor.core.target import Target, known_resource

MOST = 1000

DIRECTLY = ("Deployment", "StatefulSet")
"""Changed on the object itself, so that admission and policy see all of it."""

BY_SCALE = ("ReplicaSet", "ReplicationController")
"""Known kinds that are changed by their scale, as custom resources are."""


class Parameters(Value):
    """
    How many replicas there shall be: a count, or how many more or fewer, or which part of those there are.
    """

    replicas: Annotated[int | None, Field(default=None, ge=0, le=MOST, description="replicas asked for")]
    delta: Annotated[int | None, Field(default=None, ge=-MOST, le=MOST, description="so many more, or fewer")]
    percent: Annotated[
        int | None, Field(default=None, ge=0, le=MOST, description="percent of the present replicas, rounded up")
    ]


def _problems(target: Target | None, parameters: Parameters) -> Iterator[tuple[str, str]]:
    given = [each for each in (parameters.replicas, parameters.delta, parameters.percent) if each is not None]
    if len(given) != 1:
        yield "", "must name exactly one of replicas, delta and percent"
    if parameters.delta == 0:
        yield "delta", "must not be 0"
    if target is not None and _has_no_scale(target):
        yield "", f"must not be asked of a {target.kind}, which has no scale"


def _has_no_scale(target: Target) -> bool:
    known = known_resource(target.kind, target.api_version) is not None
    return known and target.kind not in {*DIRECTLY, *BY_SCALE}


def _view(target: Target) -> str | None:
    known = known_resource(target.kind, target.api_version) is not None
    return None if known and target.kind in DIRECTLY else SCALE


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    # A Scale leaves a count of zero out; a workload's is always there.
    present = scene.live.get("spec", {}).get("replicas", 0)
    wanted = _wanted(present, parameters)
    if not 0 <= wanted <= MOST:
        raise Unusable(f"it has {present} replicas and would get {wanted}; 0 to {MOST} are possible")
    return scene.live if wanted == present else with_value(scene.live, ("spec", "replicas"), wanted)


def _wanted(present: int, parameters: Parameters) -> int:
    if parameters.replicas is not None:
        return parameters.replicas
    if parameters.delta is not None:
        return present + parameters.delta
    return -(-present * (parameters.percent or 0) // 100)


def _settled(after: After) -> Health:
    return scaled(after.live) if after.live.get("kind") == "Scale" else health(after.live)


ACTION = Action(
    name="scale",
    description=(
        "Set the replicas of whatever has a scale, custom resources included, or change them by a number or a "
        "percentage; settled when that many are ready, for kinds other than Deployment and StatefulSet when that many "
        "are there."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    problems=_problems,
    desired=_desired,
    view=_view,
    watches=pods_of,
    permissions=(
        Permission("apps", "deployments", READ_AND_PATCH),
        Permission("apps", "statefulsets", READ_AND_PATCH),
        Permission("*", "*", ("get", "watch", "list")),
        Permission("*", "*/scale", ("get", "patch")),
    ),
    settled=_settled,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.AUTOSCALERS, FactName.QUOTA, FactName.GITOPS}),
)
