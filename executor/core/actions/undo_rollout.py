"""
Owns the action `undo_rollout`: bring an earlier pod template of a workload back.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from executor.core.action import (
    PATCH_WORKLOADS,
    WORKLOADS,
    Action,
    Permission,
    Scene,
    pods_of,
    refuse_paused,
    with_value,
)
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.query import Query
from executor.core.revisions import present_revision, revisions_query, templates
from executor.core.target import Target


class Parameters(Value):
    """
    Which revision comes back.
    """

    to_revision: Annotated[
        int | None, Field(default=None, ge=1, le=2**31 - 1, description="left out: the newest that is not live")
    ]


def _reads(target: Target, live: Manifest) -> Mapping[str, Query]:
    return {"revisions": revisions_query(target, live)}


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    refuse_paused(scene.live)
    known = templates(scene.live, scene.related.get("revisions", ()))
    present = present_revision(scene.live, known)
    if parameters.to_revision is None:
        earlier = [number for number in known if number != present]
        if not earlier:
            raise Unusable(f"it has no earlier revision; {_listed(known, present)}")
        wanted = earlier[-1]
    else:
        wanted = parameters.to_revision
        if wanted not in known:
            raise Unusable(f"it has no revision {wanted}; {_listed(known, present)}")
    if wanted == present:
        return scene.live
    return with_value(scene.live, ("spec", "template"), known[wanted])


def _listed(known: Mapping[int, Any], present: int | None) -> str:
    told = ", ".join(f"{number} (live)" if number == present else str(number) for number in known)
    return f"its revisions are {told}" if told else "no revision of it is kept"


ACTION = Action(
    name="undo_rollout",
    description=(
        "Bring the pod template of an earlier revision back, the previous one unless told; settled when the rollout is "
        "complete."
    ),
    kinds=WORKLOADS,
    parameters=Parameters,
    reads=_reads,
    desired=_desired,
    permissions=(
        *PATCH_WORKLOADS,
        Permission("apps", "replicasets", ("list",)),
        Permission("apps", "controllerrevisions", ("list",)),
    ),
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.QUOTA}),
)
