"""The time."""

from datetime import UTC, datetime, timedelta

from runtime.clock import utc_now


def test_the_time_is_in_utc_and_of_whole_milliseconds() -> None:
    now = utc_now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=1)
