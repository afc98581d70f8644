"""
Owns how long trouble may last before a step gives up on it.
"""

from executor.core.health.trouble import Trouble
from executor.engine.ports import Clock


class Patience:
    """
    Trouble that goes away in time is forgiven; the same trouble for longer than its own patience is not.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._trouble: Trouble | None = None
        self._since = 0.0

    def look(self, trouble: Trouble | None) -> None:
        """
        Take note of the trouble of now, or that there is none.
        """
        if trouble is None or self._trouble is None or trouble.reason != self._trouble.reason:
            self._since = self._clock.monotonic()
        self._trouble = trouble

    @property
    def suffered(self) -> Trouble | None:
        """
        Return the trouble of now.
        """
        return self._trouble

    @property
    def seconds_left(self) -> float | None:
        """
        Return how long to wait for it to go away: 0 when that was long enough, None without trouble.
        """
        if self._trouble is None:
            return None
        return max(self._since + self._trouble.patience_seconds - self._clock.monotonic(), 0.0)
