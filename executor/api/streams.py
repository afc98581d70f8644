"""
Owns the live stream of a run's events (server-sent events): what was, then what happens, until the run has ended.
"""

import asyncio
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from executor.api.closing import drop, or_closing
from executor.api.keys import HEARTBEAT_SECONDS, SERVICE, request_id
from executor.api.respond import json_bytes
from executor.core.events import Event, EventType
from executor.core.run import RunPhase

EVENT_STREAM = "text/event-stream"

_RETRY_MILLISECONDS = 2000
_WRITE_SECONDS = 30.0
"""A subscriber that reads nothing for so long is let go: it comes back with Last-Event-ID."""

_log = structlog.get_logger("executor.api")


async def stream_events(request: web.Request, run: str, *, after: int) -> web.StreamResponse:
    """
    Stream a run's events behind a sequence number; ends behind RunFinished, and when the server shuts down.
    """
    service = request.app[SERVICE]
    view = await service.run(run)  # the refusals come before the answer has begun
    over = RunPhase(view["phase"]).terminal and after >= view["version"]
    response = web.StreamResponse(headers={"Content-Type": EVENT_STREAM, "Vary": "Accept", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    try:
        await _send(response, f"retry: {_RETRY_MILLISECONDS}\n\n".encode())
        if not over:
            await _pump(request, response, service.follow(run, after=after))
        await response.write_eof()
    except (ConnectionError, TimeoutError):
        # The subscriber has left, or does not read: nobody is there to be told.
        response.force_close()
    except Exception:  # noqa: BLE001 # it is logged with its traceback, and there is nobody to pass it on to
        # The answer has begun, so it cannot become a problem any more; an end without RunFinished says come back.
        _log.exception("a stream met a defect", action="stream_failed", request_id=request_id(request), run=run)
        response.force_close()
    return response


async def _pump(request: web.Request, response: web.StreamResponse, events: AsyncIterator[Event]) -> None:
    heartbeat_seconds = request.app[HEARTBEAT_SECONDS]
    waiting = asyncio.ensure_future(_next(events))
    try:
        while True:
            if await or_closing(request.app, waiting, heartbeat_seconds):
                event = waiting.result()
                if event is None:
                    return
                await _send(response, _message(event))
                if event.type is EventType.RUN_FINISHED:
                    return
                waiting = asyncio.ensure_future(_next(events))
            elif waiting.done():
                return  # the server shuts down
            else:
                await _send(response, b": still here\n\n")
    finally:
        await drop(waiting)
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


def _message(event: Event) -> bytes:
    data = json_bytes(event.model_dump(mode="json"))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.sequence, event.type.encode(), data)


async def _send(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(_WRITE_SECONDS):
        await response.write(data)
