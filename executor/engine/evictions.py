"""
Owns asking the API server what the evictions of a drain would do: a dry run each, a few side by side.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from executor.core.drain import DrainParameters, evictable, eviction, part_of
from executor.core.errors import BudgetBlocked, TargetGone, TargetMoved, TargetNotFound
from executor.core.facts import EvictionFact
from executor.core.model import Manifest
from executor.engine.ports import Cluster

SIDE_BY_SIDE = 10

Outcome = Literal["evictable", "blocked", "skipped"]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """
    One pod of a node that is to be drained, and what its eviction would be.
    """

    pod: Manifest
    outcome: Outcome
    why: str | None = None

    @property
    def fact(self) -> EvictionFact:
        """
        Return it as the policy sees it.
        """
        metadata = self.pod["metadata"]
        return EvictionFact(pod=metadata["name"], namespace=metadata["namespace"], outcome=self.outcome, why=self.why)

    def as_json(self) -> dict[str, Any]:
        """
        Return it as a DryRunCompleted event keeps it: with the uid that an eviction is bound to.
        """
        return {**self.fact.model_dump(), "part": part_of(self.pod), "uid": self.pod["metadata"]["uid"]}


async def foreseen(cluster: Cluster, pods: Iterable[Manifest], parameters: DrainParameters) -> tuple[Foreseen, ...]:
    """
    Return what would become of each pod; each is asked about alone, so a budget that has room for one has it for each.

    Raises the ClusterError of an eviction that no waiting makes possible.
    """
    sorting = evictable(pods, parameters)
    limit = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(pod: Manifest) -> Foreseen | None:
        async with limit:
            try:
                await cluster.dry_run(eviction(pod, parameters))
            except BudgetBlocked as blocked:
                return Foreseen(pod, "blocked", why_blocked(blocked))
            except (TargetNotFound, TargetGone, TargetMoved):
                return None  # it has gone meanwhile
            return Foreseen(pod, "evictable")

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(pod)) for pod in sorting.to_evict]
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    skipped = (Foreseen(pod, "skipped", why) for pod, why in sorting.skipped)
    leaving = (Foreseen(pod, "skipped", "it is being deleted already") for pod in sorting.leaving)
    asked = (task.result() for task in tasks)
    return (*(each for each in asked if each is not None), *leaving, *skipped)


def why_blocked(error: BudgetBlocked) -> str:
    """
    Return which budget blocks an eviction, with its numbers where they are known.
    """
    named = f"disruption budget {error.budget}" if error.budget else "a disruption budget"
    if error.needed is None or error.healthy is None:
        return f"{named} allows no eviction now"
    return f"{named} needs {error.needed} healthy pods and has {error.healthy}"
