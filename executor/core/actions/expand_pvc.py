"""
Owns the action `expand_pvc`: ask for more space for a PersistentVolumeClaim.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, with_value
from executor.core.amounts import Amount, canonical
from executor.core.errors import Unusable
from executor.core.health.claim_resize import claim_resized
from executor.core.model import Manifest, Value
from executor.core.paths import MISSING, read
from executor.core.quantity import quantity

REQUESTED = ("spec", "resources", "requests", "storage")


class Parameters(Value):
    """
    How much space the claim shall have.
    """

    size: Annotated[Amount, Field(description="such as 20Gi; more than it asks for now")]


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    present = read(scene.live, REQUESTED)
    if present is MISSING:
        raise Unusable("it asks for no space, so there is nothing to expand")
    before, after = quantity(present), quantity(parameters.size)
    if after < before:
        raise Unusable(f"it asks for {present} already, and a claim cannot shrink")
    return scene.live if after == before else with_value(scene.live, REQUESTED, canonical(parameters.size))


ACTION = Action(
    name="expand_pvc",
    description=(
        "Ask for more space for a claim; settled when it has it, or when it waits only for a restart of its pods."
    ),
    kinds=("PersistentVolumeClaim",),
    parameters=Parameters,
    example={"size": "20Gi"},
    desired=_desired,
    permissions=(Permission("", "persistentvolumeclaims", READ_AND_PATCH),),
    settled=lambda after: claim_resized(after.live),
    irreversible_because="a claim cannot shrink",
)
