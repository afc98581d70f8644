"""
Owns the one write of a step or restore: announced durably, sent bound to what was judged, and never left in doubt.

When the answer is lost, the object is read back first (`core.landing`). The write did not land: the same bytes go
again, and the server takes them at most once. It landed: the step goes on. Anything else stays unknown, and is said so.
"""

from dataclasses import dataclass
from typing import Any

from executor.core.change import Change
from executor.core.errors import (
    AlreadyExists,
    BudgetBlocked,
    ClusterError,
    OutcomeUnknown,
    TargetGone,
    TargetMoved,
    TargetNotFound,
)
from executor.core.events import EventType
from executor.core.landing import Landing, has_moved, landing
from executor.core.model import ABSENT, Manifest
from executor.core.retry import delay_seconds
from executor.core.run import Actuation
from executor.engine.leash import Leash
from executor.engine.ports import Clock, Cluster
from executor.engine.recorder import Recorder

SENDS = 3
"""How often the same bytes are sent when each answer is lost."""


@dataclass(frozen=True, slots=True)
class Intent:
    """
    A change about to be written, with the states it is judged by: the object before, and the preview of it after.

    `restore` says that it puts something back, `owners` that it is only who owns the fields.
    `part` names one of several writes of its step: the eviction of one pod.
    """

    step: str
    change: Change
    before: Manifest
    preview: Manifest
    restore: bool = False
    owners: bool = False
    part: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """
        Return what the events of this write say of its part, nothing where it is the step's only one.
        """
        return {} if self.part is None else {"part": self.part}


class Writer:
    """
    Writes intents to the cluster and tells the recorder.
    """

    def __init__(self, *, cluster: Cluster, clock: Clock) -> None:
        self._cluster, self._clock = cluster, clock

    async def write(self, recorder: Recorder, intent: Intent, leash: Leash) -> Manifest:
        """
        Write an intent and return the object as it was persisted.

        Raises Stopped before anything was sent, TargetMoved when the target must be judged again, another ClusterError
        when the server refused, OutcomeUnknown when nobody can tell.
        """
        leash.check()
        await recorder.record(EventType.APPLY_STARTED, started_data(intent), step=intent.step)
        leash.check()
        return await self._send(recorder, intent, leash, sends_left=SENDS)

    async def take_up(self, recorder: Recorder, intent: Intent, leash: Leash) -> Manifest:
        """
        Go on with a write that was under way when the process ended: read back, then as after a lost answer.

        Raises as `write` does; Stopped when the write had not landed and must not be sent any more.
        """
        lost = OutcomeUnknown(f"{intent.change.target}: the executor ended while the write was under way")
        return await self._resolve(recorder, intent, lost, leash, sends_left=SENDS - 1)

    async def _send(self, recorder: Recorder, intent: Intent, leash: Leash, *, sends_left: int) -> Manifest:
        attempt = 1
        while True:
            try:
                return (await self._cluster.apply(intent.change)).manifest
            except OutcomeUnknown as lost:
                return await self._resolve(recorder, intent, lost, leash, sends_left=sends_left - 1)
            except _MOVED as moved:
                if sends_left < SENDS:
                    # An earlier send of the same bytes may be what moved it.
                    return await self._resolve(recorder, intent, OutcomeUnknown(str(moved)), leash, sends_left=0)
                if _is_a_move(intent.change, moved):
                    raise TargetMoved(str(moved), http_status=moved.http_status) from moved
                raise
            except BudgetBlocked:
                # It may block for long: whoever asked for the write says so, and lets others go first.
                raise
            except ClusterError as error:
                delay = delay_seconds(error, attempt=attempt, jitter=self._clock.jitter())
                if delay is None:
                    raise
                attempt += 1
                # Refused, so nothing is under way: sending it again would begin a write.
                await leash.hold(self._clock.sleep(delay))
                leash.check()

    async def _resolve(
        self, recorder: Recorder, intent: Intent, lost: OutcomeUnknown, leash: Leash, *, sends_left: int
    ) -> Manifest:
        data = {"message": str(lost), "restore": intent.restore, "digest": intent.change.digest, **intent.named}
        await recorder.record(EventType.OUTCOME_UNKNOWN, data, step=intent.step)
        change = intent.change
        live = await self._read_back(intent, lost)
        found = landing(change, before=intent.before, preview=intent.preview, live=live)
        if found is Landing.LANDED:
            self._resolved(recorder, intent, Actuation.APPLIED, "read back: the write had landed")
            return ABSENT if change.removes else live
        if found is Landing.NOT_LANDED and has_moved(change, live):
            raise TargetMoved(f"{change.target}: it changed since it was judged, nothing was written. Judge it again.")
        if found is Landing.NOT_LANDED and sends_left > 0:
            said = "read back: the object is as it was judged, so the write had not landed"
            self._resolved(recorder, intent, Actuation.INTENDED, said)
            leash.check()
            return await self._send(recorder, intent, leash, sends_left=sends_left)
        raise OutcomeUnknown(
            f"{intent.change.target}: the answer to the write was lost, and the object is neither as it was nor as "
            "previewed; compare it with the step's preview by hand"
        ) from lost

    async def _read_back(self, intent: Intent, lost: OutcomeUnknown) -> Manifest:
        attempt = 1
        while True:
            change = intent.change
            try:
                live = await self._cluster.read(change.target, subresource=change.view)
            except TargetNotFound as error:
                if change.creates or change.removes:
                    return ABSENT
                raise OutcomeUnknown(
                    f"{change.target}: the answer to the write was lost, and it is gone now"
                ) from error
            except ClusterError as error:
                delay = delay_seconds(error, attempt=attempt, jitter=self._clock.jitter())
                if delay is None:
                    raise OutcomeUnknown(f"{lost}; reading it back failed too: {error}") from error
                attempt += 1
                await self._clock.sleep(delay)
            else:
                judged = change.preconditions
                if judged is not None and not change.removes and live["metadata"]["uid"] != judged.uid:
                    raise OutcomeUnknown(f"{change.target}: the answer was lost, and another object has its name now")
                return live

    def _resolved(self, recorder: Recorder, intent: Intent, actuation: Actuation, message: str) -> None:
        data = {
            "actuation": str(actuation),
            "message": message,
            "restore": intent.restore,
            "digest": intent.change.digest,
            **intent.named,
        }
        recorder.note(EventType.OUTCOME_RESOLVED, data, step=intent.step)


_MOVED = (TargetMoved, AlreadyExists, TargetNotFound, TargetGone)
"""What a second send of the same bytes is answered with when the first one landed."""


def _is_a_move(change: Change, error: ClusterError) -> bool:
    """
    Tell if a first send found another state than was judged: what was to be made is there, what was to go is gone.
    """
    return (change.creates and isinstance(error, AlreadyExists)) or (
        change.removes and isinstance(error, TargetNotFound)
    )


def started_data(intent: Intent) -> dict[str, Any]:
    """
    Return the data of an ApplyStarted event: the digest, and the very bytes, so that a restart can send them again.
    """
    change = intent.change.model_dump(mode="json")
    data = {"digest": intent.change.digest, "change": change, "restore": intent.restore, "owners": intent.owners}
    return data if intent.part is None else {**data, **intent.named, "message": f"{intent.change.word} {intent.part}"}
