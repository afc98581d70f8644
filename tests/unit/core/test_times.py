"""
The one spelling of time, which sorts as text.
"""

from datetime import UTC, datetime, timedelta, timezone

from executor.core.times import plus, read, seconds_between, spelled

TEXT = "2026-11-23T11:24:06.942Z"


def test_a_moment_is_spelled_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 23, 13, 24, 6, 942_999, tzinfo=timezone(timedelta(hours=2)))

    assert TEXT == spelled(moment)


def test_a_whole_second_has_its_milliseconds_too() -> None:
    assert "2026-01-01T00:00:00.000Z" == spelled(datetime(2026, 1, 1, tzinfo=UTC))


def test_what_is_spelled_is_read_back() -> None:
    assert TEXT == spelled(read(TEXT))


def test_seconds_move_a_time_over_every_border() -> None:
    assert "2026-11-24T00:00:00.041Z" == plus("2026-11-23T23:59:59.942Z", 0.099)
    assert "2026-11-23T11:34:06.942Z" == plus(TEXT, 600)


def test_seconds_between_are_negative_backwards() -> None:
    later = plus(TEXT, 1.5)

    assert (1.5, -1.5) == (seconds_between(TEXT, later), seconds_between(later, TEXT))


def test_times_sort_as_text() -> None:
    times = [plus(TEXT, seconds) for seconds in (-86_400, -1, 0, 0.001, 0.1, 1, 3600, 86_400)]

    assert times == sorted(times)
