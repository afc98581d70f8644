"""
Owns what a container requests and may use at most, as parameters of actions and as a change of the container.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from executor.core.amounts import Amount, as_asked
from executor.core.errors import Unusable
from executor.core.model import Value
from executor.core.names import Label, QualifiedName
from executor.core.quantity import quantity
from executor.core.target import Target

MAX_RESOURCES = 32
Amounts = dict[QualifiedName, Amount | None]


class ContainerResources(Value):
    """
    A container's requests and limits; null removes one, what is not named stays.
    """

    container: Annotated[Label, Field(description="name of the container; init containers have one too")]
    requests: Annotated[
        Amounts,
        Field(default_factory=dict, max_length=MAX_RESOURCES, description="resource → quantity, or null to remove it"),
    ]
    limits: Annotated[
        Amounts,
        Field(default_factory=dict, max_length=MAX_RESOURCES, description="resource → quantity, or null to remove it"),
    ]


def resource_problems(_: Target | None, parameters: ContainerResources) -> Iterator[tuple[str, str]]:
    """
    Yield what is wrong with requests and limits taken together: (parameter, sentence).
    """
    if not parameters.requests and not parameters.limits:
        yield "", "must name requests, limits or both"
    if excessive := _above(parameters.requests, parameters.limits):
        yield "requests", f"must not be above the limits: {', '.join(excessive)}"


def with_resources(container: dict[str, Any], parameters: ContainerResources) -> dict[str, Any]:
    """
    Return a copy of a container with other requests and limits.

    Raises Unusable when more would be requested than a limit allows that is not part of the change.
    """
    present = container.get("resources") or {}
    requests = _merged(present.get("requests") or {}, parameters.requests)
    limits = _merged(present.get("limits") or {}, parameters.limits)
    if excessive := _above(requests, limits):
        told = ", ".join(f"{name} {requests[name]} above {limits[name]}" for name in excessive)
        raise Unusable(f"container {parameters.container} would request more than its limit: {told}")
    return {**container, "resources": {**present, "requests": requests, "limits": limits}}


def _merged(present: Mapping[str, str], wanted: Amounts) -> dict[str, str]:
    kept = {name: amount for name, amount in present.items() if name not in wanted}
    changed = {name: as_asked(present.get(name), amount) for name, amount in wanted.items() if amount is not None}
    return {**kept, **changed}


def _above(requests: Mapping[str, str | None], limits: Mapping[str, str | None]) -> list[str]:
    """
    Return the resources of which more is requested than the limit allows.
    """
    both = {name: (amount, limits[name]) for name, amount in requests.items() if name in limits}
    return sorted(name for name, (low, high) in both.items() if low and high and quantity(low) > quantity(high))
