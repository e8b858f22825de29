"""What has happened, in the past tense. Every event of one conversation travels through one partition, in order."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from contracts.base import Count, Instant, Value
from contracts.messages import InboundMessage, MessageStatus
from contracts.partitioning import conversation_key


class ConversationEvent(Value):
    """What all events carry. `contact_key` is empty for what concerns the account as a whole."""

    event_id: str
    correlation_id: str
    account_id: str
    contact_key: str
    received_at: Instant

    @property
    def conversation(self) -> str:
        """The key of the conversation that the event belongs to."""
        return conversation_key(self.account_id, self.contact_key)


class Repaired(Value):
    """How a replay has a message processed again.

    `interaction_id` and `sequence` are its place, where it stands out as a gap in a log; without them it is decided
    anew. `quiet`: it may have been answered before, so nothing is said to the customer on its account.
    """

    interaction_id: str | None = None
    sequence: Count = 0
    quiet: bool = False


class MessageReceived(ConversationEvent):
    """A customer's message was accepted at the door. `repaired` only where a replay brings it again."""

    type: Literal["message_received"] = "message_received"
    message: InboundMessage
    repaired: Repaired | None = Field(None, exclude_if=lambda value: value is None)


class StatusReported(ConversationEvent):
    """The provider told how far an outbound message has come."""

    type: Literal["status_reported"] = "status_reported"
    status: MessageStatus


class NoticeReceived(ConversationEvent):
    """The provider sent something that is neither a message nor a status: kept in its raw form."""

    type: Literal["notice_received"] = "notice_received"
    kind: str
    raw: dict[str, Any]


class OfferAccepted(ConversationEvent):
    """An agent took an interaction; its state is stored already."""

    type: Literal["offer_accepted"] = "offer_accepted"
    interaction_id: str
    agent_id: str


class OfferRejected(ConversationEvent):
    """An agent refused an offer; it is taken from them already."""

    type: Literal["offer_rejected"] = "offer_rejected"
    interaction_id: str
    agent_id: str
    round: int


class DeadlineReached(ConversationEvent):
    """The time that an interaction waited for has come. One that was overtaken changes nothing."""

    type: Literal["deadline_reached"] = "deadline_reached"
    interaction_id: str
    due_at: Instant


class InteractionChange(StrEnum):
    """What somebody did with an interaction, beside answering offers and writing."""

    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    TAKEN_OVER = "taken_over"
    STARTED = "started"
    TRANSFERRED = "transferred"
    TAKEN_BACK = "taken_back"
    WRAPPED_UP = "wrapped_up"
    CLOSED = "closed"


class InteractionChanged(ConversationEvent):
    """Somebody changed an interaction; it is stored already. `by` is the agent, None a supervisor.

    `value` says to whom, or with which disposition.
    """

    type: Literal["interaction_changed"] = "interaction_changed"
    interaction_id: str
    change: InteractionChange
    by: str | None = None
    value: str = ""


class WebhookAnswered(ConversationEvent):
    """The endpoint of a `Webhook` entry has answered, or could not be asked: `failure` says why, without its words.

    `attributes` are laid over the interaction's, a null takes one away; `position` is where the list is to go on.
    """

    type: Literal["webhook_answered"] = "webhook_answered"
    interaction_id: str
    step: int
    failure: str | None = None
    attributes: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    position: int | None = None


Event = Annotated[
    MessageReceived
    | StatusReported
    | NoticeReceived
    | OfferAccepted
    | OfferRejected
    | DeadlineReached
    | InteractionChanged
    | WebhookAnswered,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
"""A bundle: the events of one AMQP message, in order."""
