"""
Owns the blast radius: how much a plan, or one step of it, disturbs at its worst point.

Pure: made of what each step was found to disturb (`core.disruption`). What could not be read makes it unknown, and the
shipped policy denies what is unknown.
"""

from pydantic import Field

from executor.core.model import Value


class BlastRadius(Value):
    """
    What is disturbed; each count is null where it is not known, and `unknown` says why.
    """

    objects: int = Field(description="objects that steps change, make or remove")
    namespaces: int = Field(description="namespaces of those objects")
    nodes: int = Field(description="nodes that are cordoned, tainted or drained")
    pods: int | None = Field(description="pods that end or are moved, all steps together")
    percent_unavailable: float | None = Field(
        description="0..100: the largest share of one workload's pods that is away at once, at the worst point"
    )
    worst: str | None = Field(description="the workload of percent_unavailable; null where none loses a pod")
    budget_headroom: int | None = Field(
        description="what the tightest disruption budget still allows at the worst point; null where none is concerned"
    )
    late: list[str] = Field(description="steps that are judged in their turn (assess: late) and are not counted yet")
    unknown: list[str] = Field(description="what could not be read, one reason each; empty when all is known")
