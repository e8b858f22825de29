"""The last changes that a console was told of, by their places in the stream: what a client that comes back has missed.

A place is the offset of a bundle in the stream and the number of the change in it. It means the same to every console.
"""

import re
from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from contracts.live import LiveEntry

MOST = 20_000
_CURSOR = re.compile(r"(-1|[0-9]{1,18})\.([0-9]{1,9})")


class Place(NamedTuple):
    """A place in the stream."""

    offset: int
    number: int

    def __str__(self) -> str:
        return f"{self.offset}.{self.number}"


BEGINNING = Place(-1, 0)
"""Before the first change that there ever was."""


def place_of(cursor: str) -> Place | None:
    """The place that a client names; None for what is none."""
    found = _CURSOR.fullmatch(cursor)
    return Place(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Told:
    """A change, where it stands, and as clients get it."""

    place: Place
    entry: LiveEntry
    frame: bytes


class Ring:
    """What was told last. Everything behind `floor` is there, up to `newest`; both are None before the first word."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._told: deque[Told] = deque()
        self.floor: Place | None = None
        self.newest: Place | None = None

    def begin(self, floor: Place) -> None:
        """Forget everything: what comes next stands behind this place."""
        self._told.clear()
        self.floor = self.newest = floor

    def add(self, told: Told) -> None:
        """Append what was told; the oldest is forgotten where there are too many."""
        self._told.append(told)
        self.newest = told.place
        if len(self._told) > self._most:
            self.floor = self._told.popleft().place

    def since(self, place: Place) -> list[Told] | None:
        """What was told behind a place; None where some of it is forgotten, or the place lies ahead of everything."""
        if self.floor is None or place < self.floor or not self.has(place):
            return None
        return list(takewhile(lambda told: told.place > place, reversed(self._told)))[::-1]

    def has(self, place: Place) -> bool:
        """Whether the bundle of a place was told, or a later one; a bundle is told as a whole."""
        return self.newest is not None and place.offset <= self.newest.offset
