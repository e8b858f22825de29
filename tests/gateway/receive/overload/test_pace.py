"""How fast it goes on: it finds the rate that is taken, keeps the queue short, and is never at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.receive.overload.load import IDLE, Load
from gateway.receive.overload.pace import FIRST, LEAST, MOST, STEADILY, Pace
from gateway.receive.overload.ways import Marks

MARKS = Marks(wait_s=0.25, backlog=32, most=1000)
LOOK_S, TURN_S = 0.5, 0.025
MUCH = Load(0, 40, 2.0)


def simulate(capacity: float, seconds: float) -> tuple[list[float], list[float]]:
    """Rates and backlogs at each look, when routers take so many events a second and say so a second late."""
    pace = Pace(MARKS)
    backlog, told, rates, backlogs = 0.0, [0.0, 0.0], [], []
    at_best_s = 0.02
    for turn in range(1, int(seconds / TURN_S) + 1):
        now = turn * TURN_S
        count = pace.due(now)
        pace.give(count)
        backlog = max(0.0, backlog + count - capacity * TURN_S)
        if turn % int(LOOK_S / TURN_S) == 0:
            told.append(backlog)
            late = told[-3]
            pace.look(Load(0, int(late), at_best_s + late / capacity), now)
            rates.append(pace.rate)
            backlogs.append(backlog)
    return rates, backlogs


@pytest.mark.parametrize("capacity", [40, 150, 1000, 6000])
def test_it_finds_what_the_routers_take_and_their_queue_stays_short(capacity: int) -> None:
    rates, backlogs = simulate(capacity, 120)
    steady = rates[len(rates) // 2 :]
    assert 0.7 * capacity < sum(steady) / len(steady) < 1.1 * capacity
    waits = sorted(one / capacity for one in backlogs[len(backlogs) // 2 :])
    assert waits[len(waits) // 2] < MARKS.wait_s / 4 + TURN_S
    assert waits[-1] < 4 * MARKS.wait_s


def test_it_goes_back_at_once_and_not_again_before_that_can_have_helped() -> None:
    pace = Pace(MARKS)
    rates = []
    for look in range(1, 6):
        pace.look(MUCH, look * LOOK_S)
        rates.append(round(pace.rate / FIRST, 3))
    assert rates == [0.7, 0.7, 0.7, 0.49, 0.49]


def test_what_was_before_it_gave_anything_does_not_make_it_slow_afterwards() -> None:
    pace, now = Pace(MARKS), 0.0
    for _ in range(8):  # what went straight before the account was diverted
        now += LOOK_S
        pace.look(MUCH, now)
    assert pace.rate == LEAST

    assert grown(pace, now, looks=20) > 20 * LEAST


def test_it_goes_quickly_to_where_it_was_too_much_and_slowly_beyond() -> None:
    pace = Pace(MARKS)
    found = grown(pace, 0.0, looks=12)
    now = 12 * LOOK_S
    for _ in range(9):
        now += LOOK_S
        pace.look(MUCH, now)
    assert pace.rate < found / 2

    near = grown(pace, now, looks=12)
    beyond = grown(pace, now + 12 * LOOK_S, looks=4)

    assert 0.7 * found <= near < found
    assert beyond == pytest.approx(near * STEADILY**4)


def grown(pace: Pace, now: float, looks: int) -> float:
    """The rate after so many looks at which all of it was used and nothing waited; the first still remembers the load
    before."""
    for _ in range(looks):
        for turn in range(1, int(LOOK_S / TURN_S) + 1):
            pace.give(pace.due(now + turn * TURN_S))
        now += LOOK_S
        pace.look(IDLE, now)
    return pace.rate


def test_it_does_not_grow_while_there_is_nothing_to_give() -> None:
    pace = Pace(MARKS)
    for look in range(1, 20):
        assert pace.due(look * LOOK_S) > 0
        pace.look(IDLE, look * LOOK_S)
    assert pace.rate == FIRST


def test_a_pause_is_not_made_up_for_by_a_burst() -> None:
    pace = Pace(MARKS)
    assert pace.due(3600.0) <= 1 + FIRST


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 5.0)), max_size=60))
def test_it_stays_within_its_bounds_and_something_always_goes_on(looks: list[tuple[bool, float]]) -> None:
    pace, now = Pace(MARKS), 0.0
    for much, passed in looks:
        now += passed
        pace.give(pace.due(now))
        pace.look(MUCH if much else IDLE, now)
        assert LEAST <= pace.rate <= MOST
    assert pace.due(now + 1.0) >= 1
