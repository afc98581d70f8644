"""
Owns real time and real ids: the Clock port over the system's clocks.
"""

import asyncio
import secrets
import time
from datetime import UTC, datetime

from executor.core.times import spelled

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS, _RANDOM_BITS = 48, 80


class SystemClock:
    """
    The system's time; ids are ULIDs in lower case (26 characters of Crockford's base 32, time first).

    Source: https://github.com/ulid/spec. Ids of one process never go back, also within a millisecond.
    """

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> str:
        """
        Return the time as RFC 3339 UTC with milliseconds.
        """
        return spelled(datetime.now(UTC))

    def monotonic(self) -> float:
        """
        Return seconds that never go back.
        """
        return time.monotonic()

    def new_id(self) -> str:
        """
        Return a new id that sorts behind all before it.
        """
        fresh = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        self._last = max(fresh, self._last + 1)
        return "".join(
            _ALPHABET[self._last >> shift & 31] for shift in range((_TIME_BITS + _RANDOM_BITS) // 5 * 5, -1, -5)
        )

    def jitter(self) -> float:
        """
        Return a random number from 0 to 1.
        """
        return secrets.randbelow(1000) / 1000

    async def sleep(self, seconds: float) -> None:
        """
        Wait.
        """
        await asyncio.sleep(seconds)
