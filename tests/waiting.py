"""
Owns waiting in tests: for something to become true, bounded by a deadline, never by a guessed sleep.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT_SECONDS = 60.0
"""Only a test that fails waits so long; on a busy machine a good one may need a good part of it."""

_LOOK_SECONDS = 0.02


async def eventually(look: Callable[[], Awaitable[T | None]], *, limit_seconds: float = LIMIT_SECONDS) -> T:
    """
    Return what `look` answers as soon as that is neither None nor False; fails with TimeoutError at the limit.
    """
    async with asyncio.timeout(limit_seconds):
        while True:
            found = await look()
            if found is not None and found is not False:
                return found
            await asyncio.sleep(_LOOK_SECONDS)


async def within(awaited: Awaitable[T], *, limit_seconds: float = LIMIT_SECONDS) -> T:
    """
    Return what is awaited, or fail at the limit instead of hanging.
    """
    async with asyncio.timeout(limit_seconds):
        return await awaited
