"""
Owns the action `uncordon`: let pods be scheduled to a node again.
"""

from executor.core.action import Action, Permission, without_value
from executor.core.facts import FactName
from executor.core.health import observed
from executor.core.model import Manifest, Value


class Parameters(Value):
    """
    An uncordon takes no parameters.
    """


def _desired(live: Manifest, _: Parameters, __: str) -> Manifest:
    return without_value(live, ("spec", "unschedulable"))


ACTION = Action(
    name="uncordon",
    description="Let pods be scheduled to a node again.",
    kinds=("Node",),
    parameters=Parameters,
    desired=_desired,
    permissions=(Permission("", "nodes", ("get", "watch", "list", "patch")),),
    facts=frozenset({FactName.NODES}),
    settled=observed,
)
