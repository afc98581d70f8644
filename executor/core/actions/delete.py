"""
Owns the action `delete`: remove any object.
"""

from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from executor.core.action import ANY_KIND, Action, After, Form, Permission, Scene
from executor.core.facts import FactName
from executor.core.health import Health, HealthState
from executor.core.model import ABSENT, Manifest, Value
from executor.core.target import Target

_PODS_ARE_NEW = "its pods would be new ones"
_DATA_IS_GONE = "the data goes with it"
_CONTENT_IS_GONE = "everything in it goes with it"

NEVER_THE_SAME = MappingProxyType(
    {
        "Pod": "a pod that is made anew is another one: its owner makes one, or nobody does",
        "Job": "made anew it would run once more",
        "ReplicaSet": _PODS_ARE_NEW,
        "ReplicationController": _PODS_ARE_NEW,
        "PersistentVolumeClaim": _DATA_IS_GONE,
        "PersistentVolume": _DATA_IS_GONE,
        "Namespace": _CONTENT_IS_GONE,
        "Node": "the node's own agent makes it anew, not a restore",
        "CustomResourceDefinition": "every object of its kind goes with it",
        "Event": "it tells of a moment that is over",
        "ControllerRevision": "its controller keeps its history itself",
        "Lease": "whoever holds it writes it anew",
        "CertificateSigningRequest": "its approval does not come back",
    }
)
"""Kinds of which making one anew is not putting it back, each with the reason."""


class Parameters(Value):
    """
    What happens to the objects it owns, and how long it may take to end.
    """

    propagation: Annotated[
        Literal["background", "foreground", "orphan"], Field(description="what happens to the objects that it owns")
    ] = "background"
    grace_seconds: Annotated[
        int | None, Field(ge=0, le=3600, description="time to end by itself; the object's own when left out")
    ] = None


def _desired(_: Scene, __: Parameters) -> Manifest:
    return ABSENT


def _form(_: Scene, parameters: Parameters) -> Form:
    options: dict[str, Any] = {"propagationPolicy": parameters.propagation.capitalize()}
    if parameters.grace_seconds is not None:
        options["gracePeriodSeconds"] = parameters.grace_seconds
    return Form(options=options)


def _settled(_: After) -> Health:
    return Health(HealthState.CURRENT, "gone")


def _remarks(target: Target | None) -> tuple[str, ...]:
    if target is None or target.kind in NEVER_THE_SAME:
        return ()
    return (_REMARK,)


_REMARK = (
    "a restore makes it anew from its snapshot: uid, creation time and status do not come back, nor do objects that it "
    "owned; whoever named its uid does not know the new one"
)


ACTION = Action(
    name="delete",
    description=(
        "Remove any object; settled when it is gone. A restore makes it anew from the snapshot, except for kinds of "
        "which a new one is not the old one (Pod, Job, PersistentVolumeClaim, Namespace and others)."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    desired=_desired,
    form=_form,
    permissions=(Permission("*", "*", ("get", "watch", "list", "delete", "create")),),
    may_be_absent=True,
    settled=_settled,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.OWNERS, FactName.WORKLOADS}),
    irreversible_kinds=NEVER_THE_SAME,
    remarks=_remarks,
)
