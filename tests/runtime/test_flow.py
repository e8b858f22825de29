"""The rate of a count that grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.flow import WINDOW_S, Flow


def test_the_first_mark_gives_no_rate() -> None:
    assert Flow().rate(10.0, 500) == 0.0


def test_the_rate_is_that_of_the_window_and_forgets_what_was_before() -> None:
    flow = Flow()
    for second in range(6):
        rate = flow.rate(float(second), second * 100)
    assert rate == pytest.approx(100)
    for second in range(6, 6 + 2 * int(WINDOW_S)):
        rate = flow.rate(float(second), 500)
    assert rate == 0.0


@given(st.lists(st.tuples(st.floats(0.01, 10), st.integers(0, 1000)), min_size=2, max_size=30))
def test_a_rate_is_never_negative_nor_above_the_fastest_stretch(steps: list[tuple[float, int]]) -> None:
    flow, now, count, fastest = Flow(), 0.0, 0, 0.0
    for place, (seconds, more) in enumerate(steps):
        now, count = now + seconds, count + more
        rate = flow.rate(now, count)
        fastest = max(fastest, more / seconds) if place else 0.0
        assert 0 <= rate <= fastest + 1e-6
