"""
Owns the way from a command into the client: find the server, open one session, run the command's work to its end.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from executor.cli.servers import find_server

if TYPE_CHECKING:
    from executor.cli.client import Client

T = TypeVar("T")


def call(work: "Callable[[Client], Awaitable[T]]") -> T:
    """
    Return what `work` makes of an open client.

    Raises KeyboardInterrupt when an interrupt ended the work.
    """
    from executor.cli.client import Client  # noqa: PLC0415 - aiohttp takes 0.3 s to import, and help needs none of it

    server = find_server(os.environ)

    async def session() -> T:
        with _Interrupts():
            async with Client(server) as client:
                return await work(client)

    try:
        return asyncio.run(session())
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error


class _Interrupts:
    """
    While open, an interrupt cancels the work as a callback of its event loop.

    asyncio.run cancels it inside the signal's handler, between any two instructions: one that comes while a library
    wakes the work up finds a future that was not done a moment ago, and a traceback on the person's terminal.
    """

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Who started us may want interrupts ignored, as a shell does for what it runs in the background; and only the
        # main thread is told of them.
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        self._ours = not ignored and threading.current_thread() is threading.main_thread()
        work = asyncio.current_task()
        if self._ours and work is not None:
            self._loop.add_signal_handler(signal.SIGINT, work.cancel)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            self._loop.remove_signal_handler(signal.SIGINT)
