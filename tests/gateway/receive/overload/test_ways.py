"""Who is put aside, and when they are back: by table, and as laws over whatever happens."""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.receive.overload.load import IDLE, Load
from gateway.receive.overload.ways import COOLING, LEAST, MOST_LANES, Marks, Way, Ways

MARKS = Marks(wait_s=0.25, backlog=32, most=1000)
PRESSED = Load(waiting=0, in_hand=40, wait_s=1.0)
FLOOD, BUSY = LEAST * 10, LEAST


def interval(ways: Ways, load: Load, **came: int) -> str | None:
    """So many events of each account, and a look; what it finds is diverted at once."""
    for account, count in came.items():
        for _ in range(count):
            ways.take(account)
    found = ways.look(load)
    if found is not None:
        ways.divert(found)
    return found


def test_the_account_that_brings_most_is_diverted_when_the_pressure_lasts() -> None:
    ways = Ways(MARKS)
    assert interval(ways, PRESSED, loud=FLOOD, calm=5) is None
    assert interval(ways, PRESSED, loud=FLOOD, calm=5) == "loud"
    assert (ways.way("loud"), ways.way("calm")) == (Way.ASIDE, Way.STRAIGHT)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"loud": 1000}, {}, "a burst that is over"),
        ({}, {"loud": 1000}, "one that has just begun"),
        ({"loud": LEAST - 1}, {"loud": LEAST - 1}, "too few to be a flood"),
        ({"one": 50, "two": 50}, {"one": 50, "two": 50}, "nobody brings more than their share"),
    ],
)
def test_nobody_is_diverted_by(first: dict[str, int], second: dict[str, int], why: str) -> None:
    ways = Ways(MARKS)
    interval(ways, PRESSED, **first)
    assert interval(ways, PRESSED, **second) is None, why


@pytest.mark.parametrize(
    ("loads", "why"),
    [
        ([PRESSED, IDLE, PRESSED, IDLE], "pressure that does not last"),
        ([PRESSED, Load(0, 40, 0.75), Load(0, 40, 0.5), Load(0, 40, 0.3)], "pressure that falls by itself"),
        ([Load(0, 31, 9.0)] * 4, "a backlog below the mark"),
        ([Load(500, 500, 0.2)] * 4, "a large backlog that is worked off quickly"),
    ],
)
def test_nobody_is_diverted_under(loads: list[Load], why: str) -> None:
    ways = Ways(MARKS)
    assert [interval(ways, load, loud=FLOOD, calm=5) for load in loads] == [None] * len(loads), why


def test_with_a_backlog_of_0_nobody_is_ever_diverted() -> None:
    ways = Ways(Marks(0.25, 0, 1000))
    assert [interval(ways, Load(5000, 5000, 99), loud=FLOOD) for _ in range(5)] == [None] * 5
    assert not ways.all_aside


def test_an_account_alone_is_diverted_so_that_one_that_writes_seldom_need_not_wait() -> None:
    ways = Ways(MARKS)
    assert [interval(ways, PRESSED, loud=FLOOD) for _ in range(2)] == [None, "loud"]


def test_the_next_one_is_diverted_only_when_the_first_diversion_has_had_time_to_help() -> None:
    ways = Ways(MARKS)
    found = [interval(ways, PRESSED, loud=FLOOD, busy=FLOOD // 2, calm=1) for _ in range(COOLING + 4)]
    assert found == [None, "loud", *[None] * COOLING, "busy", None]


def test_only_so_many_are_diverted() -> None:
    ways = Ways(MARKS)
    names = [f"a{number:02d}" for number in range(MOST_LANES + 4)]
    for _ in range((COOLING + 2) * len(names)):
        came = {name: FLOOD + 10 * place**2 for place, name in enumerate(names)}
        interval(ways, PRESSED, **came)
    assert sum(ways.way(name) is Way.ASIDE for name in names) == MOST_LANES


def test_everybody_is_kept_from_the_high_mark_until_it_is_half() -> None:
    ways = Ways(MARKS)
    seen = []
    for waiting in (999, 1000, 600, 500, 499, 999, 1000, 0):
        ways.look(Load(waiting, 0, 9.0))
        seen.append(ways.all_aside)
    assert seen == [False, True, True, True, False, False, True, False]


def test_there_is_no_need_to_look_when_nothing_comes_and_nothing_is_aside() -> None:
    ways = Ways(MARKS)
    assert ways.quiet
    interval(ways, PRESSED, loud=FLOOD)
    interval(ways, PRESSED, loud=FLOOD)
    for _ in range(3):
        ways.look(IDLE)
    assert not ways.quiet
    ways.hold("loud")
    ways.release("loud", drained=True)
    assert ways.quiet


@dataclass
class Simulated:
    """A gateway whose disk, broker and time are lists. What has reached the broker is in `arrived`."""

    ways: Ways = field(default_factory=lambda: Ways(MARKS))
    aside: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    parked: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def come(self, account: str, count: int) -> None:
        for _ in range(count):
            number = self.sent[account] = self.sent[account] + 1
            goes = {Way.STRAIGHT: self.arrived, Way.ASIDE: self.aside, Way.WAITING: self.parked}
            goes[self.ways.take(account)][account].append(number)

    def look(self, load: Load) -> None:
        found = self.ways.look(load)
        if found is not None:
            assert self.ways.way(found) is Way.STRAIGHT, "it is diverted already"
            self.ways.divert(found)

    def give(self, account: str, count: int) -> None:
        self.arrived[account] += self.aside[account][:count]
        del self.aside[account][:count]

    def hold(self, account: str) -> None:
        if self.ways.way(account) is Way.ASIDE:
            self.ways.hold(account)

    def release(self, account: str) -> None:
        if self.ways.way(account) is not Way.WAITING:
            return
        way = self.ways.release(account, drained=not self.aside[account])
        onward = self.arrived if way is Way.STRAIGHT else self.aside
        onward[account] += self.parked.pop(account, [])

    def settle(self) -> None:
        for account in list(self.sent):
            self.release(account)
            self.give(account, 10**6)
            self.hold(account)
            self.release(account)


ACCOUNTS = st.sampled_from(["a", "b", "c"])
LOADS = st.builds(Load, st.integers(0, 2000), st.integers(0, 100), st.sampled_from([0.0, 0.3, 5.0]))
STEPS = st.one_of(
    st.tuples(st.just("come"), ACCOUNTS, st.integers(1, 60)),
    st.tuples(st.just("look"), LOADS),
    st.tuples(st.just("give"), ACCOUNTS, st.integers(1, 80)),
    st.tuples(st.just("hold"), ACCOUNTS),
    st.tuples(st.just("release"), ACCOUNTS),
)


@given(st.lists(STEPS, max_size=80))
def test_whatever_happens_each_account_arrives_whole_and_in_order_and_comes_back(steps: list[tuple[str, ...]]) -> None:
    gateway = Simulated()
    for name, *arguments in steps:
        getattr(gateway, name)(*arguments)
        for account, arrived in gateway.arrived.items():
            assert arrived == list(range(1, len(arrived) + 1))
            ways = [gateway.aside[account], gateway.parked[account]]
            if gateway.ways.way(account) is Way.STRAIGHT:
                assert ways == [[], []], "something is aside of an account that goes straight"
    gateway.settle()
    for account, count in gateway.sent.items():
        assert gateway.ways.way(account) is Way.STRAIGHT
        assert gateway.arrived[account] == list(range(1, count + 1))


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), LOADS), max_size=40))
def test_an_account_that_brings_little_is_never_diverted(intervals: list[tuple[int, int, Load]]) -> None:
    ways = Ways(MARKS)
    for one, two, load in intervals:
        assert interval(ways, load, one=min(one, LEAST - 1), two=min(two, LEAST - 1)) is None
