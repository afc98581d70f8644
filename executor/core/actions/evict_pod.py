"""
Owns the action `evict_pod`: evict a pod as far as disruption budgets allow, so that its owner makes another.
"""

from executor.core.action import Action, Form, Permission, Scene, Wire
from executor.core.facts import FactName
from executor.core.pod_removal import ITS_OWNER_MAKES_ANOTHER, SEE_OWNERS, PodRemoval, gone, options_of
from executor.core.succession import owner_and_pods, owner_is_back


def _form(_: Scene, parameters: PodRemoval) -> Form:
    return Form(Wire.EVICTION, options=options_of(parameters.grace_seconds))


ACTION = Action(
    name="evict_pod",
    description=(
        "Evict a pod, so that its owner makes another; a disruption budget may refuse it. Settled when the pod is gone "
        "and its owner is back to its count."
    ),
    kinds=("Pod",),
    parameters=PodRemoval,
    desired=gone,
    form=_form,
    watches=owner_and_pods,
    settled=owner_is_back,
    permissions=(*SEE_OWNERS, Permission("", "pods/eviction", ("create",))),
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.OWNERS, FactName.WORKLOADS}),
    irreversible_because=ITS_OWNER_MAKES_ANOTHER,
)
