"""
Owns OPAs for tests of the gate: a real one that others run, and a scripted one that answers what it is told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from deploy.local.processes import listening
from executor.opa.binary import find_opa
from tests.waiting import eventually

Answering = Callable[[Mapping[str, Any], web.Request], Awaitable[web.StreamResponse] | web.StreamResponse]


@asynccontextmanager
async def an_external_opa(folder: Path, *bundles: str, arguments: tuple[str, ...] = ()) -> AsyncIterator[str]:
    """
    Run OPA as another team would, on loopback, over bundles in a folder.

    It takes a port itself: one picked before it starts may be somebody else's by then.
    """
    process = await asyncio.create_subprocess_exec(
        find_opa(),
        *("run", "--server", "--addr", "127.0.0.1:0", "--skip-version-check", "--log-level", "error"),
        *arguments,
        *("--bundle", *bundles),
        cwd=folder,
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        url = await eventually(lambda: _url_of(process))
        async with aiohttp.ClientSession() as session:
            await eventually(lambda: _answers(session, url))
        yield url
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def a_scripted_opa(answering: Answering) -> AsyncIterator[str]:
    """
    Serve what `answering` makes of each input and its request.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = answering((await request.json())["input"], request)
        return await answer if isinstance(answer, Awaitable) else answer

    application = web.Application(client_max_size=2**26)
    application.router.add_post("/v1/data/remediation/decision", handle)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def an_answer(
    document: Mapping[str, Any], revision: Mapping[str, str], evaluated: list[str], **differing: Any
) -> web.Response:
    """
    Answer as the shipped router does: deny what names no target, allow the rest, with differences told.
    """
    denied = not document.get("target")
    result: dict[str, Any] = {
        "effect": "deny" if denied else "allow",
        "violations": [{"code": "name_limit", "message": "no target", "path": None}] if denied else [],
        "warnings": [],
        "approvals": [],
        "shadowed": [],
        "evaluated": evaluated,
        "stage": document.get("stage"),
    }
    bundles = {name: {"revision": value} for name, value in revision.items()}
    return web.Response(
        text=json.dumps({"result": result | differing, "provenance": {"bundles": bundles}}),
        content_type="application/json",
    )


async def _url_of(process: asyncio.subprocess.Process) -> str | None:
    assert process.returncode is None
    return next((f"http://{host}:{port}" for host, port in listening([process.pid])), None)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/health") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
