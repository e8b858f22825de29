"""One message of a customer: who wrote it, what it says, what it refers to, and where the customer came from."""

from datetime import datetime
from typing import Any, NamedTuple

from contracts.content import Text
from contracts.messages import InboundMessage, MessageContext, ProductReference, Referral
from gateway.providers.meta import wire
from gateway.providers.meta.content import read
from gateway.providers.meta.people import People, identity
from gateway.providers.payload import instant


class PlainText(NamedTuple):
    """What a text says that has nothing special about it."""

    message_id: str
    sender: str
    user_id: str
    timestamp: datetime
    words: str


def plain_text(raw: dict[str, Any]) -> PlainText | None:
    """A text without anything special about it; None for every other one.

    Most messages are such, and the models cost three times as much. Whatever is not exactly as expected goes their way,
    so that there is one place that says what is wrong with a message.
    """
    text = raw.get("text")
    words = text.get("body") if isinstance(text, dict) else None
    message_id, sender, user_id = raw.get("id"), raw.get("from"), raw.get("from_user_id", "")
    if not (isinstance(words, str) and isinstance(message_id, str) and isinstance(sender, str)):
        return None
    if "context" in raw or "referral" in raw or not (message_id and sender and isinstance(user_id, str)):
        return None
    try:
        return PlainText(message_id, sender, user_id, instant(raw.get("timestamp")), words)
    except ValueError:
        return None


def message_of(kind: str, raw: dict[str, Any], known: People) -> InboundMessage:
    """A message of this type, from one of the customers that are known of the delivery.

    Raises:
        pydantic.ValidationError: it lacks what it must have, or is of another shape.
    """
    if kind == "text" and (plain := plain_text(raw)) is not None:
        who = identity(plain.sender, plain.user_id, known)
        return InboundMessage(
            provider_id=plain.message_id,
            contact_key=who.contact_key,
            user_id=who.user_id,
            profile_name=who.profile_name,
            sent_at=plain.timestamp,
            content=Text(text=plain.words),
        )
    message, content = read(kind, raw)
    who = identity(message.from_ or "", message.from_user_id or "", known)
    return InboundMessage(
        provider_id=message.id,
        contact_key=who.contact_key,
        user_id=who.user_id,
        profile_name=who.profile_name,
        sent_at=message.timestamp,
        content=content,
        context=_context(message.context),
        referral=_referral(message.referral),
    )


def _context(context: wire.Context | None) -> MessageContext | None:
    """What is referred to; None where nothing is, whose message it would be alone says nothing."""
    if context is None:
        return None
    frequently = bool(context.frequently_forwarded)
    product = context.referred_product
    found = MessageContext(
        message_id=context.id or None,
        sender=context.from_ or None,
        forwarded=frequently or bool(context.forwarded),
        frequently_forwarded=frequently,
        product=product
        and ProductReference(catalog_id=product.catalog_id or "", product_id=product.product_retailer_id),
    )
    return found if found.message_id or found.forwarded or found.product else None


def _referral(referral: wire.Referral | None) -> Referral | None:
    if referral is None:
        return None
    found = Referral(
        source_type=referral.source_type or "",
        source_id=referral.source_id or "",
        source_url=referral.source_url or "",
        headline=referral.headline or "",
        body=referral.body or "",
        media_url=referral.image_url or referral.video_url or referral.thumbnail_url or "",
        media_type=referral.media_type or "",
        click_id=referral.ctwa_clid or "",
    )
    return found if found != Referral() else None
