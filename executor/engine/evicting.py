"""
Owns the evictions of one drain that are under way: each announced durably, sent once at a time, and put on record.
"""

import asyncio

from executor.core.drain import DrainParameters, eviction, part_of
from executor.core.errors import BudgetBlocked, ClusterError, OutcomeUnknown, TargetGone, TargetMoved
from executor.core.events import EventType
from executor.core.model import ABSENT, Manifest
from executor.core.run import Actuation
from executor.engine.evictions import why_blocked
from executor.engine.leash import Leash, Stopped
from executor.engine.ports import Clock
from executor.engine.recorder import Recorder
from executor.engine.waiting_room import WaitingRoom
from executor.engine.watching import Watching
from executor.engine.write import Intent, Writer


class Evicting:
    """
    Evictions under way, by uid. `sent` are the pods whose eviction landed; `failure` is what no waiting heals.

    `now` is woken whenever one has ended.
    """

    def __init__(
        self,
        recorder: Recorder,
        step: str,
        leash: Leash,
        *,
        parameters: DrainParameters,
        now: Watching,
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._recorder, self._step, self._leash = recorder, step, leash
        self._parameters, self._now, self._writer = parameters, now, writer
        self.waiting = WaitingRoom(clock)
        self.sent: set[str] = set()
        self.failure: Exception | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}

    @property
    def under_way(self) -> int:
        """
        Tell how many are being sent.
        """
        return len(self._under_way)

    def may_begin(self, uid: str) -> bool:
        """
        Tell if a pod is to be evicted now: it was not, is not being, and nothing it waits for holds it back.
        """
        return uid not in self.sent and uid not in self._under_way and self.waiting.may_go(uid)

    def begin(self, pod: Manifest) -> None:
        """
        Begin to evict a pod.
        """
        uid = pod["metadata"]["uid"]
        self.waiting.went(uid)
        task = self._under_way[uid] = asyncio.create_task(self._evict(pod, uid), name=part_of(pod))
        task.add_done_callback(lambda _: self._ended(uid))

    async def settle(self) -> None:
        """
        Return when all that is under way is on record.
        """
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def close(self) -> None:
        """
        Leave no task behind when this process is cut off; what was sent is read back at the next start.
        """
        for task in self._under_way.values():
            task.cancel()
        await self.settle()

    def _ended(self, uid: str) -> None:
        task = self._under_way.pop(uid)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self.failure = self.failure or error
        self._now.wake()

    async def _evict(self, pod: Manifest, uid: str) -> None:
        change = eviction(pod, self._parameters)
        intent = Intent(self._step, change, pod, ABSENT, part=part_of(pod))
        try:
            await self._writer.write(self._recorder, intent, self._leash)
        except Stopped:
            self._not_done(intent, "not sent: the step was stopped")
        except BudgetBlocked as blocked:
            why = why_blocked(blocked)
            room = f"{change.target.namespace}/{blocked.budget or change.target.name}"
            self.waiting.blocked(uid, by=room, why=why)
            self._not_done(intent, f"{why}; waiting")
        except (TargetMoved, TargetGone):
            # Bound to its uid alone, so the name is another pod's now, or nobody's: the next look will show it.
            self.waiting.blocked(uid, by=uid, why="it has gone meanwhile")
            self._not_done(intent, "it has gone meanwhile")
        except OutcomeUnknown:
            raise
        except ClusterError as error:
            self._not_done(intent, str(error))
            raise
        else:
            self.sent.add(uid)
            self.waiting.succeeded(uid)
            data = {"digest": change.digest, "message": "evicted", **intent.named}
            self._recorder.note(EventType.CHANGE_APPLIED, data, step=self._step)

    def _not_done(self, intent: Intent, message: str) -> None:
        data = {
            "actuation": str(Actuation.NONE),
            "message": message,
            "digest": intent.change.digest,
            **intent.named,
        }
        self._recorder.note(EventType.OUTCOME_RESOLVED, data, step=self._step)
