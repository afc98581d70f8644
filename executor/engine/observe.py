"""
Owns the steps that only look: wait until something holds, keep logs and events, keep a message. Nothing is written.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor.core.action import Work, pods_of
from executor.core.actions import CATALOGUE
from executor.core.awaited import Awaited, is_there
from executor.core.collected import (
    MAX_BYTES,
    MAX_LOG_BYTES,
    MAX_LOGS,
    Log,
    chosen,
    containers_of,
    events_of,
    kept,
    lines_of,
    pods_behind,
    told_events,
)
from executor.core.digest import canonical
from executor.core.drain import target_of_pod
from executor.core.errors import ClusterError
from executor.core.health import Health, HealthState
from executor.core.health.trouble import trouble_of, trouble_of_conditions
from executor.core.health.wording import counted
from executor.core.model import ABSENT, Manifest
from executor.core.plan import Step
from executor.core.target import Target
from executor.engine.patience import Patience
from executor.engine.ports import Clock, Cluster
from executor.engine.watching import Watching, watching

SIDE_BY_SIDE = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What was looked for is there; `observed` is kept with the step.
    """

    message: str
    observed: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unseen:
    """
    It will not be there, however long one waits; `message` says why.
    """

    message: str


class Lookout:
    """
    Looks.
    """

    def __init__(self, *, cluster: Cluster, clock: Clock) -> None:
        self._cluster, self._clock = cluster, clock

    async def look(
        self, step: Step, subject: Target | None, live: Manifest, *, seen: Callable[[Health], None]
    ) -> Seen | Unseen:
        """
        Do what a step looks for; the caller limits how long. `live` is the object as it was judged.

        `seen` is told of every state on the way, so that a limit that is reached can say how far it came. Raises
        ClusterError.
        """
        action = CATALOGUE[step.action]
        if subject is None or action.work is Work.NOTIFY:
            message = action.read(step.parameters).message
            return Seen(message, {"message": message})
        if action.work is Work.COLLECT:
            return await self._collect(step, subject, live)
        return await self._wait(subject, live, action.read(step.parameters), seen)

    async def _wait(
        self, subject: Target, live: Manifest, awaited: Awaited, seen: Callable[[Health], None]
    ) -> Seen | Unseen:
        queries = pods_of(subject, live) if awaited.health else {}
        patience = Patience(self._clock)
        async with watching(self._cluster, subject, view=None, queries=queries) as now:
            while True:
                await now.next(within=patience.seconds_left)
                if now.ended:
                    return Unseen(f"{subject}: the watch ended")
                found = is_there(now.live or ABSENT, awaited)
                if found.is_current:
                    return Seen(f"{subject}: {found.message}", {"message": found.message, **_version(now.live)})
                patience.look(_trouble(now) if awaited.health else None)
                trouble = patience.suffered
                seen(found if trouble is None else Health(HealthState.IN_PROGRESS, trouble.message))
                if trouble is not None and not patience.seconds_left:
                    return Unseen(f"{subject}: {trouble.message}")
                if found.is_failed:
                    return Unseen(f"{subject}: {found.message}")

    async def _collect(self, step: Step, subject: Target, live: Manifest) -> Seen:
        parameters = CATALOGUE[step.action].read(step.parameters)
        behind = pods_behind(subject, live)
        queries = {"events": events_of(subject)} | ({} if behind is None else {"pods": behind})
        related = await self._cluster.related(queries)
        events, pods = told_events(related["events"]), related.get("pods", ())
        wanted = [(pod, container) for pod in chosen(pods) for container in containers_of(pod)][:MAX_LOGS]
        limit = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(pod: Manifest, container: str) -> tuple[Log | None, str]:
            name = pod["metadata"]["name"]
            async with limit:
                try:
                    text = await self._cluster.logs(
                        target_of_pod(pod),
                        container=container,
                        lines=parameters.lines,
                        max_bytes=MAX_LOG_BYTES,
                        previous=parameters.previous,
                    )
                except ClusterError as error:
                    return None, f"{name}/{container}: {error}"
            return Log(name, container, text, cut=len(text.encode()) >= MAX_LOG_BYTES), ""

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(pod, container)) for pod, container in wanted]
        read = [task.result() for task in tasks]
        logs = kept([log for log, _ in read if log is not None], max_bytes=MAX_BYTES - len(canonical(events)))
        unread = [why for log, why in read if log is None]
        observed = {
            "events": events,
            "logs": [each.as_json() for each in logs],
            "unread": unread,
            "pods": {"found": len(pods), "read": len({pod["metadata"]["name"] for pod, _ in wanted})},
        }
        told = f"{counted(len(events), 'event')} and {counted(lines_of(logs), 'line')} of {counted(len(logs), 'log')}"
        lost = f"; {counted(len(unread), 'log')} could not be read" if unread else ""
        return Seen(f"{subject}: {told} kept{lost}", observed)


def _version(live: Manifest | None) -> dict[str, Any]:
    return {"resource_version": None if live is None else live["metadata"]["resourceVersion"]}


def _trouble(now: Watching) -> Any:
    if "pods" not in now.related:
        return None
    return trouble_of(now.related["pods"], since=None) or (trouble_of_conditions(now.live) if now.live else None)
