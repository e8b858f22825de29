"""Who is offered what: one pure step of distribution for a queue or a single agent (domain, section 6).

The cost grows with the agents plus the interactions waiting plus the offers made: an agent who is full is left out once
and for all, not found full again for every interaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import assert_never

from contracts.queues import Strategy


@dataclass(frozen=True, slots=True)
class Member:
    """An agent who may be offered what waits: `held` counts against `capacity` (0 = no limit)."""

    agent_id: str
    capacity: int
    held: frozenset[str]
    available: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An interaction that waits: `refused` are the agents who refused or missed it in this round of asking.

    `not_before` is when those may be asked again, once all have refused; whoever becomes eligible before is asked.
    """

    interaction_id: str
    refused: frozenset[str]
    not_before: datetime | None
    waiting_since: datetime
    step_ends_at: datetime

    def refused_at(self, now: datetime) -> frozenset[str]:
        """Who is not to be asked: those who refused, until the pause that followed is over and a new round begins."""
        return frozenset() if self.not_before is not None and self.not_before <= now else self.refused


@dataclass(frozen=True, slots=True)
class PlannedOffer:
    """An interaction that is to be offered to these agents at once, until `ends_at`."""

    interaction_id: str
    agent_ids: tuple[str, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PausedRound:
    """An interaction that all who could take it have refused: everybody may be asked again from `not_before` on."""

    interaction_id: str
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done; `pointer` is the agent engaged last, to be given to the next planning of this queue."""

    offers: tuple[PlannedOffer, ...]
    paused: tuple[PausedRound, ...]
    pointer: str | None


class _Ring:
    """The agents who can take something, in the members' order, the last followed by the first.

    Whoever has become full is taken out: `present` are the others, `_next` leads over the gaps and is shortened as
    it is followed.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self.agents = [member.agent_id for member in members]
        self._room: list[int | None] = [
            None if member.capacity == 0 else member.capacity - len(member.held) for member in members
        ]
        self._next = list(range(len(members) + 1))
        self.present = set(self.agents)
        for place, (member, room) in enumerate(zip(members, self._room, strict=True)):
            if not member.available or (room is not None and room <= 0):
                self._leave(place)

    def place_after(self, agent_id: str | None) -> int:
        """The place behind an agent's; the first one when that is no member (any more)."""
        return self.agents.index(agent_id) + 1 if agent_id in self.agents else 0

    def once_round(self, start: int) -> Iterator[int]:
        """The places of all agents in the ring, beginning with the first at `start` or behind it."""
        yield from self._between(start, len(self.agents))
        yield from self._between(0, start)

    def take(self, place: int) -> None:
        """Count something more against the agent at this place."""
        room = self._room[place]
        if room is not None:
            self._room[place] = room - 1
            if room == 1:
                self._leave(place)

    def _between(self, start: int, end: int) -> Iterator[int]:
        place = self._find(start)
        while place < end:
            yield place
            place = self._find(place + 1)

    def _leave(self, place: int) -> None:
        self._next[place] = place + 1
        self.present.discard(self.agents[place])

    def _find(self, place: int) -> int:
        end = place
        while self._next[end] != end:
            end = self._next[end]
        while self._next[place] != end:
            self._next[place], place = end, self._next[place]
        return end


def plan(
    queue_strategy: Strategy,
    agent_timeout: timedelta,
    members: Sequence[Member],
    waiting: Iterable[Waiting],
    pointer: str | None,
    now: datetime,
    round_pause: timedelta,
) -> Plan:
    """The offers to make now, to those who are available, below their capacity, and have not refused.

    Who waits longest comes first. Where everybody who could take an interaction has refused it, its next round is put
    off by `round_pause`; where nobody could take it, it is left waiting. A step that is over gets no more offers.
    """
    ring = _Ring(members)
    place = ring.place_after(pointer)
    offers: list[PlannedOffer] = []
    paused: list[PausedRound] = []
    for one in sorted(waiting, key=lambda one: (one.waiting_since, one.interaction_id)):
        if not ring.present:
            break
        if one.step_ends_at <= now:
            continue
        refused = one.refused_at(now)
        if ring.present <= refused:
            if one.not_before is None or one.not_before <= now:
                paused.append(PausedRound(one.interaction_id, now + round_pause))
            continue
        places = _chosen(queue_strategy, ring, place, refused)
        for taken in places:
            ring.take(taken)
        agents = tuple(ring.agents[taken] for taken in places)
        offers.append(PlannedOffer(one.interaction_id, agents, min(now + agent_timeout, one.step_ends_at)))
        if queue_strategy is Strategy.RRMEMORY:
            pointer, place = agents[0], places[0] + 1
    return Plan(tuple(offers), tuple(paused), pointer)


def _chosen(strategy: Strategy, ring: _Ring, start: int, refused: frozenset[str]) -> list[int]:
    """The places of those who are to be asked."""
    fit = (place for place in ring.once_round(start) if ring.agents[place] not in refused)
    match strategy:
        case Strategy.BEEPALL:
            return sorted(fit)
        case Strategy.RRMEMORY:
            return list(islice(fit, 1))
        case _:
            assert_never(strategy)
