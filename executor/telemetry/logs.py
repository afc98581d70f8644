"""
Owns how log records leave the process: one JSON object a line on standard error, or readable lines on a terminal.

Our own records (structlog) and those of the libraries (logging) pass the same processors, so that each has `at`,
`level` and `action`, and none holds a secret. Ours take the short way past `logging`, which would cost as much again.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from executor.core.times import spelled
from executor.telemetry.masking import masked

_Record = MutableMapping[str, Any]

_QUIET = ("aiohttp.access", "alembic", "asyncio", "kubernetes", "sqlalchemy")
"""Libraries whose information is noise here: only their warnings are told."""


def configure_logs(stream: TextIO | None = None, *, level: str = "info", as_json: bool | None = None) -> None:
    """
    Send all records to a stream (standard error); `as_json` None asks the stream if it is a terminal.
    """
    stream = sys.stderr if stream is None else stream
    processors = _processors(as_json=not stream.isatty() if as_json is None else as_json)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *processors],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=False,
    )
    _lead_libraries(logging.StreamHandler(stream), processors, threshold)


def _lead_libraries(handler: logging.Handler, processors: Sequence[Processor], threshold: int) -> None:
    """
    Let records made with `logging` pass the same processors.
    """
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, threshold))


def _processors(*, as_json: bool) -> list[Processor]:
    # Tracebacks become texts before anything is masked; with rich installed, structlog's own way on a terminal would
    # print the local variables of every frame.
    shared: list[Processor] = [_stamped, structlog.processors.format_exc_info, _masked]
    if as_json:
        return [*shared, _as_json]
    return [*shared, _harmless, structlog.dev.ConsoleRenderer(event_key="message", timestamp_key="at")]


def _stamped(_: Any, __: str, record: _Record) -> _Record:
    """
    Give each record its time and its action: its own, or that it is a library's or an unnamed one.
    """
    record["at"] = spelled(datetime.now(UTC))
    said = record.pop("event", "")
    record["message"] = f"{said}: {record['message']}" if record.get("message") else said
    record.setdefault("action", "logged")
    return record


def _masked(_: Any, __: str, record: _Record) -> _Record:
    safe: _Record = masked(record)
    return safe


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _harmless(_: Any, __: str, record: _Record) -> _Record:
    """
    Spell control characters out: a reason that somebody sent could otherwise rewrite the terminal it is shown on.
    """
    return {
        key: _CONTROL.sub(lambda char: f"\\x{ord(char.group()):02x}", value) if isinstance(value, str) else value
        for key, value in record.items()
    }


_FIRST = ("at", "level", "action", "run", "step", "message")


def _as_json(_: Any, __: str, record: _Record) -> str:
    ordered = {key: record.pop(key) for key in _FIRST if key in record}
    # Whatever is no JSON (an enum, a path, an error) is told as text: a log line is never worth an exception.
    line = json.dumps({**ordered, **record}, default=str, ensure_ascii=False)
    return line.encode("utf-8", "replace").decode()
