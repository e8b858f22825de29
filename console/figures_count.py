"""From counts of the database to the figures of a panel: pure additions and divisions. The words are explained in
`docs/operators.md`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import Field

from console.figures_window import Happened
from contracts.base import Count, Instant, Value
from contracts.commands import queue_target
from contracts.configuration import Configuration
from contracts.interactions import InteractionState
from contracts.queues import AgentState, Presence
from runtime.store.realtime import Closed, Standing, Taken

_QUEUE = queue_target("")
Share = Annotated[float | None, Field(ge=0, le=1, description="null where there is nothing to be a part of")]
Seconds = Annotated[float | None, Field(ge=0, description="seconds; null where there is nothing to measure")]


class Figure(Value):
    """The figures of one queue, one account, or all. The first five are of now, the others of the window."""

    waiting: Count
    offered: Count
    assigned: Count
    unmanaged: Count
    longest_wait_s: Seconds
    answered: Count
    abandoned: Count
    closed: Count
    answer_rate: Share
    abandon_rate: Share
    average_wait_s: Seconds
    average_handling_s: Seconds
    service_level: Share


class QueueFigures(Figure):
    """The figures of a queue, how many of its agents are there, and how many of these are available."""

    queue_id: str
    name: str
    agents_logged_in: Count
    agents_available: Count


class AccountFigures(Figure):
    """The figures of an account; name and key are empty of one that was deleted."""

    account_id: str
    key: str
    name: str


class Moment(Value):
    """What happened in the five minutes from `at` on, all accounts together."""

    at: Instant
    answered: Count
    abandoned: Count
    closed: Count


@dataclass(slots=True)
class Counts:
    """Counts that add up."""

    waiting: int = 0
    offered: int = 0
    assigned: int = 0
    unmanaged: int = 0
    since: datetime | None = None
    answered: int = 0
    wait_s: float = 0.0
    within: int = 0
    closed: int = 0
    handled: int = 0
    handling_s: float = 0.0
    abandoned: int = 0

    def stands(self, row: Standing) -> None:
        """Add what is open."""
        match row.state:
            case InteractionState.WAITING if row.unmanaged:
                self.unmanaged += row.count
            case InteractionState.WAITING:
                self.waiting += row.count
                self._waits(row.since)
            case InteractionState.OFFERED:
                self.offered += row.count
                self._waits(row.since)
            case InteractionState.ASSIGNED:
                self.assigned += row.count
            case _:
                return

    def _waits(self, since: datetime | None) -> None:
        if since is not None:
            self.since = since if self.since is None else min(since, self.since)

    def answered_there(self, row: Taken) -> None:
        """Add what came to agents out of a queue, from a colleague or not, measured from its coming to the queue."""
        self.answered += row.count
        self.wait_s += row.wait_s
        self.within += row.within

    def answered_first(self, row: Taken) -> None:
        """Add what came to an agent for the first time, measured from the customer's beginning to wait."""
        if not row.transferred:
            self.answered += row.count
            self.wait_s += row.begun_s
            self.within += row.begun_within

    def ended(self, row: Closed) -> None:
        """Add what was closed."""
        self.closed += row.count
        self.handled += row.handled
        self.handling_s += row.handling_s
        self.abandoned += row.abandoned

    def fields(self, now: datetime) -> dict[str, object]:
        """The fields of a figure."""
        asked = self.answered + self.abandoned
        return {
            "waiting": self.waiting,
            "offered": self.offered,
            "assigned": self.assigned,
            "unmanaged": self.unmanaged,
            "longest_wait_s": None if self.since is None else max(0.0, (now - self.since).total_seconds()),
            "answered": self.answered,
            "abandoned": self.abandoned,
            "closed": self.closed,
            "answer_rate": _ratio(self.answered, asked),
            "abandon_rate": _ratio(self.abandoned, asked),
            "average_wait_s": _ratio(self.wait_s, self.answered),
            "average_handling_s": _ratio(self.handling_s, self.handled),
            "service_level": _ratio(self.within, asked),
        }


def total_of(standings: Sequence[Standing], happened: Happened, now: datetime) -> Figure:
    """The figures of everything."""
    counts = Counts()
    for standing in standings:
        counts.stands(standing)
    for taken in happened.taken:
        counts.answered_first(taken)
    for closed in happened.closed:
        counts.ended(closed)
    return Figure.model_validate(counts.fields(now))


def accounts_of(
    configuration: Configuration, standings: Sequence[Standing], happened: Happened, now: datetime
) -> Iterator[AccountFigures]:
    """The figures of every account, and of those that were deleted and still have some."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for standing in standings:
        counts[standing.account_id].stands(standing)
    for taken in happened.taken:
        counts[taken.account_id].answered_first(taken)
    for closed in happened.closed:
        counts[closed.account_id].ended(closed)
    for account_id in _those(configuration.accounts, counts):
        account = configuration.accounts.get(account_id)
        named = {"key": account.key, "name": account.name} if account else {"key": "", "name": ""}
        yield AccountFigures.model_validate({**counts[account_id].fields(now), "account_id": account_id, **named})


def queues_of(
    configuration: Configuration,
    standings: Sequence[Standing],
    happened: Happened,
    presence: Mapping[str, Presence],
    now: datetime,
) -> Iterator[QueueFigures]:
    """The figures of every queue that there is."""
    counts: dict[str | None, Counts] = defaultdict(Counts)
    for standing in standings:
        counts[_queue_of(standing)].stands(standing)
    for taken in happened.taken:
        counts[taken.queue_id].answered_there(taken)
    for closed in happened.closed:
        counts[closed.queue_id].ended(closed)
    for queue in configuration.queues.values():
        states = [presence[agent.id].state for agent in configuration.members(queue) if agent.id in presence]
        there = {
            "agents_logged_in": sum(state is not AgentState.OFFLINE for state in states),
            "agents_available": sum(state is AgentState.AVAILABLE for state in states),
        }
        fields = {**counts[queue.id].fields(now), "queue_id": queue.id, "name": queue.name, **there}
        yield QueueFigures.model_validate(fields)


def moments_of(happened: Happened) -> Iterator[Moment]:
    """What happened, five minutes after five minutes, those left out in which nothing did."""
    counts: dict[datetime, Counts] = defaultdict(Counts)
    for taken in happened.taken:
        counts[taken.bucket].answered_first(taken)
    for closed in happened.closed:
        counts[closed.bucket].ended(closed)
    for at, found in sorted(counts.items()):
        yield Moment(at=at, answered=found.answered, abandoned=found.abandoned, closed=found.closed)


def _queue_of(row: Standing) -> str | None:
    """The queue that it waits for; where it waits for nobody, the one that it came from."""
    if row.target is None:
        return row.queue_id
    return row.target.removeprefix(_QUEUE) if row.target.startswith(_QUEUE) else None


K = TypeVar("K")


def _those(configured: Mapping[K, object], counted: Mapping[K, object]) -> list[K]:
    return list(dict.fromkeys([*configured, *counted]))


def _ratio(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
