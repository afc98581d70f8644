"""
Owns gathering what a policy rests on beside the target: its namespace and the wanted facts, all side by side.

A fact that cannot be read never fails the step here: it is None with its reason, and a rule that needs it denies.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from executor.core.errors import ClusterError
from executor.core.facts import FactName, Facts
from executor.core.target import Target
from executor.engine.ports import Live, Surroundings
from executor.kube.looking import ListObjects, Look, ReadObject, Unknown

MAX_REASON_CHARACTERS = 300


async def gather(
    target: Target, live: Live, wanted: frozenset[FactName], *, read: ReadObject, list_objects: ListObjects
) -> Surroundings:
    """
    Return the surroundings of a target. An object that does not exist has no pods, no budgets and no owners.
    """
    unknown: dict[str, str] = {}

    async def known(name: str, reader: Callable[[], Awaitable[Any]]) -> tuple[str, Any]:
        try:
            return name, await reader()
        except (ClusterError, Unknown) as error:
            unknown[name] = str(error)[:MAX_REASON_CHARACTERS]
            return name, None

    look = Look(target, live, read, list_objects)
    readers: dict[str, Callable[[], Awaitable[Any]]] = {
        FactName.PODS: look.pods,
        FactName.BUDGETS: look.budgets,
        FactName.AUTOSCALERS: look.autoscalers,
        FactName.OWNERS: look.owners,
        FactName.WORKLOADS: look.workloads,
        FactName.QUOTA: look.quota,
        FactName.NODES: look.nodes,
        FactName.GITOPS: look.gitops,
    }
    asked = {str(name): readers[name] for name in sorted(wanted) if name in readers}
    if target.namespace is not None:
        asked["namespace"] = look.namespace
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(known(name, reader)) for name, reader in asked.items()]
    finally:
        await look.close()
    found = dict(task.result() for task in tasks)
    return Surroundings(namespace=found.pop("namespace", None), facts=Facts(**found, unknown=unknown))
