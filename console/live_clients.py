"""Those who listen to the live feed, and who of them is told what: agents what they may see, others everything."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from console.live_ring import Place, Told
from contracts.access import Principal, Role
from contracts.configuration import Configuration
from contracts.live import LiveEntry, LiveKind

MOST_WAITING = 500
"""So many changes may wait for a client; with more it is told to look everything up."""
OVERSEERS = frozenset({Role.ADMIN, Role.SUPERVISOR})


class Belonging:
    """Which agents belong to which accounts and queues, by one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._accounts = {account.id: frozenset(account.agents) for account in configuration.accounts.values()}
        self._queues = {
            queue.id: frozenset(agent.id for agent in configuration.members(queue))
            for queue in configuration.queues.values()
        }

    def agents_for(self, entry: LiveEntry) -> frozenset[str] | None:
        """The agents who are told of a change; None: all."""
        match entry.kind:
            case LiveKind.RESET | LiveKind.CONFIGURATION:
                return None
            case LiveKind.AGENT | LiveKind.AGENT_QUEUE:
                return frozenset({entry.agent_id} if entry.agent_id else ())
            case LiveKind.MESSAGE | LiveKind.INTERACTION:
                of_account = self._accounts.get(entry.account_id or "", frozenset())
                return of_account.union(entry.agents, *(self._queues.get(queue, ()) for queue in entry.queues))


@dataclass(frozen=True, slots=True)
class Batch:
    """What a client is to be sent now, and the place up to which it knows everything then."""

    frames: tuple[bytes, ...]
    reset: bool
    place: Place | None


class Client:
    """One client: what waits for it is bounded, and it is never waited for."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.closed = False
        self._frames: list[bytes] = []
        self._reset = False
        self._wake = asyncio.Event()

    @property
    def agent_id(self) -> str | None:
        """The agent as whom the client sees; None for those who see everything."""
        return None if self.principal.role in OVERSEERS else self.principal.agent_id or ""

    def tell(self, told: Told) -> bool:
        """Have a change sent; whether so much waits already that the client is to look everything up instead."""
        if told.entry.kind is LiveKind.RESET:
            self.reset()
        elif len(self._frames) >= MOST_WAITING:
            self.reset()
            return True
        elif not self._reset:
            self._frames.append(told.frame)
            self._wake.set()
        return False

    def reset(self) -> None:
        """Have it look everything up; what waits for it is part of that."""
        self._frames.clear()
        self._reset = True
        self._wake.set()

    def close(self) -> None:
        """End it."""
        self.closed = True
        self._wake.set()

    async def wait(self, within_s: float) -> None:
        """Return when there is something for it, or within so many seconds."""
        try:
            async with asyncio.timeout(within_s):
                await self._wake.wait()
        except TimeoutError:
            return

    def take(self, newest: Place | None) -> Batch:
        """What is to be sent; `newest` is the place up to which everybody was told everything."""
        self._wake.clear()
        batch = Batch(tuple(self._frames), self._reset, newest)
        self._frames, self._reset = [], False
        return batch


class Clients:
    """All clients of one console, found by whom they see as."""

    def __init__(self) -> None:
        self._seers: set[Client] = set()
        self._agents: Mapping[str, set[Client]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._seers) + sum(len(clients) for clients in self._agents.values())

    def __iter__(self) -> Iterator[Client]:
        yield from [*self._seers, *(client for clients in self._agents.values() for client in clients)]

    def add(self, client: Client) -> None:
        """From now on it is told what it may see."""
        self._those_like(client).add(client)

    def remove(self, client: Client) -> None:
        """It is told nothing more."""
        self._those_like(client).discard(client)

    def who_see(self, agents: frozenset[str] | None) -> Iterable[Client]:
        """Those who are told of what these agents may see, or all."""
        if agents is None:
            return self
        return [*self._seers, *(client for agent in agents if agent in self._agents for client in self._agents[agent])]

    def _those_like(self, client: Client) -> set[Client]:
        return self._seers if client.agent_id is None else self._agents[client.agent_id]
