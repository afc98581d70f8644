"""
Owns the fact `autoscalers`: the HorizontalPodAutoscalers that set a target's replicas.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from executor.core.facts.references import Reference
from executor.core.model import Manifest, Value
from executor.core.target import RESOURCES, Target

AUTOSCALER = "HorizontalPodAutoscaler"


class AutoscalerFact(Value):
    """
    One HorizontalPodAutoscaler; counts are replicas.
    """

    name: str
    min_replicas: int
    max_replicas: int
    current: int | None = Field(description="null until its controller has seen the target")
    desired: int | None
    target: Reference = Field(description="what it scales")


def autoscaler_facts(autoscalers: Iterable[Manifest], target: Target) -> list[AutoscalerFact]:
    """
    Read the autoscalers that scale a target, or that are the target.
    """
    return [
        _autoscaler_fact(autoscaler)
        for autoscaler in autoscalers
        if _scales(autoscaler, target) or _is(autoscaler, target)
    ]


def _is(autoscaler: Manifest, target: Target) -> bool:
    return target.kind == AUTOSCALER and autoscaler["metadata"]["name"] == target.name


def _scales(autoscaler: Manifest, target: Target) -> bool:
    reference = autoscaler["spec"]["scaleTargetRef"]
    return (reference["kind"], reference["name"]) == (target.kind, target.name) and _same_group(reference, target)


def _same_group(reference: dict[str, Any], target: Target) -> bool:
    """
    Versions of a group are views of the same objects; a reference may leave its API version out.
    """
    known = RESOURCES.get(target.kind)
    api_version = target.api_version or (known.api_version if known else None)
    return (
        api_version is None
        or reference.get("apiVersion", api_version).rpartition("/")[0] == (api_version.rpartition("/")[0])
    )


def _autoscaler_fact(autoscaler: Manifest) -> AutoscalerFact:
    spec, status = autoscaler["spec"], autoscaler.get("status") or {}
    reference = spec["scaleTargetRef"]
    return AutoscalerFact(
        name=autoscaler["metadata"]["name"],
        min_replicas=spec.get("minReplicas", 1),
        max_replicas=spec["maxReplicas"],
        current=status.get("currentReplicas"),
        desired=status.get("desiredReplicas"),
        target=Reference(kind=reference["kind"], name=reference["name"]),
    )
