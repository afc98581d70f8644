"""
Owns where recorded decisions come from: the server, page by page, or a file that somebody kept.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.cli.exits import Code
from executor.cli.failures import Failure

if TYPE_CHECKING:
    from executor.cli.client import Client

PAGE = 200
"""The most the server gives at once."""

_AGO = re.compile(r"(?P<count>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Page = Sequence[Mapping[str, Any]]


def since(text: str, now: datetime) -> str:
    """
    Return the RFC 3339 time of `24h`, `7d` or a time as it stands; the server says what is wrong with the latter.
    """
    ago = _AGO.fullmatch(text)
    if ago is None:
        return text
    try:
        moment = now - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
    except OverflowError:
        moment = datetime(1970, 1, 1, tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def from_server(client: "Client", *, begin: str) -> AsyncIterator[Page]:
    """
    Yield every decision since a time, newest first, in pages.
    """
    cursor: str | None = None
    while True:
        page = await client.get("/v1/decisions", since=begin, limit=PAGE, cursor=cursor)
        yield page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


async def from_file(file: Path) -> AsyncIterator[Page]:
    """
    Yield the decisions of a file: a page of `GET /v1/decisions`, a list, one decision, or one decision on each line.
    """
    found = _read(file)
    for start in range(0, len(found), PAGE):
        yield found[start : start + PAGE]


def _read(file: Path) -> list[Mapping[str, Any]]:
    try:
        text = file.read_text()
    except (OSError, ValueError) as error:
        raise Failure(f"{file} cannot be read ({type(error).__name__})", code=Code.REFUSED) from error
    try:
        try:
            document = json.loads(text)
        except ValueError:
            document = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise _none(file) from error
    if isinstance(document, dict):
        document = document.get("items", [document])
    if not isinstance(document, list) or not all(isinstance(each, dict) for each in document):
        raise _none(file)
    return document


def _none(file: Path) -> Failure:
    return Failure(
        f"{file} holds no decisions: it takes what GET /v1/decisions answers, or one decision on each line",
        code=Code.REFUSED,
    )
