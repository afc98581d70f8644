"""
The way from a command into the client: what an interrupt does to the work, and what it cannot do.
"""

import asyncio
import signal

import pytest

from executor.cli.client import Client
from executor.cli.session import call


@pytest.fixture(autouse=True)
def _a_person(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.default_int_handler)


def test_an_interrupt_ends_the_work() -> None:
    async def work(_: Client) -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        call(work)


def test_an_interrupt_does_not_cut_into_a_callback() -> None:
    """
    One came between aiohttp's look at a future and its result for it; the person saw aiohttp's traceback.
    """
    cut: list[bool] = []

    async def work(_: Client) -> None:
        waiter = asyncio.get_running_loop().create_future()

        def wakes_it_up() -> None:
            signal.raise_signal(signal.SIGINT)
            cut.append(waiter.done())

        asyncio.get_running_loop().call_soon(wakes_it_up)
        await waiter

    with pytest.raises(KeyboardInterrupt):
        call(work)

    assert [False] == cut
