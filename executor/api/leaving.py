"""
Owns what goes on when its caller leaves: whatever records something is finished, not cut off between two steps.

Handlers are cancelled when their client disconnects (streams would leak otherwise); a plan that was recorded must still
be started.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")

_going_on: set[asyncio.Task[Any]] = set()
"""The event loop itself holds tasks weakly."""


async def finished(work: Coroutine[Any, Any, R]) -> R:
    """
    Return what a piece of work comes to; it goes on to its end also when the caller is cancelled meanwhile.
    """
    task = asyncio.ensure_future(work)
    _going_on.add(task)
    task.add_done_callback(_forget)
    return await asyncio.shield(task)


def _forget(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled():
        task.exception()  # taken note of: the caller who would have been told may be gone
