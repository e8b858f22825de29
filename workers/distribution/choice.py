"""Choosing among agents without looking at all of them each time: who has become full is left out once and for all."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Rooms:
    """How much more each agent can take, over all the targets that they are members of.

    Args:
        agents: by id, the capacity (0 = no limit) and how much of it is taken.
    """

    def __init__(self, agents: Mapping[str, tuple[int, int]]) -> None:
        self.load = {agent: held for agent, (capacity, held) in agents.items() if not capacity or held < capacity}
        self._capacity = {agent: agents[agent][0] for agent in self.load}
        self._rings: dict[str, list[Ring]] = defaultdict(list)

    def join(self, ring: "Ring") -> None:
        """Have a ring told of those of its agents who become full."""
        for agent in ring.present:
            self._rings[agent].append(ring)

    def take(self, agent: str) -> None:
        """Count something more against an agent."""
        self.load[agent] += 1
        if self.load[agent] == self._capacity[agent]:
            for ring in self._rings[agent]:
                ring.leave(agent)


class Ring:
    """The agents of one target in their order, the last followed by the first.

    `present` are those who can take something; `_next` leads over the others and is shortened as it is followed.
    """

    def __init__(self, agents: Sequence[str], rooms: Rooms) -> None:
        self.agents = list(agents)
        self.present = set(agents)
        self._places = {agent: place for place, agent in enumerate(agents)}
        self._next = list(range(len(agents) + 1))
        for agent in self.present - rooms.load.keys():
            self.leave(agent)
        rooms.join(self)

    def place_after(self, agent: str | None) -> int:
        """The place behind an agent's; the first one when that is not here (any more)."""
        return self._places[agent] + 1 if agent in self._places else 0

    def leave(self, agent: str) -> None:
        """Pass over an agent from now on."""
        place = self._places[agent]
        self._next[place] = place + 1
        self.present.discard(agent)

    def once_round(self, start: int) -> Iterator[int]:
        """The places of all who are present, beginning with the first at `start` or behind it."""
        yield from self._between(start, len(self.agents))
        yield from self._between(0, start)

    def _between(self, start: int, end: int) -> Iterator[int]:
        place = self._find(start)
        while place < end:
            yield place
            place = self._find(place + 1)

    def _find(self, place: int) -> int:
        end = place
        while self._next[end] != end:
            end = self._next[end]
        while self._next[place] != end:
            self._next[place], place = end, self._next[place]
        return end


class BySmallest:
    """The agents of a ring by a key that grows when they are given something; among equals, in their order."""

    def __init__(self, ring: Ring, keys: Mapping[str, Any]) -> None:
        self._ring = ring
        self._keys = keys
        self._heap = [(keys[agent], place) for place, agent in enumerate(ring.agents) if agent in ring.present]
        heapq.heapify(self._heap)

    def changed(self, agent: str) -> None:
        """An agent's key has grown; keys that grew elsewhere are noticed when their turn comes."""
        if agent in self._ring.present:
            heapq.heappush(self._heap, (self._keys[agent], self._ring.place_after(agent) - 1))

    def take(self, refused: frozenset[str]) -> str:
        """The agent with the smallest key who is present and has not refused; there must be one."""
        passed = []
        while True:
            key, place = heapq.heappop(self._heap)
            agent = self._ring.agents[place]
            if agent not in self._ring.present:
                continue
            if key != self._keys[agent]:
                heapq.heappush(self._heap, (self._keys[agent], place))
            elif agent in refused:
                passed.append((key, place))
            else:
                break
        for entry in passed:
            heapq.heappush(self._heap, entry)
        return agent
