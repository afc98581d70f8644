"""
Owns what a policy may know of earlier and other runs: its shape. The store counts (`RunStore.history`).
"""

from pydantic import Field

from executor.core.model import Value

WINDOW_SECONDS = 3600.0
"""How far back runs are counted: what was done to a workload within an hour still shows."""


class TargetHistory(Value):
    """
    What earlier runs did to the step's target within the window; the run that asks is not among them.
    """

    runs: int = Field(description="runs with a step on this target that wrote or tried to")
    failed: int = Field(description="of those, how many ended failed, rolled_back or degraded")
    seconds_since_last: float | None = Field(description="since the newest of them began; null where there is none")


class History(Value):
    """
    Earlier and other runs, counted by the store's own time order.
    """

    window_seconds: float
    finished: int = Field(description="runs that ended within the window, of all targets")
    failed: int = Field(description="of those, how many ended failed, rolled_back or degraded")
    running: int = Field(description="other runs that are running or rolling back now")
    target: TargetHistory | None = Field(description="null where the step has no target")
