"""Values as they are kept: messages in an interaction's log, statuses, notices and rejections."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from contracts.base import Count, Instant, Value
from contracts.content import Content
from contracts.messages import STATUS_RANK, DeliveryState, MessageContext, Referral, StatusReason
from contracts.outbound import OutboundContent


class FileState(StrEnum):
    """Whether a customer's file has been fetched from the provider."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


class StoredFile(Value):
    """The file of a media message in our own keeping: `id` in the media store, `size` in bytes."""

    state: FileState
    id: str | None = None
    mime_type: str = ""
    filename: str | None = None
    size: Count = 0
    sha256: str | None = None
    reason: str = ""


class StoredMessage(Value):
    """One message of an interaction's log, number `sequence` in it. `event_id` is the event that stored it.

    Of an outbound one: `author` is the agent (or `action:N`, an entry of the action list), `provider_id` is empty until
    the provider gave one, `attempts` counts calls to the provider, `claimed_at` and `claimed_by` say that a sender has
    it in hand, `not_before` when it is to be tried again.
    """

    id: str
    event_id: str
    correlation_id: str
    interaction_id: str
    account_id: str
    contact_key: str
    direction: Literal["inbound", "outbound"]
    sequence: Count
    provider_id: str
    content: Content | None = None
    sending: OutboundContent | None = None
    context: MessageContext | None = None
    referral: Referral | None = None
    file: StoredFile | None = None
    sent_at: Instant
    received_at: Instant
    author: str | None = None
    reply_to: str | None = None
    state: DeliveryState | None = None
    state_rank: Count = 0
    state_reason: StatusReason | None = None
    attempts: Count = 0
    claimed_at: Instant | None = None
    claimed_by: str | None = None
    not_before: Instant | None = None

    @classmethod
    def queued(cls, message_id: str, sending: OutboundContent, author: str, at: datetime, **fields: object) -> Self:
        """An outbound message that is yet to be sent; `fields` are those that say where it belongs."""
        state = DeliveryState.QUEUED
        made = {
            "id": message_id,
            "direction": "outbound",
            "provider_id": "",
            "sending": sending,
            "sent_at": at,
            "received_at": at,
            "author": author,
            "state": state,
            "state_rank": STATUS_RANK[state],
        }
        return cls.model_validate({**made, **fields})


class Note(Value):
    """What an agent (`author`; None for a supervisor) has noted about an interaction: the customer never sees it.

    `after` is the number of the message that it follows in the log.
    """

    id: str
    interaction_id: str
    author: str | None = None
    text: str
    at: Instant
    after: Count


class StoredStatus(Value):
    """One delivery status, kept whether its message is known yet or not."""

    id: str
    message_id: str
    account_id: str
    contact_key: str
    provider_id: str
    state: DeliveryState
    provider_state: str
    reason: StatusReason | None = None
    reference: str | None = None
    occurred_at: Instant
    correlation_id: str

    @property
    def rank(self) -> int:
        """How far the status is along the way of a message."""
        return STATUS_RANK[self.state]


class StoredNotice(Value):
    """Something that a provider sent and that is neither a message nor a status."""

    id: str
    account_id: str
    contact_key: str
    kind: str
    raw: dict[str, Any]
    at: Instant
    correlation_id: str


class Rejection(Value):
    """A message that the whitelist check refused: who, when and why; not what it said."""

    id: str
    account_id: str
    contact_key: str
    reason: str
    at: Instant
    correlation_id: str
