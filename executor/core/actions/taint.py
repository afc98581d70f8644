"""
Owns the action `taint`: keep pods off a node that do not tolerate it.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.names import LabelText, QualifiedName
from executor.core.pod_removal import COUNT_OWNERS
from executor.core.taints import Effect, Taint, with_taints


class Parameters(Value):
    """
    One taint; the node's other taints stay, one of the same key and effect gets the value.
    """

    key: Annotated[QualifiedName, Field(description="such as example.com/maintenance")]
    value: Annotated[LabelText, Field(default="", description="may be left out")]
    effect: Annotated[Effect, Field(description="NoExecute also evicts the pods that are there")]


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    def changed(taints: list[Taint]) -> list[Taint]:
        wanted = {"key": parameters.key, "effect": parameters.effect}
        if parameters.value:
            wanted["value"] = parameters.value
        known = [_is_meant(each, parameters) for each in taints]
        # The time at which it was added stays: from it the API server counts how long pods tolerate it.
        kept = [
            {**{key: each[key] for key in each if key != "value"}, **wanted} if found else each
            for each, found in zip(taints, known, strict=True)
        ]
        return kept if any(known) else [*taints, wanted]

    return with_taints(scene.live, changed)


def _is_meant(taint: Taint, parameters: Parameters) -> bool:
    return taint.get("key") == parameters.key and taint.get("effect") == parameters.effect


ACTION = Action(
    name="taint",
    description="Taint a node, so that pods which do not tolerate it stay away, or with NoExecute have to leave.",
    kinds=("Node",),
    parameters=Parameters,
    example={"key": "example.com/maintenance", "effect": "NoSchedule"},
    desired=_desired,
    permissions=(
        Permission("", "nodes", READ_AND_PATCH),
        Permission("", "pods", ("get", "watch", "list")),
        *COUNT_OWNERS,
    ),
    facts=frozenset({FactName.NODES, FactName.PODS, FactName.BUDGETS, FactName.WORKLOADS}),
    settled=by_observation,
)
