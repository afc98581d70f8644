"""
No assertion rests on a guessed sleep: tests wait for what they wait for, or let a clock of their own run.
"""

import ast
import asyncio
from pathlib import Path

import pytest

from tests.waiting import eventually, within

pytestmark = pytest.mark.requirement("TEST-2")

TESTS = Path(__file__).parent.parent
FILES = sorted(TESTS.rglob("test_*.py"))


def guessed_sleeps(source: str) -> list[int]:
    """
    Return the rows of sleeps that hope something has happened meanwhile.

    One in a loop is a look every so often; one of zero lets others go on; where looptime moves the clock none is real.
    """
    if "sleep" not in source or "looptime" in source:
        return []
    tree = ast.parse(source)
    looking = {id(inner) for loop in ast.walk(tree) if isinstance(loop, ast.While) for inner in ast.walk(loop)}
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rsplit(".", 1)[-1] == "sleep"
        and id(call) not in looking
        and ast.unparse(call.args[0]) != "0"
    ]


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("time.sleep(1)\nassert done()", [1]),
        ("async def test():\n    await asyncio.sleep(delay)", [2]),
        ("while not done():\n    time.sleep(0.1)", []),
        ("await asyncio.sleep(0)", []),
        ("pytestmark = pytest.mark.looptime\nawait asyncio.sleep(60)", []),
    ],
)
def test_a_guessed_sleep_is_told_from_a_look_every_so_often(source: str, rows: list[int]) -> None:
    assert rows == guessed_sleeps(source)


def test_no_test_sleeps_and_hopes() -> None:
    found = [f"{file.relative_to(TESTS)}:{row}" for file in FILES for row in guessed_sleeps(file.read_text("utf-8"))]

    assert [] == found


@pytest.mark.looptime
async def test_what_becomes_true_is_answered_as_soon_as_it_is() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def look() -> str | None:
        return "there" if loop.time() - began > 3 else None

    assert "there" == await eventually(look)
    assert loop.time() - began < 4


@pytest.mark.looptime
async def test_what_never_becomes_true_fails_at_the_limit() -> None:
    async def look() -> bool:
        return False

    with pytest.raises(TimeoutError):
        await eventually(look, limit_seconds=2)


@pytest.mark.looptime
async def test_what_never_ends_fails_at_the_limit() -> None:
    with pytest.raises(TimeoutError):
        await within(asyncio.Event().wait(), limit_seconds=2)
