from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from contracts.intervals import Interval, Span
from router.engine.intervals import inside

MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def _interval(*spans: Span) -> Interval:
    return Interval(id="i", name="i", spans=spans)


def test_a_span_without_limits_is_always() -> None:
    assert inside(_interval(Span()), MONDAY.replace(hour=23, minute=59, second=59))


@pytest.mark.parametrize(
    ("clock", "is_inside"),
    [
        (time(8, 59, 59, 999999), False),
        (time(9, 0), True),
        (time(12, 30), True),
        (time(17, 59, 59, 999999), True),
        (time(18, 0), False),
    ],
)
def test_the_first_and_the_final_minute_are_inside(clock: time, is_inside: bool) -> None:
    moment = datetime.combine(MONDAY, clock, UTC)
    assert inside(_interval(Span(start=time(9), end=time(17, 59))), moment) is is_inside


def test_a_span_of_one_minute_is_that_minute() -> None:
    span = Span(start=time(9), end=time(9))
    assert inside(_interval(span), MONDAY.replace(second=59))
    assert not inside(_interval(span), MONDAY.replace(minute=1))


@pytest.mark.parametrize(("day", "is_inside"), [(9, True), (13, True), (14, False), (15, False)])
def test_weekdays_begin_with_monday(day: int, is_inside: bool) -> None:
    assert inside(_interval(Span(weekdays=frozenset(range(5)))), MONDAY.replace(day=day)) is is_inside


def test_days_and_months_must_both_fit() -> None:
    christmas = _interval(Span(days=frozenset({25, 26}), months=frozenset({12})))
    assert inside(christmas, datetime(2026, 12, 25, tzinfo=UTC))
    assert not inside(christmas, datetime(2026, 11, 25, tzinfo=UTC))
    assert not inside(christmas, datetime(2026, 12, 24, tzinfo=UTC))


def test_one_span_is_enough() -> None:
    split = _interval(Span(start=time(9), end=time(12)), Span(start=time(14), end=time(18)))
    assert [inside(split, MONDAY.replace(hour=hour)) for hour in (10, 13, 15)] == [True, False, True]


def test_both_passes_of_the_hour_that_summer_time_repeats_are_inside() -> None:
    night = _interval(Span(start=time(2), end=time(2, 59)))
    rome = ZoneInfo("Europe/Rome")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(rome)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(rome)
    assert (first.hour, second.hour) == (2, 2)
    assert inside(night, first)
    assert inside(night, second)
