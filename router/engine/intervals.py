"""Whether a moment is inside an interval (domain, section 5)."""

from datetime import datetime

from contracts.intervals import Interval, Span


def inside(interval: Interval, local: datetime) -> bool:
    """Whether the moment, given in the account's time zone, is inside one of the interval's spans."""
    return any(_within(span, local) for span in interval.spans)


def _within(span: Span, local: datetime) -> bool:
    minute = local.time().replace(second=0, microsecond=0)
    return (
        span.start.replace(second=0, microsecond=0) <= minute <= span.end
        and (not span.weekdays or local.weekday() in span.weekdays)
        and (not span.days or local.day in span.days)
        and (not span.months or local.month in span.months)
    )
