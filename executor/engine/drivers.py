"""
Owns the runs that this process drives: each in its own task, taken up anew when its log knows more, stopped in time.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence

from executor.core.errors import StaleSequence, StoreUnavailable
from executor.core.events import Event
from executor.core.fold import folded
from executor.core.run import Run
from executor.engine.hub import Hub
from executor.engine.ports import Clock, RunStore
from executor.engine.recorder import Recorder
from executor.engine.runner import Crew, Runner

LOG = logging.getLogger(__name__)

SHUTDOWN_SECONDS, CUT_SECONDS = 6.0, 1.0
"""How long runs may take to reach a safe point, and then to let go: with what closes behind them, less than 10 s."""

RETAKE_SECONDS = (1.0, 5.0, 30.0)
"""When a run is taken up anew whose log turned out to hold more than this process knew of."""


class Drivers:
    """
    Drives runs, one task each.
    """

    def __init__(self, *, store: RunStore, clock: Clock, hub: Hub) -> None:
        self._store, self._clock, self._hub = store, clock, hub
        self._runners: dict[str, Runner] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._revisions: dict[str, Mapping[str, str]] = {}
        self._closing = False

    def runner(self, run: str) -> Runner | None:
        """
        Return who drives a run, or None.
        """
        return self._runners.get(run)

    def revisions_in_use(self) -> Collection[Mapping[str, str]]:
        """
        Return the policy revisions that unfinished runs started with, also of runs that wait for the next start.
        """
        return list(self._revisions.values())

    def drive(self, recorder: Recorder, crew: Crew) -> None:
        """
        Drive a run to its end; while shutting down it is left to the next start.
        """
        if self._closing:
            return
        runner = self._runners[recorder.run.id] = Runner(recorder, crew)
        self._revisions[recorder.run.id] = recorder.run.policy_revision
        task = asyncio.create_task(self._to_the_end(runner, crew), name=f"run {recorder.run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def resume(self, crew: Crew) -> None:
        """
        Go on with every run that has not finished.
        """
        for run_id in await self._store.unfinished():
            log = await self._store.events(run_id)
            try:
                run = folded(run_id, log)
            except Exception:
                LOG.exception("run %s cannot be read, so it is left alone with its claims; the others go on", run_id)
                continue
            self._hub.remember(run)
            self.drive(self._recorder(run), crew)

    async def shut_down(self) -> None:
        """
        Return when every run stands at a safe point; what has not come there in time is cut off, as by a crash.
        """
        self._closing = True
        for runner in list(self._runners.values()):
            runner.shut_down()
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=SHUTDOWN_SECONDS)
        for task in late:
            LOG.warning("%s came to no safe point in time; the next start reads back what it did", task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CUT_SECONDS)

    def _recorder(self, run: Run) -> Recorder:
        return Recorder(run, store=self._store, clock=self._clock, hub=self._hub)

    async def _to_the_end(self, runner: Runner, crew: Crew) -> None:
        run_id = runner.recorder.run.id
        try:
            for pause in RETAKE_SECONDS:
                try:
                    return await runner.run()
                except StaleSequence:
                    # A commit whose answer was lost has landed after all: the log knows more than we do.
                    LOG.warning("run %s is taken up anew from its log", run_id)
                    self._runners.pop(run_id, None)
                await self._clock.sleep(pause)
                run = self._read_anew(run_id, await self._store.events(run_id))
                if run.phase.terminal:
                    self._revisions.pop(run_id, None)
                if run.phase.terminal or self._closing:
                    return None
                runner = self._runners[run_id] = Runner(self._recorder(run), crew)
            await runner.run()
        except StoreUnavailable as error:
            LOG.warning("run %s could not record its last events, the next start goes on: %s", run_id, error)
        except Exception:
            LOG.exception("run %s stopped by a defect; it goes on at the next start", run_id)
        finally:
            self._runners.pop(run_id, None)
            if runner.recorder.run.phase.terminal:
                self._revisions.pop(run_id, None)

    def _read_anew(self, run_id: str, log: Sequence[Event]) -> Run:
        run = folded(run_id, log)
        self._hub.publish([(log[-1], run)])
        return run
