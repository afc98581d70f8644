"""
Owns how events become figures: counted here and nowhere else, so that nothing is counted twice.
"""

from collections.abc import Callable, Mapping

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from executor.core.events import Event, EventType
from executor.core.loading import Attempt, Outcome
from executor.core.run import Run, RunPhase, StepPhase
from executor.core.times import seconds_between
from executor.telemetry.figures import Figures
from executor.telemetry.observing import never_in_the_way
from executor.telemetry.stages import StageTimes

E = EventType
_EPOCH = "1970-01-01T00:00:00.000Z"


class Metrics:
    """
    The figures of one process; `observe` takes events, `page` is what Prometheus reads.
    """

    def __init__(self) -> None:
        self._figures = Figures()
        self._phases: dict[str, RunPhase] = {}
        self._stages = StageTimes()

    def page(self) -> tuple[bytes, str]:
        """
        Return the page Prometheus reads, and its content type.
        """
        return generate_latest(self._figures.registry), CONTENT_TYPE_LATEST

    @never_in_the_way
    def observe(self, run: Run, event: Event) -> None:
        """
        Count an event that was just recorded; `run` is as the event left it.
        """
        self._note_phase(run)
        for stage, seconds in self._stages.note(run, event):
            self._figures.step_seconds.labels(stage).observe(seconds)
        count = _COUNTS.get(event.type)
        if count is not None:
            count(self._figures, run, event)

    @never_in_the_way
    def observe_policy(self, attempt: Attempt) -> None:
        """
        Count an attempt to load what the policy folders hold.
        """
        figures = self._figures
        figures.policy_reloads.labels(attempt.outcome).inc()
        figures.policy_refused.set(attempt.outcome is Outcome.REFUSED)
        if attempt.outcome is Outcome.LOADED:
            self.policy_loaded_at(attempt.at)

    def policy_loaded_at(self, at: str) -> None:
        """
        Note when the active policy set was loaded.
        """
        self._figures.policy_loaded.set(seconds_between(_EPOCH, at))

    def _note_phase(self, run: Run) -> None:
        before = self._phases.pop(run.id, None)
        if before is not None:
            self._figures.active.labels(before).dec()
        if not run.phase.terminal:
            self._phases[run.id] = run.phase
            self._figures.active.labels(run.phase).inc()


# --- what each event counts ----------------------------------------------------------------------------------------


def _accepted(figures: Figures, _: Run, __: Event) -> None:
    figures.accepted.inc()


def _started(figures: Figures, run: Run, event: Event) -> None:
    figures.queue_seconds.observe(_age_seconds(run, event))


def _assessed(figures: Figures, _: Run, event: Event) -> None:
    figures.assessments.labels(event.data["effect"]).inc()
    for each in event.data["decided"]:
        figures.decisions.labels(each["stage"], each["effect"]).inc()


def _decided(figures: Figures, _: Run, event: Event) -> None:
    figures.decisions.labels(event.data["stage"], event.data["effect"]).inc()


def _step_ended(figures: Figures, run: Run, event: Event) -> None:
    if event.step is not None:
        state = run.steps[event.step]
        figures.steps.labels(state.step.action, state.phase).inc()


def _rollback(figures: Figures, _: Run, __: Event) -> None:
    figures.rollbacks.inc()


def _restore_begun(figures: Figures, run: Run, event: Event) -> None:
    # Where there is nothing to put back, this is the restore's only event.
    if event.step is not None and run.steps[event.step].phase is StepPhase.RESTORED:
        figures.restores.labels("unchanged").inc()


def _restored(figures: Figures, _: Run, __: Event) -> None:
    figures.restores.labels("restored").inc()


def _not_restored(figures: Figures, _: Run, __: Event) -> None:
    figures.restores.labels("failed").inc()


def _finished(figures: Figures, run: Run, event: Event) -> None:
    figures.runs.labels(run.phase).inc()
    figures.run_seconds.labels(run.phase).observe(_age_seconds(run, event))


def _age_seconds(run: Run, event: Event) -> float:
    return max(0.0, seconds_between(run.created_at, event.at))


_COUNTS: Mapping[EventType, Callable[[Figures, Run, Event], None]] = {
    E.RUN_ACCEPTED: _accepted,
    E.RUN_STARTED: _started,
    E.PLAN_ASSESSED: _assessed,
    E.POLICY_DECIDED: _decided,
    E.STEP_SUCCEEDED: _step_ended,
    E.STEP_DENIED: _step_ended,
    E.STEP_FAILED: _step_ended,
    E.STEP_SKIPPED: _step_ended,
    E.ROLLBACK_STARTED: _rollback,
    E.RESTORE_STARTED: _restore_begun,
    E.CHANGE_RESTORED: _restored,
    E.RESTORE_FAILED: _not_restored,
    E.RUN_FINISHED: _finished,
}
