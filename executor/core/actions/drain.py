"""
Owns the action `drain`: let no new pod be scheduled to a node, and evict the pods on it.
"""

from collections.abc import Mapping

from executor.core.action import READ_AND_PATCH, Action, After, Permission, Scene, Work, with_value
from executor.core.drain import ON_NODE, DrainParameters, evictable, part_of, pods_on, refuse, told_of
from executor.core.facts import FactName
from executor.core.health import Health
from executor.core.health.values import current, waiting
from executor.core.health.wording import counted
from executor.core.model import Manifest
from executor.core.pod_removal import COUNT_OWNERS
from executor.core.query import Query
from executor.core.target import Target


def _pods(target: Target, _: Manifest) -> Mapping[str, Query]:
    return {ON_NODE: pods_on(target.name)}


def _desired(scene: Scene, parameters: DrainParameters) -> Manifest:
    refuse(evictable(scene.related[ON_NODE], parameters).refused)
    return with_value(scene.live, ("spec", "unschedulable"), True)


def _settled(after: After) -> Health:
    found = evictable(after.related.get(ON_NODE, ()), after.parameters)
    left = [*found.to_evict, *found.leaving, *(pod for pod, _ in found.refused)]
    if left:
        return waiting(f"{counted(len(left), 'pod')} to go: {told_of({part_of(pod): 'still there' for pod in left})}")
    stay = f"; {counted(len(found.skipped), 'pod')} of DaemonSets or the kubelet stay" if found.skipped else ""
    return current(f"no evictable pod is left{stay}")


ACTION = Action(
    name="drain",
    description=(
        "Let no new pod be scheduled to a node and evict the pods on it, a few at a time and as far as disruption "
        "budgets allow: while one blocks, it waits. Pods of DaemonSets and static pods stay. Settled when no evictable "
        "pod is left."
    ),
    kinds=("Node",),
    parameters=DrainParameters,
    work=Work.DRAIN,
    reads=_pods,
    desired=_desired,
    watches=_pods,
    settled=_settled,
    permissions=(
        Permission("", "nodes", READ_AND_PATCH),
        Permission("", "pods", ("get", "watch", "list")),
        Permission("", "pods/eviction", ("create",)),
        *COUNT_OWNERS,
    ),
    facts=frozenset({FactName.NODES, FactName.PODS, FactName.BUDGETS, FactName.WORKLOADS}),
    remarks=lambda _: (
        "a restore lets pods be scheduled to the node again; pods that were evicted are not brought back",
    ),
)
