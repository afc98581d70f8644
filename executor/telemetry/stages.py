"""
Owns how long steps spend in each stage, told from the times of their events.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from executor.core.events import Event, EventType
from executor.core.run import Run, StepPhase
from executor.core.times import seconds_between

RESTORE = "restore"


@dataclass(slots=True)
class StageTimes:
    """
    The stage every unfinished step is in, and since when; a run's are forgotten when it ends.
    """

    _since: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def note(self, run: Run, event: Event) -> Iterator[tuple[str, float]]:
        """
        Take an event, and yield the stages that it ended with the seconds they took.
        """
        if event.type is EventType.RUN_FINISHED:
            self._since.pop(run.id, None)
            return
        if event.step is None:
            return
        steps = self._since.setdefault(run.id, {})
        before, now = steps.get(event.step), _stage(run, event.step)
        if before is not None and before[0] != now:
            yield before[0], max(0.0, seconds_between(before[1], event.at))
        if now is None:
            steps.pop(event.step, None)
        elif before is None or before[0] != now:
            steps[event.step] = (now, event.at)

    def __len__(self) -> int:
        return len(self._since)


def _stage(run: Run, step_id: str) -> str | None:
    state = run.steps[step_id]
    if state.phase is StepPhase.RESTORING:
        return RESTORE
    return state.stage if state.phase is StepPhase.RUNNING else None
