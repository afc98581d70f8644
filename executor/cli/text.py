"""
Owns text for people: nothing that a server or a plan says can steer the terminal, and durations read at a glance.
"""

import re
from datetime import datetime

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (without tab and line feed) and those that turn the reading direction around."""

_MINUTE, _HOUR = 60, 3600


def plain(value: object) -> str:
    r"""
    Return a text with control characters spelled out (`\x1b`), so that it only ever reads as text.
    """
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], str(value))


def line(value: object) -> str:
    """
    Return a text on one line.
    """
    return " ".join(plain(value).split())


def seconds_between(start: str | None, end: str | None) -> float | None:
    """
    Return the seconds between two RFC 3339 times, None where one is missing.
    """
    if not start or not end:
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def duration(seconds: float | None) -> str:
    """
    Return a duration as people say it: `0.4s`, `12s`, `3m05s`, `2h07m`.
    """
    if seconds is None:
        return ""
    if seconds < 10:  # noqa: PLR2004 - below ten seconds the tenths tell something
        return f"{seconds:.1f}s"
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"


def when(at: str | None) -> str:
    """
    Return a time as it is read in a list: date and time to the second, UTC.
    """
    return f"{at[:10]} {at[11:19]}" if at else ""
