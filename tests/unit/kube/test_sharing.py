"""
Those who ask the same at the same time share one request, and nobody gets the answer of one that had ended before.
"""

import asyncio

import pytest

from executor.core.errors import ClusterUnavailable
from executor.kube.sharing import Sharing

pytestmark = [pytest.mark.requirement("PERF-1"), pytest.mark.looptime]


class Server:
    """
    Answers with the number of the request after a second, and counts those that it was asked and that were given up.
    """

    def __init__(self, *, fails: bool = False, giving_up_seconds: float = 0) -> None:
        self.asked = self.given_up = 0
        self._fails, self._giving_up_seconds = fails, giving_up_seconds

    async def answer(self) -> int:
        self.asked += 1
        number = self.asked
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            self.given_up += 1
            await asyncio.sleep(self._giving_up_seconds)
            raise
        if self._fails:
            raise ClusterUnavailable("no answer")
        return number


async def test_those_who_ask_at_the_same_time_share_one_request() -> None:
    server, sharing = Server(), Sharing()

    async def later(seconds: float) -> int:
        await asyncio.sleep(seconds)
        return await sharing.ask("shop", server.answer)

    answers = await asyncio.gather(*(later(seconds) for seconds in (0, 0.3, 0.9)))

    assert ([1, 1, 1], 1) == (answers, server.asked)


async def test_who_asks_behind_the_end_of_a_request_asks_anew() -> None:
    server, sharing = Server(), Sharing()

    first = await sharing.ask("shop", server.answer)
    second = await sharing.ask("shop", server.answer)

    assert (1, 2) == (first, second)


async def test_who_asks_before_others_have_heard_the_answer_asks_anew() -> None:
    """
    In the very turn of the event loop in which a request ends, it has ended.
    """
    server, sharing = Server(), Sharing()
    answers: list[int] = []

    async def answer_and_ask_again() -> int:
        number = await server.answer()
        asyncio.get_running_loop().call_soon(lambda: again.append(asyncio.ensure_future(ask())))
        return number

    async def ask() -> None:
        answers.append(await sharing.ask("shop", server.answer))

    again: list[asyncio.Future[None]] = []
    await sharing.ask("shop", answer_and_ask_again)
    await asyncio.gather(*again)

    assert [2] == answers


async def test_different_questions_share_nothing() -> None:
    server, sharing = Server(), Sharing()

    answers = await asyncio.gather(*(sharing.ask(name, server.answer) for name in ("shop", "bank")))

    assert [1, 2] == answers


async def test_the_error_of_a_shared_request_is_everybodys_and_the_next_one_asks_anew() -> None:
    server, sharing = Server(fails=True), Sharing()

    answers = await asyncio.gather(*(sharing.ask("shop", server.answer) for _ in range(3)), return_exceptions=True)
    assert [ClusterUnavailable] * 3 == [type(each) for each in answers]

    with pytest.raises(ClusterUnavailable):
        await sharing.ask("shop", server.answer)
    assert 2 == server.asked


async def test_who_is_cancelled_leaves_the_others_waiting() -> None:
    server, sharing = Server(), Sharing()
    first, second = (asyncio.ensure_future(sharing.ask("shop", server.answer)) for _ in range(2))
    await asyncio.sleep(0.5)

    first.cancel()

    assert (1, 1, 0) == (await second, server.asked, server.given_up)
    assert first.cancelled()


async def test_who_asks_in_the_moment_of_a_cancel_keeps_the_request() -> None:
    server, sharing = Server(), Sharing()
    first = asyncio.ensure_future(sharing.ask("shop", server.answer))
    await asyncio.sleep(0.5)

    first.cancel()

    assert (1, 1, 0) == (await sharing.ask("shop", server.answer), server.asked, server.given_up)


async def test_the_last_one_takes_the_request_with_him_and_nobody_joins_what_is_given_up() -> None:
    server, sharing = Server(giving_up_seconds=1), Sharing()
    only = asyncio.ensure_future(sharing.ask("shop", server.answer))
    await asyncio.sleep(0.5)

    only.cancel()
    await asyncio.sleep(0.5)

    assert (2, 2, 1) == (await sharing.ask("shop", server.answer), server.asked, server.given_up)
    assert only.cancelled()
