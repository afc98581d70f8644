"""
Owns what a drain does next, told from its node as it is now: whom to evict, whom to have judged, and when it has ended.

So a restart needs nothing but to look: an eviction that had landed shows on its pod, and any other is sent.
"""

from dataclasses import dataclass, replace
from typing import Any

from executor.core.drain import ON_NODE, DrainParameters, Sorting, evictable, part_of, told_of
from executor.core.errors import ClusterError, Unusable
from executor.core.events import EventType
from executor.core.health.wording import counted
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.policy import Decision
from executor.core.request import asker_of
from executor.core.run import Actuation, StepState
from executor.core.times import seconds_between
from executor.engine.asking import refusal
from executor.engine.drain_judge import DrainJudge
from executor.engine.evicting import Evicting
from executor.engine.leash import Leash, Stopped, Why
from executor.engine.ports import Clock
from executor.engine.recorder import Recorder
from executor.engine.watching import Watching


@dataclass(frozen=True, slots=True)
class Drained:
    """
    No evictable pod is left; `message` says how many went, and is empty where none had to.
    """

    message: str


@dataclass(frozen=True, slots=True)
class NotDrained:
    """
    It ended before.

    `why` is there when the step was stopped from outside, else `message` begins with the reason; it goes on with how
    many pods went, which are left, and what holds each.
    """

    code: str
    message: str
    why: Why | None = None


class Draining:
    """
    One drain under way: `now` is its node and the pods on it.
    """

    def __init__(
        self,
        recorder: Recorder,
        step: Step,
        leash: Leash,
        *,
        parameters: DrainParameters,
        now: Watching,
        evicting: Evicting,
        judge: DrainJudge,
        clock: Clock,
    ) -> None:
        self._recorder, self._step, self._leash, self._parameters = recorder, step, leash, parameters
        self._now, self._evicting, self._judge, self._clock = now, evicting, judge, clock
        self._read_back = False
        self._judgements = 0

    async def to_its_end(self) -> Drained | NotDrained:
        """
        Look and act until it has ended.
        """
        try:
            ended = None
            while ended is None:
                await self._leash.hold(self._now.next(within=self._pause()))
                ended = await self._look() if self._now.complete else self._too_late()
        except Stopped as stopped:
            await self._evicting.settle()
            if stopped.why is Why.SHUTDOWN:
                raise
            ended = NotDrained(str(stopped.why), "", stopped.why)
        except (ClusterError, Unusable) as error:
            ended = NotDrained(error.code, str(error))
        await self._evicting.settle()
        if isinstance(ended, Drained):
            return ended
        return replace(ended, message="; ".join(filter(None, (ended.message, *self._told()))))

    async def _look(self) -> Drained | NotDrained | None:
        """
        Do what the node as it is now asks for; return how the drain ended, or None. Raises what nothing heals.
        """
        node, found = self._now.live, evictable(self._now.related[ON_NODE], self._parameters)
        if self._evicting.failure is not None:
            raise self._evicting.failure
        if node is None:
            return Drained("")
        hindered = self._hindered(node, found) or self._too_late()
        if hindered is not None:
            return hindered
        self._take_up(found)
        if found.is_done and not self._evicting.under_way:
            gone = len(self._uids(Actuation.APPLIED))
            return Drained(f"{counted(gone, 'pod')} evicted, which are not brought back" if gone else "")
        denial = await self._denied(found)
        if denial is not None:
            code, message = refusal(denial, because="the drain is under way; drain without what holds it back")
            return NotDrained(code, message)
        self._begin(found)
        return None

    def _hindered(self, node: Manifest, found: Sorting) -> NotDrained | None:
        if not node.get("spec", {}).get("unschedulable"):
            told = f"{self._step.about}: somebody else opened it to new pods while it was drained"
            return NotDrained("verification_failed", told)
        if found.refused:
            told = told_of({part_of(pod): why for pod, why in found.refused})
            return NotDrained(Unusable.code, f"{self._step.about}: pods came that must not be evicted: {told}")
        return None

    def _begin(self, found: Sorting) -> None:
        there = {pod["metadata"]["uid"] for pod in (*found.to_evict, *found.leaving)}
        free = self._parameters.max_in_flight - self._evicting.under_way - len(self._evicting.sent & there)
        for pod in found.to_evict:
            if free > 0 and self._evicting.may_begin(pod["metadata"]["uid"]):
                self._evicting.begin(pod)
                free -= 1

    async def _denied(self, found: Sorting) -> Decision | None:
        """
        Have pods judged that came after the judgement; return the decision that denies their eviction, or None.
        """
        judged = {told["uid"] for told in self._state.parts.values()} | self._evicting.sent
        new = [pod for pod in found.to_evict if pod["metadata"]["uid"] not in judged]
        if not new or self._now.live is None:
            return None
        self._judgements += 1
        run = self._recorder.run
        judging = self._judge.judge(
            asker_of(run),
            self._step,
            node=self._now.live,
            pods=new,
            note=self._note,
            attempt=self._state.attempts + self._judgements,
        )
        decision = await self._leash.hold(judging)
        return None if decision.allowed else decision

    def _take_up(self, found: Sorting) -> None:
        """
        Record, once, which evictions of an earlier process had landed: their pods are gone or going.
        """
        if self._read_back:
            return
        self._read_back = True
        self._evicting.sent |= self._uids(Actuation.APPLIED)
        still_there = {pod["metadata"]["uid"] for pod in found.to_evict}
        for part, told in self._state.parts.items():
            if told["actuation"] not in {Actuation.INTENDED, Actuation.UNKNOWN}:
                continue
            landed = told["uid"] not in still_there
            actuation = Actuation.APPLIED if landed else Actuation.NONE
            said = "had landed" if landed else "had not landed"
            data = {"part": part, "actuation": str(actuation), "message": f"read back: the eviction {said}"}
            self._note(EventType.OUTCOME_RESOLVED, data, None)
            if landed:
                self._evicting.sent.add(told["uid"])

    # --- time -------------------------------------------------------------------------------------------------------

    def _too_late(self) -> NotDrained | None:
        if self._seconds_left() > 0:
            return None
        limit = self._parameters.deadline_seconds
        return NotDrained(str(Why.DEADLINE), f"{self._step.about}: its deadline of {limit} s was reached")

    def _seconds_left(self) -> float:
        limit, began = self._parameters.deadline_seconds, self._state.started_at
        if limit is None or began is None:
            return float("inf")
        return limit - seconds_between(began, self._clock.now())

    def _pause(self) -> float | None:
        """
        Return after how long to look again though nothing was heard.
        """
        waiting = self._evicting.waiting.seconds_left()
        soonest = min(self._seconds_left(), float("inf") if waiting is None else waiting)
        return None if soonest == float("inf") else max(soonest, 0.0)

    # --- what the log says ------------------------------------------------------------------------------------------

    @property
    def _state(self) -> StepState:
        return self._recorder.run.steps[self._step.id]

    def _uids(self, actuation: Actuation) -> set[str]:
        return {told["uid"] for told in self._state.parts.values() if told["actuation"] == actuation}

    def _note(self, kind: EventType, data: dict[str, Any], decision: Decision | None) -> None:
        self._recorder.note(kind, data, step=self._step.id, decision=decision)

    def _told(self) -> list[str]:
        found = evictable(self._now.related.get(ON_NODE, ()), self._parameters)
        left = {part_of(pod): "it is being deleted" for pod in found.leaving}
        for pod in found.to_evict:
            uid = pod["metadata"]["uid"]
            left[part_of(pod)] = "evicted" if uid in self._evicting.sent else self._evicting.waiting.why(uid)
        gone = {part for part, told in self._state.parts.items() if told["actuation"] == Actuation.APPLIED}
        not_back = ", which are not brought back" if gone else ""
        went = f"{len(gone)} of {counted(len({*gone, *left}), 'pod')} evicted{not_back}"
        return [went, f"left: {told_of(left)}"] if left else [went]
