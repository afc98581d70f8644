"""
Owns the way from a command into the client: find the server, open one session, run the command's work to its end.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from executor.cli.servers import find_server

if TYPE_CHECKING:
    from executor.cli.client import Client

T = TypeVar("T")


def call(work: "Callable[[Client], Awaitable[T]]") -> T:
    """
    Return what `work` makes of an open client.
    """
    from executor.cli.client import Client  # noqa: PLC0415 - aiohttp takes 0.3 s to import, and help needs none of it

    server = find_server(os.environ)

    async def session() -> T:
        async with Client(server) as client:
            return await work(client)

    return asyncio.run(session())
