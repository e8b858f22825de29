"""The realtime panel: what waits, what came to agents and how soon, what was abandoned, and what every agent does.

The figures are at most a second old; whoever asks within that second gets the same ones.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from console.dependencies import ConsoleDependencies
from console.figures_count import (
    AccountFigures,
    Figure,
    Moment,
    QueueFigures,
    accounts_of,
    moments_of,
    queues_of,
    total_of,
)
from console.figures_window import Happenings
from contracts.access import OVERSEEING
from contracts.base import Count, Instant, Value
from contracts.queues import Agent, AgentState, Presence
from contracts.timezones import known_timezone
from runtime.http import Call, Nothing, Route

FRESH_S = 1.0
MOST_KEPT = 16
"""Of so many ways to ask, the figures are kept."""
MOST_SERVICE_LEVEL_S = 24 * 3600


class FigureWindow(StrEnum):
    """The stretch of time that is counted: since midnight, or the last hour."""

    TODAY = "today"
    LAST_HOUR = "last_hour"


class FigureQuery(Value):
    """What is counted. `time_zone` says when today began; `service_level_s` is the installation's, unless given."""

    window: FigureWindow = FigureWindow.TODAY
    time_zone: Annotated[str, AfterValidator(known_timezone)] = "UTC"
    service_level_s: Annotated[int, Field(ge=1, le=MOST_SERVICE_LEVEL_S)] | None = None


class AgentFigures(Value):
    """What an agent does, since when, and how many interactions they are offered or have; capacity 0 = no limit."""

    agent_id: str
    name: str
    state: AgentState
    pause: str
    state_since: Instant | None
    load: Count
    capacity: Count


class Figures(Value):
    """The panel. `since` is where the window begins: at full five minutes. `moments` are its course."""

    at: Instant
    window: FigureWindow
    since: Instant
    service_level_s: int
    total: Figure
    queues: tuple[QueueFigures, ...]
    accounts: tuple[AccountFigures, ...]
    agents: tuple[AgentFigures, ...]
    moments: tuple[Moment, ...]


@dataclass(slots=True)
class _Kept:
    """The answer to one way of asking, and when it was found."""

    happenings: Happenings
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    figures: Figures | None = None
    read_at: float = 0.0

    def fresh(self) -> Figures | None:
        return self.figures if time.monotonic() - self.read_at < FRESH_S else None


class FigureApi:
    """The operation that reads the panel."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._kept: OrderedDict[tuple[str, str, int], _Kept] = OrderedDict()

    async def read(self, call: Call[Nothing, FigureQuery]) -> Figures:
        """The figures now."""
        query = call.query
        within_s = query.service_level_s or self._with.service_level_s
        kept = self._kept_for((query.window, query.time_zone, within_s))
        async with kept.looking:
            figures = kept.fresh()
            if figures is None:
                figures = kept.figures = await self._counted(query, kept.happenings, within_s)
                kept.read_at = time.monotonic()
        return figures

    def _kept_for(self, key: tuple[str, str, int]) -> _Kept:
        if key not in self._kept:
            self._kept[key] = _Kept(Happenings(self._with.realtime, self._with.clock, key[2]))
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    async def _counted(self, query: FigureQuery, happenings: Happenings, within_s: int) -> Figures:
        now, configuration = self._with.clock(), self._with.configuration_cache.current
        standings = await self._with.realtime.standings()
        happened = await happenings.since(_begin(query, now))
        presence = await self._with.presence.of(configuration.agents)
        return Figures(
            at=now,
            window=query.window,
            since=happened.since,
            service_level_s=within_s,
            total=total_of(standings, happened, now),
            queues=tuple(queues_of(configuration, standings, happened, presence, now)),
            accounts=tuple(accounts_of(configuration, standings, happened, now)),
            agents=tuple(_agents(configuration.agents.values(), presence)),
            moments=tuple(moments_of(happened)),
        )


def _begin(query: FigureQuery, now: datetime) -> datetime:
    if query.window is FigureWindow.LAST_HOUR:
        return now - timedelta(hours=1)
    here = now.astimezone(ZoneInfo(query.time_zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _agents(agents: Iterable[Agent], presence: Mapping[str, Presence]) -> Iterator[AgentFigures]:
    for agent in agents:
        now = presence[agent.id]
        yield AgentFigures(
            agent_id=agent.id,
            name=agent.name,
            state=now.state,
            pause=now.pause,
            state_since=now.since,
            load=len(now.holding),
            capacity=agent.capacity,
        )


def figure_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of the realtime panel."""
    yield Route(
        method="GET",
        path="/api/figures",
        handler=FigureApi(dependencies).read,
        summary="Read the realtime figures of queues, accounts and agents",
        tag="operating",
        access=OVERSEEING,
        query=FigureQuery,
        response=Figures,
    )
