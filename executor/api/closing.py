"""
Owns how whoever waits for long notices that the server shuts down.
"""

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import web

from executor.api.keys import CLOSING


async def announce(app: web.Application) -> None:
    """
    Tell everybody who waits that the server shuts down.
    """
    app[CLOSING].set()


async def or_closing(app: web.Application, waiting: asyncio.Future[Any], timeout_seconds: float | None = None) -> bool:
    """
    Wait for something, at most so long, and tell if it is done; a shutdown, or the caller's end, cancels it.

    A mere time-out leaves it going, so that it can be waited for again.
    """
    closing = asyncio.ensure_future(app[CLOSING].wait())
    try:
        await asyncio.wait({waiting, closing}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await drop(waiting)
        raise
    finally:
        closing.cancel()
    if app[CLOSING].is_set() and not waiting.done():
        await drop(waiting)
    return waiting.done() and not waiting.cancelled()


async def drop(waiting: asyncio.Future[Any]) -> None:
    """
    End something that nobody waits for any more, whatever it comes to.
    """
    waiting.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await waiting
