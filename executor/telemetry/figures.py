"""
Owns the list of figures this process shows: their names, their labels and their buckets.

Every label's values are known beforehand (phases, stages, effects, the actions of the catalogue): names of runs, of
targets or of callers never become labels.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from executor.core.loading import Outcome
from executor.core.run import RunPhase

_STEP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
"""From a gate's milliseconds to a slow rollout's minutes."""

_RUN_SECONDS = (0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1200, 2700, 7200, 86_400)
"""From a run of one fast step to the longest a plan may ask for."""


class Figures:
    """
    Every figure, in a registry of their own, so that two services in one process (tests) do not add up.
    """

    def __init__(self) -> None:
        # The times at which counters were made double the page and say nothing.
        disable_created_metrics()  # type: ignore[no-untyped-call] # the one function there without annotations
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.accepted = self._counter("runs_accepted", "Runs that were accepted.")
        self.runs = self._counter("runs", "Runs that ended.", "phase")
        self.active = Gauge("executor_runs_active", "Runs that have not ended.", ["phase"], registry=self.registry)
        self.run_seconds = self._histogram("run_seconds", "From acceptance to end.", _RUN_SECONDS, "phase")
        self.queue_seconds = self._histogram(
            "run_queue_seconds", "From acceptance until all claims were held.", _RUN_SECONDS
        )
        self.assessments = self._counter("assessments", "Whole plans judged before a run's first write.", "effect")
        self.steps = self._counter("steps", "Steps that ended.", "action", "phase")
        self.step_seconds = self._histogram("step_seconds", "Time of steps in a stage.", _STEP_SECONDS, "stage")
        self.decisions = self._counter("decisions", "Decisions of the policy on steps.", "stage", "effect")
        self.rollbacks = self._counter("rollbacks", "Rollbacks that began.")
        self.restores = self._counter("restores", "Steps that a rollback dealt with.", "result")
        self.policy_reloads = self._counter("policy_reloads", "Attempts to load changed policies.", "outcome")
        self.policy_loaded = Gauge(
            "executor_policy_loaded_timestamp_seconds", "When the active policy set was loaded.", registry=self.registry
        )
        self.policy_refused = Gauge(
            "executor_policy_refused", "1 while the policy folders hold a set that was refused.", registry=self.registry
        )
        # A rate over a counter that appears with its first event misses that event.
        for phase in RunPhase:
            (self.runs if phase.terminal else self.active).labels(phase)
        for outcome in Outcome:
            self.policy_reloads.labels(outcome)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"executor_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"executor_{name}", about, labels, buckets=buckets, registry=self.registry)
