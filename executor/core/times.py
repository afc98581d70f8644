"""
Owns the one spelling of time: RFC 3339 UTC with milliseconds, which sorts as text.
"""

from datetime import UTC, datetime, timedelta


def spelled(moment: datetime) -> str:
    """
    Return `2026-11-23T11:24:06.942Z` for an aware datetime.
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def read(text: str) -> datetime:
    """
    Return the aware datetime of a text made by `spelled`.
    """
    return datetime.fromisoformat(text.removesuffix("Z") + "+00:00")


def plus(text: str, seconds: float) -> str:
    """
    Return a time some seconds later.
    """
    return spelled(read(text) + timedelta(seconds=seconds))


def seconds_between(earlier: str, later: str) -> float:
    """
    Return the seconds from one time to another; negative when the second is earlier.
    """
    return (read(later) - read(earlier)).total_seconds()
