"""
Owns what happens around every request: refusals become problems, each answer carries its id and is logged once.
"""

import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from executor.api.keys import CALLER, request_id
from executor.api.problems import problem_response

_log = structlog.get_logger("executor.api")
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


@web.middleware
async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """
    Answer a request whatever happens, and log it: never its query, its headers or its body.
    """
    started = time.monotonic()
    try:
        response = await handler(request)
    except Exception as error:  # noqa: BLE001 # the one place where every error becomes an answer
        response = problem_response(request, error)
    log = _log.debug if request.path in _QUIET_PATHS else _log.info
    log(
        "answered",
        action="request_answered",
        request_id=request_id(request),
        method=request.method,
        path=request.rel_url.raw_path,
        status=response.status,
        caller=request.get(CALLER),
        duration_seconds=round(time.monotonic() - started, 6),
    )
    return response


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """
    Give every answer the headers that all have.
    """
    response.headers.setdefault("X-Request-Id", request_id(request))
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers["Server"] = "remediation-executor"
