"""Messages and their delivery statuses, as the providers' webhooks tell of them."""

from enum import StrEnum

from contracts.base import Instant, Value
from contracts.content import Content


class MessageContext(Value):
    """What a message refers to: the provider's id of the message that it answers, and whether it was forwarded."""

    message_id: str | None = None
    forwarded: bool = False


class InboundMessage(Value):
    """One message of a customer.

    `provider_id` is the provider's id of it; `sent_at` the provider's time, or the time of receipt where it gives none.
    `contact_key` is what the provider calls the customer: E.164 when that is a number, else the business-scoped id.
    """

    provider_id: str
    contact_key: str
    profile_name: str = ""
    sent_at: Instant
    content: Content
    context: MessageContext | None = None


class DeliveryState(StrEnum):
    """How far an outbound message has come."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


STATUS_RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENT: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.READ: 4,
}
"""A status takes effect only over one of lower rank, so that none goes backwards. Delivered and read outrank failed:
the providers say that a `read` after `failed` happens and is true."""


class StatusReason(Value):
    """Why the provider says a message failed: its own code and words."""

    code: str
    title: str = ""


class MessageStatus(Value):
    """One delivery status of one outbound message. `reference` is our own id when the provider hands it back."""

    provider_id: str
    contact_key: str
    state: DeliveryState
    provider_state: str
    occurred_at: Instant
    reason: StatusReason | None = None
    reference: str | None = None


def message_id(account_id: str, provider_id: str) -> str:
    """The id under which a message is stored, once, however often the provider repeats it."""
    return f"{account_id}:{provider_id}"
