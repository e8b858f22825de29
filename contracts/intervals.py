"""Intervals: named business hours, in the account's time zone (domain, section 5)."""

from datetime import time
from typing import Annotated, Self

from pydantic import Field, WithJsonSchema, model_validator

from contracts.base import Id, Name, Value

# JSON Schema's own format for times wants a zone.
TimeOfDay = Annotated[time, WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"})]


class Span(Value):
    """A part of an interval. No weekdays (0 = Monday), days or months means every one; the end minute is in."""

    start: TimeOfDay = time(0, 0)
    end: TimeOfDay = time(23, 59)
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset()
    days: frozenset[Annotated[int, Field(ge=1, le=31)]] = frozenset()
    months: frozenset[Annotated[int, Field(ge=1, le=12)]] = frozenset()

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("start and end must have no time zone: that of the account counts")
        if self.end < self.start:
            raise ValueError("end must not be before start: write two spans for one that passes midnight")
        return self


class Interval(Value):
    """A named set of spans; a moment is inside when it is inside one of them."""

    id: Id
    name: Name
    spans: Annotated[tuple[Span, ...], Field(min_length=1)]
