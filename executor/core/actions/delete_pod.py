"""
Owns the action `delete_pod`: delete a pod, so that its owner makes another.
"""

from executor.core.action import Action, Form, Permission, Scene
from executor.core.facts import FactName
from executor.core.pod_removal import ITS_OWNER_MAKES_ANOTHER, SEE_OWNERS, PodRemoval, gone, options_of
from executor.core.succession import owner_and_pods, owner_is_back


def _form(_: Scene, parameters: PodRemoval) -> Form:
    return Form(options=options_of(parameters.grace_seconds))


ACTION = Action(
    name="delete_pod",
    description=(
        "Delete a pod, whatever disruption budgets say, so that its owner makes another; settled when it is gone and "
        "its owner is back to its count."
    ),
    kinds=("Pod",),
    parameters=PodRemoval,
    desired=gone,
    form=_form,
    watches=owner_and_pods,
    settled=owner_is_back,
    permissions=(*SEE_OWNERS, Permission("", "pods", ("delete",))),
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.OWNERS, FactName.WORKLOADS}),
    irreversible_because=ITS_OWNER_MAKES_ANOTHER,
)
