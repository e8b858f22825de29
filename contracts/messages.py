"""Messages and their delivery statuses, as the providers' webhooks tell of them."""

from enum import StrEnum

from contracts.base import Instant, Value
from contracts.content import Content


class ProductReference(Value):
    """A product of a catalogue that a message asks about."""

    catalog_id: str = ""
    product_id: str


class MessageContext(Value):
    """What a message refers to: the provider's id of the message that it answers, whether it was forwarded, a product.

    `sender` is whose message is answered, in the provider's words, where it says so.
    """

    message_id: str | None = None
    sender: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    product: ProductReference | None = None


class Referral(Value):
    """The advertisement or post that brought the customer here. `click_id` is what the advertiser's statistics want."""

    source_type: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    media_url: str = ""
    media_type: str = ""
    click_id: str = ""


class InboundMessage(Value):
    """One message of a customer.

    `provider_id` is the provider's id of it; `sent_at` the provider's time, or the time of receipt where it gives none.
    `contact_key` is what the provider calls the customer: E.164 when that is a number, else the business-scoped id.
    `user_id` is the business-scoped id where the provider gives both.
    """

    provider_id: str
    contact_key: str
    user_id: str | None = None
    profile_name: str = ""
    sent_at: Instant
    content: Content
    context: MessageContext | None = None
    referral: Referral | None = None


class DeliveryState(StrEnum):
    """How far an outbound message has come. `unconfirmed`: it may have reached the provider, or not."""

    QUEUED = "queued"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


STATUS_RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.UNCONFIRMED: 1,
    DeliveryState.SENT: 2,
    DeliveryState.FAILED: 3,
    DeliveryState.DELIVERED: 4,
    DeliveryState.READ: 5,
}
"""A status takes effect only over one of lower rank, so that none goes backwards. Delivered and read outrank failed:
the providers say that a `read` after `failed` happens and is true."""


class FailureKind(StrEnum):
    """Why a message was not delivered, in our words: what an agent or an operator can do about it depends on it."""

    NOT_ON_WHATSAPP = "not_on_whatsapp"
    WINDOW_CLOSED = "window_closed"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    TEMPLATE = "template"
    MEDIA = "media"
    CONTENT = "content"
    CREDENTIALS = "credentials"
    ACCOUNT = "account"
    PROVIDER = "provider"
    UNKNOWN = "unknown"


class StatusReason(Value):
    """Why a message failed: the provider's own code and words, our word for it, and a sentence for the agent."""

    code: str
    title: str = ""
    kind: FailureKind = FailureKind.UNKNOWN
    sentence: str = ""


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
