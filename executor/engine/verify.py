"""
Owns the verification of a change: watch the target until it has settled, as long as our change is still in it.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from executor.core.actions import CATALOGUE
from executor.core.diff import diff, still_differs
from executor.core.health import Health
from executor.core.model import Manifest
from executor.core.paths import readable
from executor.core.plan import Step
from executor.engine.ports import Cluster


@dataclass(frozen=True, slots=True)
class Verified:
    """
    The change has settled; `message` says how, `live` is the object that showed it.
    """

    message: str
    live: Manifest


@dataclass(frozen=True, slots=True)
class NotVerified:
    """
    Waiting longer cannot help; `message` says why.
    """

    message: str


class Verifier:
    """
    Watches targets.
    """

    def __init__(self, *, cluster: Cluster) -> None:
        self._cluster = cluster

    async def verify(
        self, step: Step, *, before: Manifest, applied: Manifest, seen: Callable[[Health], None], just_seen: bool = True
    ) -> Verified | NotVerified:
        """
        Return when the change has settled or cannot settle any more. The caller limits how long that may take.

        `seen` is told of every state on the way, so that a limit that is reached can say how far it came. `just_seen`
        is False for an `applied` out of the log of an earlier process, which says nothing about now.
        """
        at_once = CATALOGUE[step.action].settled(applied)
        if just_seen and at_once.is_current:
            # The answer to the write shows it settled already, as for a node that needs no controller.
            return Verified(f"{step.target}: {at_once.message}", applied)
        ours = [each.path for each in diff(before, applied)]
        async with aclosing(self._cluster.watch(step.target)) as states:
            async for live in states:
                if live is None or live["metadata"]["uid"] != applied["metadata"]["uid"]:
                    return NotVerified(f"{step.target} was deleted while its change was verified")
                if lost := still_differs(ours, applied, live):
                    path = readable(lost[0])
                    return NotVerified(f"{step.target}: somebody else changed {path} while it was verified")
                health = CATALOGUE[step.action].settled(live)
                seen(health)
                if health.is_current:
                    return Verified(f"{step.target}: {health.message}", live)
                if health.is_failed:
                    return NotVerified(f"{step.target}: {health.message}")
        return NotVerified(f"{step.target}: the watch ended")
