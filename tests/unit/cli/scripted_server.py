"""
Owns a server on loopback that answers as a test tells it, well or badly, and remembers what it was asked.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "the-token-of-this-test"


@dataclass(frozen=True)
class Asked:
    """
    One request that came.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """
    One answer; `cut` breaks the connection behind the body, `hold` keeps it open until the client leaves.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    cut: bool = False
    hold: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class ScriptedServer:
    """
    Answers by method and path; of several answers each is given once, the last one for ever.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.held = threading.Event()
        self._answers: dict[tuple[str, str], list[Answer]] = {}

    def answers(self, method: str, path: str, *documents: Any, status: int = 200) -> None:
        """
        Answer with JSON documents.
        """
        self.script(method, path, *(Answer(json.dumps(each).encode(), status) for each in documents))

    def refuses(self, method: str, path: str, status: int, code: str, detail: str, **more: Any) -> None:
        """
        Answer with a problem.
        """
        problem = {"type": f"/problems/{code}", "title": code, "status": status, "code": code, "detail": detail, **more}
        kind = "application/problem+json"
        headers = {"X-Request-Id": "req-1"}
        self.script(method, path, Answer(json.dumps(problem).encode(), status, kind, headers=headers))

    def streams(self, path: str, *events: Mapping[str, Any], cut: bool = False, hold: bool = False) -> None:
        """
        Answer with server-sent events; told again, it is the answer to the next request.
        """
        text = "retry: 2000\n\n: still here\n\n" + "".join(
            f"id: {event['sequence']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events
        )
        self.add_stream(path, Answer(text.encode(), content_type="text/event-stream", cut=cut, hold=hold))

    def add_stream(self, path: str, answer: Answer) -> None:
        """
        Answer the next request for a stream with this.
        """
        self._answers.setdefault(("STREAM", path), []).append(answer)

    def script(self, method: str, path: str, *answers: Answer) -> None:
        """
        Answer with these, one after the other.
        """
        self._answers[method, path] = list(answers)

    def scripted(self, method: str, path: str) -> list[Answer]:
        """
        Return the answers that are scripted.
        """
        return self._answers[method, path]

    def paths(self, method: str = "GET") -> list[str]:
        """
        Return the paths that were asked for.
        """
        return [asked.path for asked in self.asked if asked.method == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """
        Answer one request.
        """
        body = await request.read()
        self.asked.append(Asked(request.method, request.path, list(request.query.items()), request.headers, body))
        streamed = request.headers.get("Accept") == "text/event-stream"
        answers = self._answers.get(("STREAM" if streamed else request.method, request.path))
        if not answers:
            raise web.HTTPNotFound(text="this test did not script it")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        response = web.StreamResponse(status=answer.status, headers=dict(answer.headers))
        response.content_type = answer.content_type
        await response.prepare(request)
        await response.write(answer.body)
        if answer.cut and request.transport is not None:
            request.transport.abort()
        if answer.hold:
            self.held.set()
            await asyncio.Event().wait()
        return response


@contextlib.contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """
    Serve on a free loopback port, in a thread of its own, until the block ends.
    """
    server = ScriptedServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_serve(server), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _serve(server: ScriptedServer) -> web.AppRunner:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
