"""
Owns the action `restart`: replace every pod of a workload, as `kubectl rollout restart` does.
"""

from executor.core.action import Action, Permission, refuse_paused, with_value
from executor.core.facts import FactName
from executor.core.model import Manifest, Value

RESTARTED_AT = ("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")


class Parameters(Value):
    """
    A restart takes no parameters.
    """


def _desired(live: Manifest, _: Parameters, now: str) -> Manifest:
    refuse_paused(live)
    return with_value(live, RESTARTED_AT, now)


ACTION = Action(
    name="restart",
    description="Replace every pod by a new one at the workload's own pace; settled when the rollout is complete.",
    kinds=("Deployment", "StatefulSet", "DaemonSet"),
    parameters=Parameters,
    desired=_desired,
    permissions=(
        Permission("apps", "deployments", ("get", "watch", "list", "patch")),
        Permission("apps", "statefulsets", ("get", "watch", "list", "patch")),
        Permission("apps", "daemonsets", ("get", "watch", "list", "patch")),
    ),
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
    irreversible_because="the pods are new ones: putting the old annotation back would only restart them once more",
)
