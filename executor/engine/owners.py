"""
Owns giving the fields that a restore put back to the managers that owned them before our change.

It takes a second write: the first leaves them with us, whatever it says of owners (`core.ownership`). No value changes
by it, but it is a write: dry-run and judged like every other. What it cannot give back is told and fails nothing.
"""

from executor.core.change import ownership_change
from executor.core.errors import ClusterError, TargetMoved, TargetNotFound
from executor.core.model import ABSENT, Manifest
from executor.core.ownership import given_back
from executor.core.restore import Restore
from executor.engine.asking import refusal
from executor.engine.ports import Clock, Cluster
from executor.engine.restore_judge import NOTHING, RestoreJudge
from executor.engine.restoring import Restoring
from executor.engine.write import Intent, Writer

ATTEMPTS = 8
PAUSE_SECONDS = 0.2
"""A controller that writes the status moves the version; ownership is tried a few times, for the values are back."""


class Owners:
    """
    Gives fields back.
    """

    def __init__(self, *, cluster: Cluster, judge: RestoreJudge, writer: Writer, clock: Clock) -> None:
        self._cluster, self._judge, self._writer, self._clock = cluster, judge, writer, clock

    async def give_back(self, work: Restoring, restore: Restore) -> str:
        """
        Give the restored fields back, and tell how that ended; raises Stopped.
        """
        if not work.snapshot:
            return "nobody's: the object is gone"
        if work.view is not None:
            return f"not known: the object's {work.view} does not tell them"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(work, restore, attempt)
            except TargetMoved:
                await work.leash.hold(self._clock.sleep(PAUSE_SECONDS * attempt))
            except ClusterError as error:
                return f"not given back: {error}"
        return "not given back: the object changes too often"

    async def _attempt(self, work: Restoring, restore: Restore, attempt: int) -> str:
        live = await work.leash.hold(self._read(work))
        entries = given_back(work.snapshot, work.applied, live, restore.proven)
        if entries is None:
            return "as they were"
        resource = await work.leash.hold(self._cluster.resource(work.subject))
        change = ownership_change(work.subject, resource, live, entries)
        _, decision = await self._judge.judge(work, change, NOTHING, live=live, attempt=attempt)
        if not decision.allowed:
            return f"not given back: {refusal(decision, because='a restore does not wait')[1]}"
        intent = Intent(work.step.id, change, live, live, restore=True, owners=True)
        await self._writer.write(work.recorder, intent, work.leash)
        return "given back"

    async def _read(self, work: Restoring) -> Manifest:
        try:
            return await self._cluster.read(work.subject)
        except TargetNotFound:
            return ABSENT
