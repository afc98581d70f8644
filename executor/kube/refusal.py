"""
Owns the refusal: what an answer that is no success says, read without trusting that it is a Status.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cause:
    """
    One entry of a Status' `details.causes`.
    """

    field: str = ""
    message: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    An answer with a failing code. `reason` is empty where the body is no Status: a proxy may have answered.

    `object_name` and `object_kind` (its plural, where the answer is about a stored object) are what it was about.
    `message` and the causes' messages may hold a whole object, Secret data included; they are matched, never passed on
    as they are.
    """

    http_status: int
    reason: str = ""
    message: str = ""
    causes: tuple[Cause, ...] = ()
    object_name: str = ""
    object_kind: str = ""
    retry_after_seconds: float | None = None

    @property
    def word(self) -> str:
        """
        Return the reason as a message names it, or the HTTP status.
        """
        return self.reason or f"HTTP {self.http_status}"


def read_refusal(http_status: int, body: bytes, headers: Mapping[str, str]) -> Refusal:
    """
    Read an answer; whatever does not have the shape of a Status is left empty.
    """
    status = _status(body)
    details = _object(status.get("details"))
    return Refusal(
        http_status=http_status,
        reason=_text(status.get("reason")),
        message=_text(status.get("message")),
        causes=tuple(
            Cause(
                field=_text(cause.get("field")),
                message=_text(cause.get("message")),
                reason=_text(cause.get("reason")),
            )
            for cause in details.get("causes") or ()
            if isinstance(cause, dict)
        ),
        object_name=_text(details.get("name")),
        object_kind=_text(details.get("kind")),
        retry_after_seconds=_seconds(headers.get("Retry-After"), details.get("retryAfterSeconds")),
    )


def refusal_of_status(status: Mapping[str, Any]) -> Refusal:
    """
    Read a Status object that came inside a watch.
    """
    code = status.get("code")
    return read_refusal(code if isinstance(code, int) else 500, json.dumps(status).encode(), {})


def _status(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) and parsed.get("kind") == "Status" else {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(header: str | None, detail: Any) -> float | None:
    if header is not None and header.isascii() and header.isdigit():
        return float(header)
    return float(detail) if isinstance(detail, int) and detail > 0 else None
