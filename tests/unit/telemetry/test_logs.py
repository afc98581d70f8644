"""
How records leave the process: one JSON object a line, ours and the libraries', complete and without secrets.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from executor.telemetry.logs import configure_logs


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


HIDDEN = "s3cret-local"


class Terminal(io.StringIO):
    """
    A stream that says it is a terminal.
    """

    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.requirement("OBS-1")
def test_a_record_is_one_json_object_with_time_level_action_run_and_step() -> None:
    stream = io.StringIO()
    configure_logs(stream)

    structlog.get_logger().info("two\nlines", action="step_started", run="r-1", step="web", n=1)

    [record] = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("at"))
    assert {
        "level": "info",
        "action": "step_started",
        "run": "r-1",
        "step": "web",
        "message": "two\nlines",
        "n": 1,
    } == record


@pytest.mark.requirement("OBS-1")
def test_records_of_libraries_take_the_same_way() -> None:
    stream = io.StringIO()
    configure_logs(stream)

    logging.getLogger("some.library").warning("%s of %s", "Bearer s3cret", 2, extra={"token": "s3cret", "run": "r-1"})

    [record] = lines(stream)
    record.pop("at")
    assert {
        "level": "warning",
        "action": "logged",
        "run": "r-1",
        "message": "Bearer *** of 2",
        "logger": "some.library",
        "token": "***",
    } == record


@pytest.mark.requirement("OBS-1", "DRY-3")
@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["as JSON", "on a terminal"])
def test_a_traceback_is_told_without_local_variables_and_without_tokens(stream: io.StringIO) -> None:
    configure_logs(stream)

    def fails(hidden: str) -> None:
        raise ValueError(f"refused: Bearer {hidden}")

    try:
        fails(HIDDEN)
    except ValueError:
        structlog.get_logger().exception("failed", action="x")
        logging.getLogger("library").exception("failed")

    told = stream.getvalue()
    assert 2 == told.count("Traceback")
    assert "ValueError: refused: Bearer ***" in told
    assert HIDDEN not in told


def test_a_message_given_as_a_field_is_told_behind_what_was_said() -> None:
    stream = io.StringIO()
    configure_logs(stream)

    structlog.get_logger().info("stopping", action="stop", message="what is unfinished goes on next time")

    assert ["stopping: what is unfinished goes on next time"] == [record["message"] for record in lines(stream)]


def test_less_than_the_level_is_not_told_and_libraries_only_warn() -> None:
    stream = io.StringIO()
    configure_logs(stream, level="info")

    structlog.get_logger().debug("quiet")
    logging.getLogger("library").debug("quiet")
    logging.getLogger("sqlalchemy.engine").info("quiet")
    logging.getLogger("sqlalchemy.engine").warning("loud")
    structlog.get_logger().info("loud")

    assert ["loud", "loud"] == [record["message"] for record in lines(stream)]


def test_what_is_no_json_is_told_as_text_instead_of_failing() -> None:
    stream = io.StringIO()
    configure_logs(stream)

    structlog.get_logger().info("x", action="x", error=ValueError("k"), half="\ud800", raw=b"\xff")

    [record] = lines(stream)
    assert ("k", "?") == (record["error"], record["half"])


def test_on_a_terminal_records_are_readable_and_cannot_move_the_cursor() -> None:
    stream = Terminal()
    configure_logs(stream)

    structlog.get_logger().warning("cancelled", action="cancel_requested", run="r-1", reason="\x1b[2Jgone\x07")

    told = stream.getvalue()
    assert "cancel_requested" in told
    assert "\\x1b[2Jgone\\x07" in told
    assert "\x1b[2J" not in told


def test_configuring_twice_tells_each_record_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logs(first)
    configure_logs(second)

    logging.getLogger("library").warning("once")
    structlog.get_logger().warning("once")

    assert ("", 2) == (first.getvalue(), len(lines(second)))
