"""
Owns what is told about loading policies: the last attempts, since when the active set judges, what was refused since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

EVENTS_KEPT = 20


class Outcome(StrEnum):
    """
    How an attempt to load ended.

    `awaited` is a good set that an external OPA does not serve yet; `unchanged` is one that turned out to be the active
    one, after another had been refused or awaited.
    """

    LOADED = "loaded"
    REFUSED = "refused"
    AWAITED = "awaited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One attempt to load what the folders hold. `revision` is None for a set that did not come so far.
    """

    at: str
    outcome: Outcome
    revision: Mapping[str, str] | None
    reason: str
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class Loading:
    """
    What is known about loading: `open` is the last attempt as long as the folders hold something else than is active.
    """

    loaded_at: str
    open: Attempt | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def refused(self) -> Attempt | None:
        """
        Return why what the folders hold is not active, or None.
        """
        return self.open if self.open is not None and self.open.outcome is Outcome.REFUSED else None

    def after(self, attempt: Attempt) -> "Loading":
        """
        Return what is known after one more attempt.
        """
        settled = attempt.outcome in {Outcome.LOADED, Outcome.UNCHANGED}
        return replace(
            self,
            loaded_at=attempt.at if attempt.outcome is Outcome.LOADED else self.loaded_at,
            open=None if settled else attempt,
            attempts=(*self.attempts, attempt)[-EVENTS_KEPT:],
        )
