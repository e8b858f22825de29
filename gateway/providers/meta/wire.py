"""Meta's envelope as far as we read it: what all messages have, and statuses.

Everything optional may be missing or null. What a message says, by its type, stands in `parts.py`.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.providers.payload import UnixTime, Wire

Filled = Annotated[str, Field(min_length=1)]


class Product(Wire):
    """The product that a message asks about."""

    catalog_id: str | None = None
    product_retailer_id: Filled


class Context(Wire):
    """What a message refers to; `id` is missing on forwarded ones and on questions about a product."""

    id: str | None = None
    from_: str | None = Field(None, alias="from")
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None
    referred_product: Product | None = None


class Referral(Wire):
    """The advertisement or post that a first message comes from."""

    source_type: str | None = None
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    media_type: str | None = None
    image_url: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    ctwa_clid: str | None = None


class Message(Wire):
    """What all messages have. `from` is missing, or a business-scoped id, for customers who hide their number."""

    id: Filled
    from_: str | None = Field(None, alias="from")
    from_user_id: str | None = None
    timestamp: UnixTime
    context: Context | None = None
    referral: Referral | None = None

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if not (self.from_ or self.from_user_id):
            raise ValueError("from: the sender is missing")
        return self


class Status(Wire):
    """A delivery status. Those of a group name the participant; those of a hidden number only the user id."""

    id: Filled
    status: str
    timestamp: UnixTime
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_participant_id: str | None = None
    biz_opaque_callback_data: str | None = None

    @property
    def recipient(self) -> str:
        """What Meta calls the customer."""
        return self.recipient_participant_id or self.recipient_id or self.recipient_user_id or ""

    @model_validator(mode="after")
    def _has_a_recipient(self) -> Self:
        if not self.recipient:
            raise ValueError("recipient_id: the recipient is missing")
        return self


class Failure(Wire):
    """One of the errors of a failed status."""

    code: int | str
    title: str | None = None
    message: str | None = None
