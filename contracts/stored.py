"""Values as they are kept: messages in an interaction's log, statuses, notices and rejections."""

from typing import Any

from contracts.base import Count, Instant, Value
from contracts.content import Content
from contracts.messages import STATUS_RANK, DeliveryState, MessageContext, StatusReason


class StoredMessage(Value):
    """One message of an interaction's log, number `sequence` in it. `event_id` is the event that stored it."""

    id: str
    event_id: str
    correlation_id: str
    interaction_id: str
    account_id: str
    contact_key: str
    direction: str
    sequence: Count
    provider_id: str
    content: Content
    context: MessageContext | None = None
    sent_at: Instant
    received_at: Instant
    state: DeliveryState | None = None
    state_rank: Count = 0


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
