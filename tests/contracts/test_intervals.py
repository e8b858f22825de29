"""Intervals: what cannot be meant is refused."""

import pytest
from pydantic import ValidationError

from contracts.intervals import Span


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"start": "10:00", "end": "09:59"}, "end must not be before start"),
        ({"start": "09:00Z", "end": "18:00"}, "must have no time zone"),
        ({"start": "09:00", "end": "18:00+01:00"}, "must have no time zone"),
        ({"weekdays": [7]}, "less than or equal to 6"),
    ],
)
def test_a_span_that_cannot_be_meant_is_refused(fields: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        Span.model_validate(fields)


def test_a_span_without_fields_is_always() -> None:
    assert Span.model_validate({}) == Span.model_validate({"start": "00:00", "end": "23:59"})
