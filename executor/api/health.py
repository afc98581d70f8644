"""
Owns how the process says how it is: alive, ready (each check by name), and its figures. None of it needs a token.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web

from executor.api.keys import METRICS, SERVICE
from executor.api.respond import json_response
from executor.engine.ports import Check

_CHECK_SECONDS = 5.0
"""A probe's own limit is a few seconds: an answer that comes later than this is never seen."""


async def healthz(_: web.Request) -> web.StreamResponse:
    """
    Tell that the process answers.
    """
    return json_response({"status": "ok", "checks": []})


async def readyz(request: web.Request) -> web.StreamResponse:
    """
    Tell if plans can be taken: 200 when every check holds, else 503; both name each check.
    """
    checks = await _checks(request)
    ready = all(check.ok for check in checks)
    body = {"status": "ok" if ready else "unavailable", "checks": [asdict(check) for check in checks]}
    return json_response(body, status=200 if ready else 503)


async def metrics(request: web.Request) -> web.StreamResponse:
    """
    Show the figures in Prometheus' text format.
    """
    body, content_type = request.app[METRICS]()
    return web.Response(body=body, headers={"Content-Type": content_type})


async def _checks(request: web.Request) -> Sequence[Check]:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await request.app[SERVICE].checks()
    except TimeoutError:
        message = f"the checks took longer than {_CHECK_SECONDS:g} s; look at the store and the API server"
        return [Check("checks", ok=False, message=message)]
