"""What has happened, in the past tense. Every event of one conversation travels through one partition, in order."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from contracts.base import Instant, Value
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


class MessageReceived(ConversationEvent):
    """A customer's message was accepted at the door."""

    type: Literal["message_received"] = "message_received"
    message: InboundMessage


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
    | WebhookAnswered,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
"""A bundle: the events of one AMQP message, in order."""
