"""
Owns gathering what a policy rests on beside the target: its namespace and the wanted facts, all side by side.

A fact that cannot be read never fails the step here: it is None with its reason, and a rule that needs it denies.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from executor.core.errors import ClusterError
from executor.core.facts import FactName, Facts, budget_facts, node_facts, pod_facts
from executor.core.model import Manifest
from executor.core.policy import NamespaceInput
from executor.core.target import Target
from executor.engine.ports import Live, Surroundings
from executor.kube.selectors import query_of

MAX_REASON_CHARACTERS = 300

ReadObject = Callable[[Target], Awaitable[Manifest]]
ListObjects = Callable[[str, str | None, Mapping[str, Any] | None], Awaitable[list[Manifest]]]


class _Unknown(Exception):
    """
    A fact that cannot be asked for; a signal inside this module.
    """


async def gather(
    target: Target, live: Live, wanted: frozenset[FactName], *, read: ReadObject, list_objects: ListObjects
) -> Surroundings:
    """
    Return the surroundings of a target; `list_objects` takes kind, namespace and LabelSelector.
    """

    async def nodes() -> Any:
        return node_facts(await list_objects("Node", None, None))

    async def pods() -> Any:
        selector = (await _at_hand(live)).get("spec", {}).get("selector")
        if query_of(selector) is None:
            raise _Unknown("the target selects no pods")
        return pod_facts(await list_objects("Pod", target.namespace, selector))

    async def budgets() -> Any:
        listing = asyncio.ensure_future(list_objects("PodDisruptionBudget", target.namespace, None))
        try:
            labels = _template_labels(await _at_hand(live))
            return budget_facts(await listing, labels)
        finally:
            listing.cancel()

    async def namespace() -> Any:
        metadata = (await read(Target(kind="Namespace", name=str(target.namespace))))["metadata"]
        return NamespaceInput(labels=metadata.get("labels") or {}, annotations=metadata.get("annotations") or {})

    readers = {FactName.NODES: nodes, FactName.PODS: pods, FactName.BUDGETS: budgets}
    asked: dict[str, Callable[[], Awaitable[Any]]] = {str(name): readers[name] for name in sorted(wanted)}
    if target.namespace is not None:
        asked["namespace"] = namespace
    unknown: dict[str, str] = {}

    async def known(name: str, reader: Callable[[], Awaitable[Any]]) -> tuple[str, Any]:
        try:
            return name, await reader()
        except (ClusterError, _Unknown) as error:
            unknown[name] = str(error)[:MAX_REASON_CHARACTERS]
            return name, None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(known(name, reader)) for name, reader in asked.items()]
    found = dict(task.result() for task in tasks)
    return Surroundings(namespace=found.pop("namespace", None), facts=Facts(**found, unknown=unknown))


async def _at_hand(live: Live) -> Manifest:
    # Shielded: the read belongs to whoever began it.
    return await asyncio.shield(live) if isinstance(live, asyncio.Future) else live


def _template_labels(live: Manifest) -> dict[str, str]:
    template = live.get("spec", {}).get("template")
    if template is None:
        raise _Unknown("the target has no pod template")
    return template.get("metadata", {}).get("labels") or {}
