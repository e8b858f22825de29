"""Twilio's webhook: one request is one message or one status. It does not say when, so the time of receipt counts.

A message with several files becomes several of ours: the first has Twilio's id, the next ones a number behind it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus, Referral
from gateway.providers.payload import contact_key, fault, raw_form, word, word_or_none
from gateway.providers.seam import BadItem, Item, Notice, Parsed, Webhook
from gateway.providers.twilio.content import contents
from gateway.providers.twilio.errors import reason_of_status
from gateway.providers.twilio.form import fields, reference_of
from gateway.providers.twilio.wire import PREFIX, Inbound, Status

RECEIVED = "received"
STATES = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.QUEUED,
    "sent": DeliveryState.SENT,
    "partially_delivered": DeliveryState.SENT,  # some parts arrived, so it left; it may yet be delivered
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,  # the channel refused it
    "failed": DeliveryState.FAILED,  # it never left Twilio
    "canceled": DeliveryState.FAILED,
}
"""Every other word becomes a notice."""

PART = "-"
"""Stands between the id of a message and the number of a further part of it; Twilio's own ids are hexadecimal."""

What = InboundMessage | MessageStatus | Notice | BadItem
Reader = Callable[[dict[str, Any], Webhook], tuple[What, ...]]


def parse(webhook: Webhook) -> Parsed:
    """The items of a webhook: one, or as many as a message has parts.

    Raises:
        MalformedWebhook: it is neither a query nor a form nor a JSON object.
    """
    raw = fields(webhook)
    ours, read = _direction(raw)
    try:
        found = read(raw, webhook)
    except ValidationError as error:
        found = (BadItem(reason=fault(error), raw=raw_form(raw)),)
    address, owner = _number(raw, ours), word_or_none(raw, "AccountSid")
    return Parsed(items=tuple(Item(what=what, address=address, owner=owner) for what in found))


def sid_of(provider_id: str) -> str:
    """Twilio's own id of a message, also where ours is that of a further part of it."""
    return provider_id.partition(PART)[0]


def _direction(raw: dict[str, Any]) -> tuple[str, Reader]:
    """The field that holds the business number, and the function that reads such a request."""
    state = _state(raw)
    if state == RECEIVED or (not state and "Body" in raw):
        return "To", _messages
    return "From", _status if state in STATES else _notice


def _state(raw: dict[str, Any]) -> str:
    """The word that says what became of the message. Status callbacks may repeat it in `SmsStatus`."""
    if RECEIVED in {word(raw, "SmsStatus"), word(raw, "MessageStatus")}:
        return RECEIVED
    return word(raw, "MessageStatus") or word(raw, "SmsStatus")


def _number(raw: dict[str, Any], name: str) -> str | None:
    identity = word(raw, name).removeprefix(PREFIX)
    return contact_key(identity) if identity else None


def _messages(raw: dict[str, Any], webhook: Webhook) -> tuple[What, ...]:
    message = Inbound.model_validate(raw)
    sender = _contact(message.from_, message.external_user_id, message.wa_id)
    if not sender:
        return (BadItem(reason="From: the sender is missing", raw=raw_form(raw)),)
    return tuple(_parts(message, sender, raw, webhook.received_at))


def _parts(message: Inbound, sender: str, raw: dict[str, Any], received_at: datetime) -> Iterator[What]:
    for place, content in enumerate(contents(message, raw)):
        if isinstance(content, BadItem):
            yield content
            continue
        yield InboundMessage(
            provider_id=f"{message.message_sid}{PART}{place}" if place else message.message_sid,
            contact_key=sender,
            user_id=_user_id(message, sender),
            profile_name=message.profile_name,
            sent_at=received_at,
            content=content,
            context=_context(message),
            referral=_referral(message),
        )


def _contact(*identities: str | None) -> str:
    """The key of the first identity that is there: the address, then the business-scoped id, then the number."""
    first = next((identity for identity in identities if identity), "")
    return contact_key(first.removeprefix(PREFIX))


def _user_id(message: Inbound, sender: str) -> str | None:
    """The business-scoped id, where it is not what the customer is known by anyway."""
    user_id = _contact(message.external_user_id)
    return user_id if user_id and user_id != sender else None


def _context(message: Inbound) -> MessageContext | None:
    frequently = message.frequently_forwarded.lower() == "true"
    context = MessageContext(
        message_id=message.original_replied_message_sid,
        sender=_contact(message.original_replied_message_sender) or None,
        forwarded=frequently or message.forwarded.lower() == "true",
        frequently_forwarded=frequently,
    )
    return context if context != MessageContext() else None


def _referral(message: Inbound) -> Referral | None:
    """The advertisement; `ReferralNumMedia` alone stands on messages that came from none."""
    if not (message.referral_source_id or message.referral_source_url or message.referral_ctwa_clid):
        return None
    return Referral(
        source_type=message.referral_source_type,
        source_id=message.referral_source_id,
        source_url=message.referral_source_url,
        headline=message.referral_headline,
        body=message.referral_body,
        media_url=message.referral_media_url,
        media_type=message.referral_media_content_type,
        click_id=message.referral_ctwa_clid,
    )


def _status(raw: dict[str, Any], webhook: Webhook) -> tuple[What, ...]:
    status, word = Status.model_validate(raw), _state(raw)
    customer = _contact(status.to)
    if not customer:
        return (BadItem(reason="To: the recipient is missing", raw=raw_form(raw)),)
    state = STATES[word]
    title = status.error_message or status.channel_status_message
    found = MessageStatus(
        provider_id=status.message_sid,
        contact_key=customer,
        state=state,
        provider_state=word,
        occurred_at=webhook.received_at,
        reason=reason_of_status(word, status.error_code, title) if state is DeliveryState.FAILED else None,
        reference=reference_of(webhook),
    )
    return (found,)


def _notice(raw: dict[str, Any], _webhook: Webhook) -> tuple[What, ...]:
    state = _state(raw)
    kind = f"status.{state}" if state else word(raw, "EventType") or "unknown"
    return (Notice(kind=kind, contact_key=_number(raw, "To") or "", raw=raw_form(raw)),)
