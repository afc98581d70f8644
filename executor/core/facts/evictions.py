"""
Owns the fact `evictions`: what a drain would do to each pod of its node, as the API server's dry run answered.
"""

from typing import Literal

from pydantic import Field

from executor.core.model import Value


class EvictionFact(Value):
    """
    One pod of a node that is to be drained.
    """

    pod: str
    namespace: str
    outcome: Literal["evictable", "blocked", "skipped"] = Field(
        description="blocked by a disruption budget now; skipped pods are not evicted"
    )
    why: str | None = Field(description="why it is blocked or skipped")
