"""
Owns the verification of a change: watch the target until it has settled, as long as our change is still in it.

Beside the target it watches what the action names (a workload's pods), so that a rollout that will not get there is
told by its reason within seconds instead of by its deadline.
"""

from collections.abc import Callable
from dataclasses import dataclass

from executor.core.action import After
from executor.core.actions import CATALOGUE
from executor.core.deleting import deletion_told
from executor.core.diff import diff, still_differs
from executor.core.health import Health, HealthState
from executor.core.health.trouble import Trouble, trouble_of, trouble_of_conditions
from executor.core.model import ABSENT, Manifest
from executor.core.ownership import written_at
from executor.core.paths import Path, readable
from executor.core.plan import Step
from executor.core.succession import successors
from executor.core.target import Target
from executor.engine.patience import Patience
from executor.engine.ports import Clock, Cluster
from executor.engine.watching import watching


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

    def __init__(self, *, cluster: Cluster, clock: Clock) -> None:
        self._cluster, self._clock = cluster, clock

    async def verify(
        self,
        step: Step,
        subject: Target,
        *,
        before: Manifest,
        applied: Manifest,
        seen: Callable[[Health], None],
        just_seen: bool = True,
    ) -> Verified | NotVerified:
        """
        Return when the change has settled or cannot settle any more. The caller limits how long that may take.

        `seen` is told of every state on the way, so that a limit that is reached can say how far it came. `just_seen`
        is False for an `applied` out of the log of an earlier process, which says nothing about now.
        """
        action = CATALOGUE[step.action]
        queries = action.watches(subject, before or applied)
        after = After(applied, action.read(step.parameters), before, written_at(applied))
        if just_seen and applied and not queries and (at_once := action.settled(after)).is_current:
            # The answer to the write shows it settled already, as for a node that needs no controller.
            return Verified(f"{subject}: {at_once.message}", applied)
        ours = tuple(each.path for each in diff(before, applied)) if applied else ()
        patience = Patience(self._clock)
        async with watching(self._cluster, subject, view=action.view(subject), queries=queries) as now:
            while True:
                await now.next(within=patience.seconds_left)
                if now.ended:
                    return NotVerified(f"{subject}: the watch ended")
                if applied and (lost := _lost(subject, ours, applied=applied, live=now.live)):
                    return NotVerified(lost)
                after = After(now.live or ABSENT, after.parameters, before, after.since, now.related)
                health = (None if applied else _gone(before, now.live)) or action.settled(after)
                if health.is_current:
                    return Verified(f"{subject}: {health.message}", now.live or ABSENT)
                patience.look(_trouble(after, now.live, of_successors=not applied))
                trouble = patience.suffered
                seen(health if trouble is None else Health(HealthState.IN_PROGRESS, trouble.message))
                if trouble is not None and not patience.seconds_left:
                    return NotVerified(f"{subject}: {trouble.message}")
                if health.is_failed:
                    why = f"; {trouble.message}" if trouble is not None and trouble.message != health.message else ""
                    return NotVerified(f"{subject}: {health.message}{why}")


def _lost(subject: Target, ours: tuple[Path, ...], *, applied: Manifest, live: Manifest | None) -> str | None:
    """
    Return how our change was lost while it was verified, or None while it is there.
    """
    if live is None or live["metadata"]["uid"] != applied["metadata"]["uid"]:
        return f"{subject} was deleted while its change was verified"
    if differing := still_differs(ours, applied, live):
        return f"{subject}: somebody else changed {readable(differing[0])} while it was verified"
    return None


def _gone(before: Manifest, live: Manifest | None) -> Health | None:
    """
    Return that an object which was removed is still there, or None when it is gone.
    """
    if live is None or live["metadata"]["uid"] != before["metadata"]["uid"]:
        return None
    return Health(HealthState.IN_PROGRESS, deletion_told(live))


def _trouble(after: After, live: Manifest | None, *, of_successors: bool) -> Trouble | None:
    """
    Behind a pod that was taken away, its trouble is that of the pods its owner has; others may be on the same node.
    """
    if "pods" not in after.related:
        return None
    pods = after.related["pods"]
    if of_successors:
        return trouble_of(successors(after.before, pods), since=None)
    return trouble_of(pods, since=after.since) or (trouble_of_conditions(live) if live else None)
