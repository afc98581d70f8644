"""
Owns the names under which an application and a request carry what their handlers need.
"""

import asyncio
import secrets
from collections.abc import Callable

from aiohttp import web

from executor.api.service import Executor

Metrics = Callable[[], tuple[bytes, str]]
"""Returns the metrics page and its content type."""

SERVICE = web.AppKey("service", Executor)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics")
HEARTBEAT_SECONDS = web.AppKey("heartbeat_seconds", float)
CLOSING = web.AppKey("closing", asyncio.Event)
"""Set when the server shuts down: whoever waits for long ends its answer then."""

DOCUMENT = web.AppKey("document", bytes)
"""The OpenAPI document, made once."""

CALLER = web.RequestKey("caller", str)
REQUEST_ID = web.RequestKey("request_id", str)

_REQUEST_ID_BYTES = 8


def request_id(request: web.BaseRequest) -> str:
    """
    Return the id under which this request is answered and logged; it is ours, since a caller's could forge a log line.
    """
    if REQUEST_ID not in request:
        request[REQUEST_ID] = secrets.token_hex(_REQUEST_ID_BYTES)
    return request[REQUEST_ID]
