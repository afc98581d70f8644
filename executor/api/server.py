"""
Owns how the application is served: handlers end with their clients, and even what is no HTTP gets a problem as answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, PayloadEncodingError
from aiohttp.web_protocol import RequestHandler

from executor.api.problems import problem_response

_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

LINGERING_SECONDS = 30.0
"""How long the rest of a refused body is drained behind the answer, so that the sender reads it and meets no reset."""


def build_runner(app: web.Application, *, shutdown_seconds: float = 8.0) -> web.AppRunner:
    """
    Return the runner for an application of `build_app`; set it up, and give it a site.

    `shutdown_seconds` is how long open requests may take to end: less than the 10 s in which the process must be gone.
    """
    return _Runner(app, shutdown_timeout=shutdown_seconds)


class _Connection(RequestHandler):
    """
    A connection whose unreadable requests are answered as all others are; aiohttp would answer in plain text.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 # it repeats what was sent
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already, so the failure can only end the connection")
        is_ours = status >= web.HTTPInternalServerError.status_code and exc is not None
        response = problem_response(request, exc if is_ours and exc is not None else web.HTTPBadRequest())
        response.force_close()
        return response

    def log_exception(self, *args: Any, **more: Any) -> None:
        # What a client breaks off or garbles is no defect of ours, and anybody could fill the log with it.
        log = self.log_debug if isinstance(more.get("exc_info"), _CLIENTS_FAULTS) else super().log_exception
        log(*args, **more)


_CLIENTS_FAULTS = (HttpProcessingError, PayloadEncodingError, web.RequestPayloadError, ConnectionError)

_OPTIONS: dict[str, Any] = {
    # `middlewares.py` logs each answer; aiohttp's own log would hold the query. (None is taken, though not declared.)
    "access_log": None,
    # A compressed body is refused by its header, not unpacked first.
    "auto_decompress": False,
}


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=asyncio.get_running_loop(), lingering_time=LINGERING_SECONDS, **_OPTIONS)


class _Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        # Without handler_cancellation a stream goes on for a subscriber that has left.
        return _Server(
            _answered(made.request_handler),
            request_factory=made.request_factory,
            handler_cancellation=True,
        )


def _answered(handler: _Handler) -> _Handler:
    """
    Answer what aiohttp refuses before any middleware sees it (an unknown `Expect`).
    """

    async def answered(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return problem_response(request, error)

    return answered
