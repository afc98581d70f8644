"""
Where recorded decisions come from: a time that people say, and files of every shape that they are kept in.
"""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from executor.cli.failures import Failure
from executor.cli.recorded import PAGE, from_file, since

pytestmark = pytest.mark.requirement("POL-6")

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("24h", "2026-11-23T01:30:00Z"),
        ("90m", "2026-11-24T00:00:00Z"),
        ("7d", "2026-11-17T01:30:00Z"),
        ("999999w", "1970-01-01T00:00:00Z"),
        ("2026-11-01T00:00:00+01:00", "2026-11-01T00:00:00+01:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_since_is_a_while_ago_or_a_time_that_the_server_judges(said: str, meant: str) -> None:
    assert meant == since(said, NOW)


async def read(file: Path, text: str) -> list[Any]:
    await asyncio.to_thread(file.write_text, text)
    return [each["id"] async for page in from_file(file) for each in page]


async def test_a_file_holds_a_page_or_a_list_or_one_or_one_on_each_line(tmp_path: Path) -> None:
    file, two = tmp_path / "f", [{"id": "d1"}, {"id": "d2"}]

    assert ["d1", "d2"] == await read(file, json.dumps({"items": two, "next_cursor": None}))
    assert ["d1", "d2"] == await read(file, json.dumps(two, indent=2))
    assert ["d1", "d2"] == await read(file, '{"id": "d1"}\n\n{"id": "d2"}\n')
    assert ["d1"] == await read(file, '{"id": "d1"}')
    many = [{"id": str(number)} for number in range(PAGE + 1)]
    assert [each["id"] for each in many] == await read(file, json.dumps(many))


@pytest.mark.parametrize("text", ["s3cret", "[1]", '"s3cret"', '{"id": "d1"}\n{"s3cret'])
async def test_a_file_of_something_else_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(Failure) as caught:
        await read(tmp_path / "f", text)

    assert "holds no decisions" in caught.value.message
    assert "s3cret" not in caught.value.message
