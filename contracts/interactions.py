"""Interactions: one conversation from opening to closing, its states, and the agent queues it stands in.

(domain, sections 4, 6 and 7)
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from contracts.base import Count, Instant, Value
from contracts.errors import IllegalTransition


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
    _S.ROUTING: frozenset({_S.ROUTING, _S.WAITING, _S.CLOSED}),
    _S.WAITING: frozenset({_S.WAITING, _S.ROUTING, _S.OFFERED, _S.ASSIGNED, _S.CLOSED}),
    _S.OFFERED: frozenset({_S.OFFERED, _S.WAITING, _S.ROUTING, _S.ASSIGNED, _S.CLOSED}),
    _S.ASSIGNED: frozenset({_S.ASSIGNED, _S.WRAPUP, _S.CLOSED}),
    _S.WRAPUP: frozenset({_S.WRAPUP, _S.CLOSED}),
    _S.CLOSED: frozenset[InteractionState](),
}
"""Which state may follow which."""


def check_transition(before: InteractionState, after: InteractionState) -> InteractionState:
    """The state `after`.

    Raises:
        IllegalTransition: it cannot follow `before`.
    """
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(before, after)
    return after


class Interaction(Value):
    """An interaction as it is stored.

    The blocking step of the action list is `cursor` (its position, 0 = none) and its run is counted by `step`; while it
    blocks, `waiting_for` is the distribution target. `offered_to` and `refused` belong to the offer round `round`.
    `due_at` is the next moment at which time alone changes something: the earlier of `step_ends_at`, `offer_ends_at`.
    `applied` maps the events of the last write by the router to the sequence number that each message got, so that an
    event which comes again after a crash is recognised. `version` grows with every write.
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
    due_at: Instant | None = None
    message_count: Count = 0
    unread: Count = 0
    preview: Annotated[str, Field(max_length=200)] = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = Field(default_factory=dict)
    disposition: tuple[str, ...] = ()
    opened_at: Instant
    first_message_at: Instant | None = None
    last_message_at: Instant | None = None
    accepted_at: Instant | None = None
    closed_at: Instant | None = None
    config_version: Count = 0
    applied: dict[str, int] = Field(default_factory=dict)
    version: Count = 0


class OfferOutcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Offer(Value):
    """One offer of one interaction to one agent in one round."""

    id: str
    interaction_id: str
    agent_id: str
    target: str
    round: Count
    offered_at: Instant
    ends_at: Instant
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

    `sequence` is the number of the last message that was delivered; `version` that of the interaction shown.
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
