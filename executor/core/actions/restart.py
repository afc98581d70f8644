"""
Owns the action `restart`: replace every pod of a workload, as `kubectl rollout restart` does.
"""

from executor.core.action import PATCH_WORKLOADS, WORKLOADS, Action, After, Scene, pods_of, refuse_paused, with_value
from executor.core.facts import FactName
from executor.core.health import Health
from executor.core.health.rollout import rolled_out
from executor.core.model import Manifest, Value

RESTARTED_AT = ("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")


class Parameters(Value):
    """
    A restart takes no parameters.
    """


def _desired(scene: Scene, _: Parameters) -> Manifest:
    refuse_paused(scene.live)
    return with_value(scene.live, RESTARTED_AT, scene.now)


def _settled(after: After) -> Health:
    return rolled_out(after.live, after.related.get("pods", ()), after.since)


ACTION = Action(
    name="restart",
    description="Replace every pod by a new one at the workload's own pace; settled when all are new.",
    kinds=WORKLOADS,
    parameters=Parameters,
    desired=_desired,
    permissions=PATCH_WORKLOADS,
    watches=pods_of,
    settled=_settled,
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
    irreversible_because="the pods are new ones: putting the old annotation back would only restart them once more",
)
