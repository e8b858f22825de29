"""Who is offered what: one pure step of distribution over targets that share agents (domain, section 6).

What waits is taken in one order over all of these targets: the heavier first, then what waits longest. Each target
chooses among its own agents by its own strategy; what an agent can still take is shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from contracts.queues import Strategy
from workers.distribution.choice import BySmallest, Ring, Rooms


@dataclass(frozen=True, slots=True)
class Member:
    """An agent who may be offered what waits: `held` counts against `capacity` (0 = no limit)."""

    agent_id: str
    capacity: int
    held: frozenset[str]
    available: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A target as the plan needs it.

    `pointer` is the agent engaged last, `engaged` when each was last notified by this target. For `preferred_for` from
    the beginning of its wait an interaction goes to the agent whom the contact knows, if they can take it.
    """

    name: str
    strategy: Strategy
    agent_timeout: timedelta
    members: tuple[str, ...]
    weight: int = 0
    pointer: str | None = None
    engaged: Mapping[str, datetime] = field(default_factory=dict)
    preferred_for: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An interaction that waits for `target`: `refused` are the agents who refused or missed it in this round.

    `not_before` is when those may be asked again, once all have refused; whoever becomes eligible before is asked.
    `preferred` is who last served the contact. `owner` has it still, and passes it on: it is not offered to them.
    """

    interaction_id: str
    target: str
    refused: frozenset[str]
    not_before: datetime | None
    waiting_since: datetime
    step_ends_at: datetime
    preferred: str | None = None
    owner: str | None = None

    def refused_at(self, now: datetime) -> frozenset[str]:
        """Who is not to be asked: its owner, and those who refused, until the pause that followed is over and a new
        round begins."""
        refused = frozenset() if self.not_before is not None and self.not_before <= now else self.refused
        return refused if self.owner is None else refused | {self.owner}


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
    """What is to be done; `pointers` are the agents engaged last, by target, where that has changed."""

    offers: tuple[PlannedOffer, ...] = ()
    paused: tuple[PausedRound, ...] = ()
    pointers: Mapping[str, str] = field(default_factory=dict)


class _Desk:
    """One target at work: its agents, and the order in which its strategy asks them."""

    def __init__(self, line: Line, rooms: Rooms, now: datetime) -> None:
        self.line = line
        self.ring = Ring(line.members, rooms)
        self._place = self.ring.place_after(line.pointer)
        self._turn = 0
        self._engaged = {agent: (at.timestamp(), 0) for agent, at in line.engaged.items()}
        self._now = now
        self._smallest = BySmallest(self.ring, self._key(rooms))
        self.pointer: str | None = None

    def _key(self, rooms: Rooms) -> Mapping[str, int] | Mapping[str, tuple[float, int]]:
        """What the strategies that take the smallest look at."""
        if self.line.strategy is Strategy.FEWEST_OPEN:
            return rooms.load
        for agent in self.ring.agents:
            self._engaged.setdefault(agent, (0.0, 0))
        return self._engaged

    def choose(self, one: Waiting, refused: frozenset[str]) -> tuple[tuple[str, ...], timedelta]:
        """Who is to be asked, at least one, and for how long at most."""
        favoured = one.waiting_since + self.line.preferred_for - self._now
        if favoured > timedelta(0) and one.preferred in self.ring.present - refused:
            return (one.preferred,), min(favoured, self.line.agent_timeout)
        return self._by_strategy(refused), self.line.agent_timeout

    def _by_strategy(self, refused: frozenset[str]) -> tuple[str, ...]:
        match self.line.strategy:
            case Strategy.BEEPALL:
                return tuple(agent for agent in self.ring.agents if agent in self.ring.present - refused)
            case Strategy.RRMEMORY:
                place = next(p for p in self.ring.once_round(self._place) if self.ring.agents[p] not in refused)
                self._place, self.pointer = place + 1, self.ring.agents[place]
                return (self.pointer,)
            case Strategy.LEAST_RECENT | Strategy.FEWEST_OPEN:
                return (self._smallest.take(refused),)
            case _:
                assert_never(self.line.strategy)

    def note(self, agents: Iterable[str]) -> None:
        """Remember who was notified, and in which order."""
        for agent in agents:
            self._turn += 1
            self._engaged[agent] = (self._now.timestamp(), self._turn)
            self._smallest.changed(agent)


def plan(
    lines: Sequence[Line],
    members: Iterable[Member],
    waiting: Iterable[Waiting],
    now: datetime,
    round_pause: timedelta,
) -> Plan:
    """The offers to make now, to those who are available, below their capacity, and have not refused.

    Where everybody who could take an interaction has refused it, its next round is put off by `round_pause`; where
    nobody could take it, it is left waiting. A step that is over gets no more offers.
    """
    rooms = Rooms({m.agent_id: (m.capacity, len(m.held)) for m in members if m.available})
    desks = {line.name: _Desk(line, rooms, now) for line in lines}
    offers: list[PlannedOffer] = []
    paused: list[PausedRound] = []
    for one in sorted(waiting, key=lambda one: _order(one, desks)):
        desk, refused = desks[one.target], one.refused_at(now)
        if one.step_ends_at <= now or not desk.ring.present:
            continue
        if desk.ring.present <= refused:
            if one.not_before is None or one.not_before <= now:
                paused.append(PausedRound(one.interaction_id, now + round_pause))
            continue
        agents, most = desk.choose(one, refused)
        for agent in agents:
            rooms.take(agent)
        desk.note(agents)
        offers.append(PlannedOffer(one.interaction_id, agents, min(now + most, one.step_ends_at)))
    pointers = {name: desk.pointer for name, desk in desks.items() if desk.pointer is not None}
    return Plan(tuple(offers), tuple(paused), pointers)


def _order(one: Waiting, desks: Mapping[str, _Desk]) -> tuple[int, datetime, str]:
    return -desks[one.target].line.weight, one.waiting_since, one.interaction_id
