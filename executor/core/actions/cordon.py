"""
Owns the action `cordon`: let no new pod be scheduled to a node.
"""

from executor.core.action import Action, Permission, with_value
from executor.core.facts import FactName
from executor.core.health import observed
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    A cordon takes no parameters.
    """


def _desired(live: Manifest, _: Parameters, __: str) -> Manifest:
    return with_value(live, ("spec", "unschedulable"), True)


ACTION = Action(
    name="cordon",
    description="Let no new pod be scheduled to a node; the pods on it stay.",
    kinds=("Node",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("", "nodes", ("get", "watch", "list", "patch")),),
    facts=frozenset({FactName.NODES}),
    settled=observed,
)
