"""
Owns how the application is put together: the table of operations, the middlewares around them, and what they share.
"""

import asyncio
import functools
from collections.abc import Mapping

from aiohttp import web

from executor.api.auth import authenticate
from executor.api.bodies import MAX_BYTES
from executor.api.closing import announce
from executor.api.keys import CLOSING, DOCUMENT, HEARTBEAT_SECONDS, METRICS, SERVICE, Metrics
from executor.api.middlewares import answer, stamp
from executor.api.openapi import openapi_document
from executor.api.respond import json_bytes
from executor.api.routes import OPERATIONS
from executor.api.service import Executor

HEARTBEATS_EVERY_SECONDS = 15.0
"""Proxies close what is silent for a minute; a quarter of that survives one lost heartbeat."""


def build_app(
    service: Executor,
    *,
    tokens: Mapping[str, str],
    metrics: Metrics,
    heartbeat_seconds: float = HEARTBEATS_EVERY_SECONDS,
) -> web.Application:
    """
    Return the application: `tokens` is token → caller name, `metrics` makes the page of figures and its content type.
    """
    public = {operation.path for operation in OPERATIONS if operation.public}
    app = web.Application(middlewares=[answer, authenticate(tokens, public=public)], client_max_size=MAX_BYTES)
    app[SERVICE] = service
    app[METRICS] = metrics
    app[CLOSING] = asyncio.Event()
    app[HEARTBEAT_SECONDS] = heartbeat_seconds
    app[DOCUMENT] = _document()
    app.on_response_prepare.append(stamp)
    app.on_shutdown.append(announce)
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, operation.handler)
        if operation.method == "GET":
            app.router.add_route("HEAD", operation.path, operation.handler)
    return app


@functools.cache
def _document() -> bytes:
    return json_bytes(openapi_document(OPERATIONS))
