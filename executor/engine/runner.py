"""
Owns one run from its acceptance to its end: asks the core what comes next, starts it, feeds what happened back.

Everything about the run as a whole is recorded from here; steps record what is theirs.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from executor.core.errors import WrongPhase
from executor.core.events import EventType
from executor.core.moves import (
    DenyStep,
    ExpireApproval,
    FinishRun,
    Move,
    RestoreStep,
    SkipStep,
    StartRollback,
    StartStep,
    brief,
    next_moves,
)
from executor.core.request import asker_of
from executor.core.run import RunPhase, StepPhase
from executor.core.times import seconds_between
from executor.engine.approvals import Approvals, reject
from executor.engine.assess import Assessor
from executor.engine.leash import Leash, Stopped, Why
from executor.engine.ports import Clock
from executor.engine.queue import Queue
from executor.engine.recorder import Recorder
from executor.engine.rollback import RESTORE_SECONDS, Restorer
from executor.engine.step import StepRunner

_DRIVEN = frozenset({RunPhase.AWAITING_APPROVAL, RunPhase.RUNNING, RunPhase.ROLLING_BACK})
"""Where `next_moves` tells what comes next; the others are led through by hand, in order."""


@dataclass(frozen=True, slots=True)
class Crew:
    """
    Those who act for a runner.
    """

    assessor: Assessor
    steps: StepRunner
    restorer: Restorer
    queue: Queue
    approvals: Approvals
    clock: Clock
    owner: str


class Runner:
    """
    Drives one run. `run` returns when the run has ended, or at a safe point after `shut_down`.
    """

    def __init__(self, recorder: Recorder, crew: Crew) -> None:
        self.recorder = recorder
        self._crew = crew
        self._leashes: dict[str, Leash] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._cancel: tuple[str, str, asyncio.Future[None]] | None = None
        self._shutting_down = False

    async def run(self) -> None:
        """
        Bring the run to its end.
        """
        try:
            if self.recorder.run.started_at is None:
                started = await self._prepare()
            else:
                self._crew.queue.reenter()
                self.recorder.note(EventType.RUN_CLAIMED, {"owner": self._crew.owner, "resumed": True})
                started = True
            if started:
                try:
                    await self._until_the_end()
                finally:
                    self._crew.queue.leave()
        except Stopped:
            pass
        except asyncio.CancelledError:
            # Time is over: what is under way is left as a crash would leave it, and the next start reads it back.
            for task in self._tasks.values():
                task.cancel()
            raise
        finally:
            await self._settle()

    async def cancel(self, reason: str, *, caller: str) -> None:
        """
        Ask for a cancel and return when the request is recorded; raises WrongPhase when it makes no sense any more.
        """
        phase = self.recorder.run.phase
        if phase.terminal or phase is RunPhase.ROLLING_BACK or self._shutting_down:
            raise WrongPhase(f"run {self.recorder.run.id} is {phase} and cannot be cancelled", phase=str(phase))
        if self.recorder.run.cancel_reason is not None:
            return
        if self._cancel is None:
            self._cancel = (reason, caller, asyncio.get_running_loop().create_future())
            if phase in _DRIVEN:
                # At once, ahead of what steps will record because of it; before, the queue may be writing RunStarted.
                self._record_cancel()
            self._pull(Why.CANCEL)
        await asyncio.shield(self._cancel[2])

    def reject(self, *, digest: str, comment: str, caller: str) -> None:
        """
        Take a rejection of the approval the run waits for; raises WrongPhase or DigestMismatch.
        """
        if self._shutting_down:
            phase = str(self.recorder.run.phase)
            raise WrongPhase(f"run {self.recorder.run.id} is left to the next start; ask again then", phase=phase)
        reject(self.recorder, digest=digest, comment=comment, caller=caller)
        self._woken.set()

    def shut_down(self) -> None:
        """
        Stop at the next safe point; nothing is rolled back, the next start goes on.
        """
        self._shutting_down = True
        self._pull(Why.SHUTDOWN)

    def _pull(self, why: Why) -> None:
        for leash in self._leashes.values():
            leash.pull(why)
        self._woken.set()

    def _leash(self, name: str, limit_seconds: float | None) -> Leash:
        leash = self._leashes[name] = Leash(limit_seconds)
        if self._shutting_down:
            leash.pull(Why.SHUTDOWN)
        elif (self._cancel is not None or self.recorder.run.cancel_reason is not None) and name != _RESTORE:
            # Asked for just now, or of a process that ended before it could obey.
            leash.pull(Why.CANCEL)
        return leash

    # --- before it runs ---------------------------------------------------------------------------------------------

    async def _prepare(self) -> bool:
        """
        Assess, wait for people, and queue; return True when the run has started, False when it ended before.
        """
        run = self.recorder.run
        claimed = (EventType.RUN_CLAIMED, {"owner": self._crew.owner, "resumed": run.phase is not RunPhase.ACCEPTED})
        try:
            first = [claimed]
            if run.assessed_as_a_whole and run.phase is not RunPhase.QUEUED:
                self.recorder.note(*first.pop())
                if run.assessment is None:
                    await self._assess(self._leash_of_the_whole())
                if await self._refused():
                    return False
            await self._crew.queue.enter(self.recorder, self._leash_of_the_whole(), first=first)
        except Stopped as stopped:
            if stopped.why is Why.SHUTDOWN:
                raise
            await self._end_before_start(stopped.why)
            return False
        del self._leashes[_WHOLE]
        return True

    def _leash_of_the_whole(self) -> Leash:
        return self._leash(_WHOLE, seconds_between(self._crew.clock.now(), self.recorder.run.deadline_at))

    async def _assess(self, leash: Leash) -> None:
        run = self.recorder.run
        asker = asker_of(run)
        report = await leash.hold(self._crew.assessor.assess(asker, side_by_side=run.max_parallel))
        decided = [
            {"decision": each.id, "step": each.step, "stage": str(each.stage), "effect": str(each.effect)}
            for each in report.decisions
        ]
        data = report.as_json() | {"decided": decided}
        await self.recorder.record(EventType.PLAN_ASSESSED, data, decisions=report.decisions)

    async def _refused(self) -> bool:
        """
        End a run whose assessment did not allow it, also one of a process that ended right behind the assessment.

        One that lacks nothing but an approval waits for people; it holds no claims meanwhile, and no place.
        """
        found = self.recorder.run.assessment
        if found is None or found["effect"] == "allow":
            return False
        if found["effect"] == "require_approval":
            if self.recorder.run.phase is RunPhase.ASSESSING:
                self._crew.approvals.request(self.recorder, found["approvals"])
            await self._until_the_end()
            return self.recorder.run.phase.terminal
        phase = RunPhase.DENIED if found["effect"] == "deny" else RunPhase.FAILED
        await self._finish(phase, f"{found['message']}; nothing was written")
        return True

    async def _end_before_start(self, why: Why) -> None:
        if why is Why.CANCEL:
            self._record_cancel()
            await self._finish(RunPhase.CANCELLED, f"cancelled before it started: {self.recorder.run.cancel_reason}")
        else:
            limit = f"{self.recorder.run.plan.timeout_seconds:g} s"
            await self._finish(RunPhase.EXPIRED, f"its limit of {limit} was reached before it could start")

    # --- while it runs ----------------------------------------------------------------------------------------------

    async def _until_the_end(self) -> None:
        while self.recorder.run.phase in _DRIVEN:
            self._record_cancel()
            if self._shutting_down:
                raise Stopped(Why.SHUTDOWN)
            self._reap()
            moves = next_moves(self.recorder.run, self._crew.clock.now())
            if not await self._make(moves):
                await self._wait()

    async def _make(self, moves: tuple[Move, ...]) -> bool:
        """
        Make moves; return True when the state has changed by them, so that the next ones are asked for at once.
        """
        changed = False
        for move in moves:
            match move:
                case StartStep(step=step):
                    self._start(step)
                case SkipStep(step=step, because=because):
                    self.recorder.note(EventType.STEP_SKIPPED, {"message": because}, step=step)
                    changed = True
                case StartRollback(because=because, residue=residue):
                    data = {"because": because, "residue": [each.as_json() for each in residue]}
                    await self.recorder.record(EventType.ROLLBACK_STARTED, data)
                    changed = True
                case RestoreStep(step=step):
                    limit = self.recorder.run.plan.step(step).timeout_seconds or RESTORE_SECONDS
                    await self._crew.restorer.restore(self.recorder, step, self._leash(_RESTORE, limit))
                    changed = True
                case ExpireApproval(message=message):
                    self.recorder.note(EventType.APPROVAL_EXPIRED, {"message": message})
                    changed = True
                case DenyStep(step=step, message=message):
                    data = {"code": "approval_refused", "message": message}
                    self.recorder.note(EventType.STEP_DENIED, data, step=step)
                case FinishRun(phase=phase, message=message):
                    await self._finish(phase, message)
                    changed = True
        return changed

    def _start(self, step_id: str) -> None:
        if step_id in self._tasks:
            return
        run = self.recorder.run
        step, now = run.plan.step(step_id), self._crew.clock.now()
        limits = [seconds_between(now, run.deadline_at)]
        if step.timeout_seconds is not None:
            spent = seconds_between(run.steps[step_id].started_at or now, now)
            limits.append(step.timeout_seconds - spent)
        leash = self._leash(step_id, min(limits))
        self._tasks[step_id] = asyncio.create_task(self._crew.steps.run(self.recorder, step, leash), name=step_id)

    def _reap(self) -> None:
        for step_id, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[step_id], self._leashes[step_id]
                task.result()

    async def _wait(self) -> None:
        """
        Wait for a step to end, a request from outside, or the run's limit; while it waits for people, for theirs.
        """
        run = self.recorder.run
        for_people = run.approval if run.phase is RunPhase.AWAITING_APPROVAL else None
        until = run.deadline_at if for_people is None else for_people.expires_at
        limit = max(seconds_between(self._crew.clock.now(), until), 0.0)
        woken = asyncio.create_task(self._woken.wait())
        running: set[asyncio.Task[Any]] = {woken, *self._tasks.values()}
        try:
            await asyncio.wait(running, timeout=limit or None, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            self._woken.clear()

    def _record_cancel(self) -> None:
        if self._cancel is None or self._cancel[2].done():
            return
        reason, caller, recorded = self._cancel
        self.recorder.note(EventType.CANCEL_REQUESTED, {"reason": reason, "caller": caller})
        recorded.set_result(None)

    async def _finish(self, phase: RunPhase, message: str) -> None:
        for state in self.recorder.run.steps.values():
            if state.phase is StepPhase.PENDING:
                self.recorder.note(
                    EventType.STEP_SKIPPED, {"message": f"not started: {brief(message)}"}, step=state.step.id
                )
        await self.recorder.record(EventType.RUN_FINISHED, {"phase": str(phase), "message": message})

    async def _settle(self) -> None:
        """
        Leave no task behind, whatever ended the run's drive.
        """
        for leash in self._leashes.values():
            leash.pull(Why.SHUTDOWN)
        try:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        finally:
            if self._cancel is not None and not self._cancel[2].done():
                self._cancel[2].set_exception(
                    WrongPhase("the run ended before the cancel was recorded", phase=str(self.recorder.run.phase))
                )
            await self.recorder.close()


_WHOLE, _RESTORE = "(the run)", "(a restore)"
