"""
Owns what a run must hold alone, as far as the cluster has to be asked for it: who is above the pods it is about.

Two runs on two pods of one workload would else each count on the other pod staying.
"""

import asyncio

from executor.core.claims import changed_pods, claims_of
from executor.core.errors import ClusterError
from executor.core.facts.owners import MAX_OWNERS_READ, owner_of, owner_target
from executor.core.plan import Plan
from executor.core.target import Target
from executor.engine.ports import Cluster


async def claims_in(cluster: Cluster, plan: Plan) -> tuple[str, ...]:
    """
    Return the keys a run claims: its targets, and for pods their top owner.

    An owner that cannot be read now is not claimed, but the pod is; if it can be used is judged in its step's turn.
    """
    tops = await asyncio.gather(*(_top_owner(cluster, pod) for pod in changed_pods(plan)))
    return claims_of(plan, above=[top for top in tops if top is not None])


async def _top_owner(cluster: Cluster, pod: Target) -> Target | None:
    top, below = None, pod
    try:
        for _ in range(MAX_OWNERS_READ):
            owner = owner_of(await cluster.read(below))
            above = None if owner is None else owner_target(owner, pod.namespace)
            if above is None:
                break
            top = below = above
    except (ClusterError, ValueError):
        # A reference may hold any text; what was found below it stands.
        return top
    return top
