"""Interactions: one conversation from opening to closing, its states, and the agent queues it stands in.

(domain, sections 4, 6 and 7)
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from contracts.base import Count, Instant, Value
from contracts.errors import IllegalTransition
from contracts.messages import StatusReason
from contracts.takings import Taking


class InteractionState(StrEnum):
    """Where an interaction stands."""

    ROUTING = "routing"
    OFFERED = "offered"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    WRAPUP = "wrapup"
    CLOSED = "closed"


_S = InteractionState
TRANSITIONS = {
    _S.ROUTING: frozenset({_S.ROUTING, _S.WAITING, _S.ASSIGNED, _S.CLOSED}),
    _S.WAITING: frozenset({_S.WAITING, _S.ROUTING, _S.OFFERED, _S.ASSIGNED, _S.CLOSED}),
    _S.OFFERED: frozenset({_S.OFFERED, _S.WAITING, _S.ROUTING, _S.ASSIGNED, _S.CLOSED}),
    _S.ASSIGNED: frozenset({_S.ASSIGNED, _S.WAITING, _S.WRAPUP, _S.CLOSED}),
    _S.WRAPUP: frozenset({_S.ASSIGNED, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.ROUTING}),
}
"""Which state may follow which. An assigned interaction waits while it is being transferred; one in wrap-up is assigned
again when the customer writes, or to somebody else; a closed one is routed again where its account re-opens it."""


def check_transition(before: InteractionState, after: InteractionState) -> InteractionState:
    """The state `after`.

    Raises:
        IllegalTransition: it cannot follow `before`.
    """
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(before, after)
    return after


WINDOW = timedelta(hours=24)
"""For how long after a customer's message WhatsApp lets a business write freely; afterwards it takes templates only."""


class Window(Value):
    """Whether a customer may be written to freely now: from their last message to that account until `closes_at`."""

    last_inbound_at: Instant | None = None
    closes_at: Instant | None = None
    open: bool = False


def window_of(last_inbound_at: datetime | None, now: datetime) -> Window:
    """The window of a customer who wrote last at that time, or never."""
    if last_inbound_at is None:
        return Window()
    closes_at = last_inbound_at + WINDOW
    return Window(last_inbound_at=last_inbound_at, closes_at=closes_at, open=now < closes_at)


class Reply(Value):
    """An automatic reply that an event has brought about: the entry of the list, its number in the log, its text."""

    event_id: str
    position: Count
    sequence: Count
    text: str
    at: Instant


class Failure(Value):
    """An outbound message that did not reach the customer, and why."""

    message_id: str
    at: Instant
    reason: StatusReason | None = None


class TransferOutcome(StrEnum):
    """How a transfer ended: only an accepted one gave the interaction to somebody else.

    `withdrawn`: the sender took it back, or it was closed or assigned by a supervisor meanwhile.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"


class TransferAttempt(Value):
    """An interaction that its owner, the sender, passes on to a target (`agent:ID` or `queue:ID`) with a note.

    `queue_id` is the queue that the interaction came from before. Without an `outcome` it still waits for the target.
    """

    sender: str
    target: str
    note: str = ""
    at: Instant
    queue_id: str | None = None
    outcome: TransferOutcome | None = None
    ended_at: Instant | None = None
    accepted_by: str | None = None


class Wrapup(Value):
    """An owner's wait for their own disposition: since when, and the name of the pause that they are in until then."""

    since: Instant
    pause: str = ""


class Interaction(Value):
    """An interaction as it is stored.

    The blocking step of the action list is `cursor` (its position, 0 = none) and its run is counted by `step`; while it
    blocks, `waiting_for` is the distribution target. `offered_to` and `refused` belong to the offer round `round`.
    `due_at` is the next moment at which time alone changes something: the earlier of `step_ends_at`, `offer_ends_at`;
    of an interaction that is assigned or unmanaged, `inactive_at`. That is when it is closed as inactive, `inactivity`
    minutes (0 = never) after the last message of either side, or after it came to its owner or became unmanaged.
    `transfer` is the one under way: its sender is still the `owner` and keeps the interaction among what they hold, may
    read it and not answer. `transfers` are those that have ended. `takings` are what figures count. `wrapup` is the
    last one, over when the state is another. `unread_mark` was set by the owner, to come back to it; `unread` counts
    messages.
    `applied` maps the events of the last write by the router to the sequence number that each message got, so that an
    event which comes again after a crash is recognised. `version` grows with every write.
    `sequence` numbers the messages of the log in both directions, the last one has it; `message_count` counts the
    customer's alone, and `last_inbound` is the number of their last one. Who adds to the log raises `sequence` and
    `version` in the same conditional or atomic write.
    While an entry of the list is called over HTTP, the state is `routing` and `cursor` and `step` are that entry's.
    `steps` counts the entries that were walked since the walk began or was last held up by a queue or an agent.
    `replied` are the positions whose automatic reply was sent in this interaction; `replies` are the replies of the
    events in `applied`, which a crash may have kept from the log.
    `first_message_at` and `last_message_at` are of the customer's messages, `first_outbound_at` and `last_outbound_at`
    of ours, automatic ones included; `first_answer_at` is when an agent first answered. `failure` is the last message
    that did not reach the customer, until an agent has read or answered.
    """

    id: str
    account_id: str
    account_key: str
    contact_key: str
    contact_id: str
    contact_name: str = ""
    conversation: str
    correlation_id: str
    state: InteractionState = InteractionState.ROUTING
    open: bool = True
    unmanaged: bool = False
    waiting_for: str | None = None
    waiting_since: Instant | None = None
    queue_id: str | None = None
    owner: str | None = None
    previous_agent: str | None = None
    offered_to: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    round: Count = 0
    offer_ends_at: Instant | None = None
    not_before: Instant | None = None
    cursor: Count = 0
    step: Count = 0
    step_ends_at: Instant | None = None
    steps: Count = 0
    due_at: Instant | None = None
    sequence: Count = 0
    message_count: Count = 0
    last_inbound: Count = 0
    unread: Count = 0
    preview: Annotated[str, Field(max_length=200)] = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = Field(default_factory=dict)
    disposition: tuple[str, ...] = ()
    opened_at: Instant
    reopened: Count = 0
    reopened_at: Instant | None = None
    first_message_at: Instant | None = None
    last_message_at: Instant | None = None
    first_outbound_at: Instant | None = None
    last_outbound_at: Instant | None = None
    first_answer_at: Instant | None = None
    failure: Failure | None = None
    accepted_at: Instant | None = None
    closed_at: Instant | None = None
    inactivity: Count = 0
    inactive_at: Instant | None = None
    transfer: TransferAttempt | None = None
    transfers: tuple[TransferAttempt, ...] = ()
    takings: tuple[Taking, ...] = ()
    wrapup: Wrapup | None = None
    unread_mark: bool = False
    config_version: Count = 0
    replied: tuple[int, ...] = ()
    replies: tuple[Reply, ...] = ()
    applied: dict[str, int] = Field(default_factory=dict)
    version: Count = 0


class OfferOutcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Offer(Value):
    """One offer of one interaction to one agent in one round.

    `pause_after_missed` is the queue's rule at the time: who misses so many in a row is paused; 0 = never.
    """

    id: str
    interaction_id: str
    agent_id: str
    target: str
    round: Count
    offered_at: Instant
    ends_at: Instant
    pause_after_missed: Count = 0
    outcome: OfferOutcome | None = None
    ended_at: Instant | None = None


def offer_id(interaction_id: str, round_: int, agent_id: str) -> str:
    """The deterministic id of an offer: made again after a crash, it is the same one."""
    return f"{interaction_id}:{round_}:{agent_id}"


class EntryKind(StrEnum):
    """What an entry of an agent queue is."""

    OFFER = "offer"
    OWNED = "owned"


class AgentQueueEntry(Value):
    """One line of what an agent has in front of them: an offer that awaits an answer, or an interaction they own.

    `sequence` is the number of the last message that was delivered; `version` that of the interaction shown. `state`
    and `transfer` are the interaction's: who passes it on, and with which note.
    """

    id: str
    agent_id: str
    interaction_id: str
    account_id: str
    account_key: str
    contact_name: str
    contact_key: str
    kind: EntryKind
    unread: Count
    preview: str
    sequence: Count
    last_message_at: Instant | None = None
    waiting_since: Instant | None = None
    offer_ends_at: Instant | None = None
    round: Count = 0
    failure: Failure | None = None
    state: InteractionState | None = None
    transfer: TransferAttempt | None = None
    unread_mark: bool = False
    correlation_id: str
    version: Count


class TraceEntry(Value):
    """One step of a walk: the position of the entry (0 = outside of the list), what it is, what came of it, and why."""

    at: Instant
    position: Count
    action: str
    outcome: str
    value: str | None = None


class RoutingTrace(Value):
    """The walk that one event caused, with the configuration version it was decided by."""

    id: str
    interaction_id: str
    correlation_id: str
    config_version: Count
    at: Instant
    entries: tuple[TraceEntry, ...]
