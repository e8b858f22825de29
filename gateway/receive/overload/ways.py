"""Which way the events of an account go. No I/O, no clock: it is told what comes and how the load stands.

An account goes straight until it is found to be in flood. From then on all that it brings goes aside, until its lane
has been drained: then what comes waits for the last of it, and goes straight behind that. So at any moment there is one
way for an account, and what goes straight is never ahead of what was put aside.
"""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto

from gateway.receive.overload.load import IDLE, Load

MOST_LANES = 8
"""So many accounts are diverted at a time: each costs a thread, and a share of the disk."""
LEAST = 10
"""Events between two looks below which an account is in no flood, whatever the load."""
COOLING = 4
"""Looks after which the load shows what a diversion has brought about: heartbeats are a second old."""
FALLING = 0.8
"""Of the wait at the last look: below that the pressure goes by itself."""


class Way(Enum):
    """Where an account's events go: to the broker, into its lane, or nowhere until the last of its lane has gone."""

    STRAIGHT = auto()
    ASIDE = auto()
    WAITING = auto()


@dataclass(frozen=True, slots=True)
class Marks:
    """The load at which the account that brings most is diverted (both of wait and backlog), and the number of messages
    waiting at the broker at which everybody is. With a backlog of 0 nobody ever is."""

    wait_s: float
    backlog: int
    most: int


class Ways:
    """The decisions of one gateway. Looks come at even intervals."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._ways: dict[str, Way] = {}
        self._came: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._last = IDLE
        self._cooling = 0
        self.pressed = False
        self.all_aside = False

    @property
    def quiet(self) -> bool:
        """Whether nothing has come lately, and nothing is as it should not stay: there is no need to look."""
        return not (self._came or self._before or self._ways or self.pressed or self.all_aside)

    def way(self, account: str) -> Way:
        """Where this account's events go now."""
        return self._ways.get(account, Way.STRAIGHT)

    def take(self, account: str) -> Way:
        """An event of this account has come: where it goes."""
        way = self._ways.get(account, Way.STRAIGHT)
        if way is Way.STRAIGHT:
            self._came[account] += 1
        return way

    def look(self, load: Load) -> str | None:
        """The load is this now; an account that is to be diverted.

        Under pressure twice running that does not go by itself: so what the routers swallow at once diverts nobody.
        """
        pressed = self._is_pressed(load)
        lasts = self.pressed and pressed and load.wait_s > FALLING * self._last.wait_s
        heaviest = self._heaviest() if lasts and not self._cooling and len(self._ways) < MOST_LANES else None
        self._cooling = COOLING if heaviest else max(0, self._cooling - 1)
        self.pressed, self._last = pressed, load
        self.all_aside = self._is_too_much(load)
        self.pass_()
        return heaviest

    def pass_(self) -> None:
        """The interval is over, and the load is not known."""
        self._before, self._came = self._came, Counter()

    def divert(self, account: str) -> None:
        """From now on all events of this account go aside."""
        self._ways[account] = Way.ASIDE
        self._came.pop(account, None)

    def hold(self, account: str) -> None:
        """Little of this account is left aside: what comes waits for that."""
        self._ways[account] = Way.WAITING

    def release(self, account: str, *, drained: bool) -> Way:
        """Where what has waited goes, and everything after it: straight, if nothing is left aside."""
        if drained:
            del self._ways[account]
        else:
            self._ways[account] = Way.ASIDE
        return self.way(account)

    def _is_pressed(self, load: Load) -> bool:
        marks = self._marks
        return bool(marks.backlog) and load.backlog >= marks.backlog and load.wait_s >= marks.wait_s

    def _is_too_much(self, load: Load) -> bool:
        if not self._marks.backlog:
            return False
        return load.waiting >= (max(1, self._marks.most // 2) if self.all_aside else self._marks.most)

    def _heaviest(self) -> str | None:
        """The account that brought most of what went straight, in both of the last intervals, if that is more than its
        share would be."""
        weights = {account: min(count, self._before[account]) for account, count in self._came.items()}
        account, weight = max(weights.items(), key=lambda one: (one[1], one[0]), default=("", 0))
        there = sum(1 for one in weights.values() if one)
        is_flood = weight >= LEAST and weight * max(2, there) > sum(weights.values())
        return account if is_flood else None
