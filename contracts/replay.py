"""Replays: a stretch of the event log gone through again, in one of three modes (domain, section 10)."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.base import Count, Id, Instant, Value
from contracts.events import ConversationEvent, MessageReceived, NoticeReceived, StatusReported

Words = Annotated[str, StringConstraints(max_length=200)]


class ReplayMode(StrEnum):
    """What a replay does with the events that it finds."""

    REPAIR = "repair"
    REDELIVER = "redeliver"
    SIMULATE = "simulate"


class ReplayState(StrEnum):
    """How far a replay is. One that is `stopped` or `failed` can go on where it was."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


RESUMABLE = frozenset({ReplayState.STOPPED, ReplayState.FAILED})
UNDER_WAY = frozenset({ReplayState.QUEUED, ReplayState.RUNNING, ReplayState.STOPPING})


class EventOutcome(StrEnum):
    """What became of an event.

    `stored`: its message is in an interaction's log. `rejected`: its sender was not admitted. `recorded`: its status or
    notice is kept, and its message stands no lower. `parked`: it is a dead letter; `discarded`: one that was given up.
    `missing`: it left nothing behind. `internal`: what agents and clocks did; that stands in the interaction itself.
    """

    STORED = "stored"
    REJECTED = "rejected"
    RECORDED = "recorded"
    PARKED = "parked"
    DISCARDED = "discarded"
    MISSING = "missing"
    INTERNAL = "internal"


FROM_OUTSIDE = (MessageReceived, StatusReported, NoticeReceived)
"""What came in at the door: the log is the only other place that has it. All else follows from what is stored."""


class ReplayFilter(Value):
    """Which events: received from `since` on and before `until`; where something is listed, one of that.

    Contacts are given by their key, types as in `contracts/events.py`.
    """

    since: Instant | None = None
    until: Instant | None = None
    accounts: Annotated[tuple[Id, ...], Field(max_length=1000)] = ()
    contacts: Annotated[tuple[Words, ...], Field(max_length=1000)] = ()
    types: Annotated[tuple[Words, ...], Field(max_length=50)] = ()
    outcomes: tuple[EventOutcome, ...] = ()

    def takes(self, event: ConversationEvent) -> bool:
        """Whether an event is meant, whatever became of it."""
        return (
            (self.since is None or event.received_at >= self.since)
            and (self.until is None or event.received_at < self.until)
            and event.account_id in (self.accounts or (event.account_id,))
            and event.contact_key in (self.contacts or (event.contact_key,))
            and (not self.types or getattr(event, "type", "") in self.types)
        )


class Example(Value):
    """A message that would have gone elsewhere."""

    event_id: str
    contact_key: str
    received_at: Instant


class Difference(Value):
    """How many messages of an account went (or go by today's configuration) to `before`, and would go to `after`."""

    account_id: str
    before: str
    after: str
    count: Count
    examples: tuple[Example, ...] = ()


class ReplayRequest(Value):
    """What an operator asks for.

    `dry_run` counts and does nothing. `rate` is the most events a second that have an effect. `hold_replies` has no
    automatic reply sent, whatever is known. `proposed` is laid over today's configuration for a simulation.
    """

    mode: ReplayMode = ReplayMode.REPAIR
    dry_run: bool = False
    filter: ReplayFilter = ReplayFilter()
    rate: Annotated[int, Field(ge=1, le=5000)] = 200
    hold_replies: bool = False
    proposed: dict[str, Any] | None = None
    requested_by: Words = ""


class Replay(ReplayRequest):
    """A replay and how far it is.

    `cursor` is the offset in the log to go on from; `first_offset` and `last_offset` bound what is read, and `position`
    is the time of the last event read. `counts` has numbers under `read`, `matched`, `type.*`, `outcome.*` and what
    was done (`docs/operators.md`). `reason` says why it failed, `waiting` what it waits for. `notes` are what a reader
    of a simulation must know.
    """

    id: str
    state: ReplayState = ReplayState.QUEUED
    created_at: Instant
    started_at: Instant | None = None
    finished_at: Instant | None = None
    first_offset: Count | None = None
    last_offset: Count | None = None
    cursor: Count | None = None
    position: Instant | None = None
    counts: dict[str, int] = Field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    waiting: str = ""

    @property
    def progress(self) -> float:
        """How much of the log has been gone through, from 0 to 1."""
        if self.state is ReplayState.DONE:
            return 1.0
        if self.cursor is None or self.first_offset is None or self.last_offset is None:
            return 0.0
        return min(1.0, (self.cursor - self.first_offset) / max(1, self.last_offset + 1 - self.first_offset))


class LogFacts(Value):
    """What the event log holds: None where it is empty. `messages` counts bundles of events, and is an upper bound.

    `bytes` is an estimate from the bundles at both ends: the broker does not tell over AMQP.
    """

    oldest_at: Instant | None = None
    newest_at: Instant | None = None
    first_offset: Count | None = None
    last_offset: Count | None = None
    messages: Count = 0
    bytes: Count = 0
    max_bytes: Count
    max_age: str
