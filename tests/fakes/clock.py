"""
Owns a clock for the engine's tests: the loop's own time, so that with looptime hours pass in milliseconds.
"""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from executor.core.times import spelled

START = datetime(2026, 11, 23, 11, 0, 0, tzinfo=UTC)


class LoopClock:
    """
    Time that begins at START when the clock is made; ids that count and sort.
    """

    def __init__(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self._ids = itertools.count(1)

    def now(self) -> str:
        return spelled(START + timedelta(seconds=self.monotonic()))

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def new_id(self) -> str:
        return f"run-{next(self._ids):06}"

    def jitter(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
