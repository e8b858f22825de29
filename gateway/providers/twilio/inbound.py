"""Twilio's webhook: one request is one message or one status. It does not say when, so the time of receipt counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus, StatusReason
from gateway.providers.payload import contact_key, fault, raw_form
from gateway.providers.seam import BadItem, Item, Notice, Parsed, Webhook
from gateway.providers.twilio.content import content
from gateway.providers.twilio.form import fields
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

What = InboundMessage | MessageStatus | Notice | BadItem
Reader = Callable[[dict[str, Any], datetime], What]


def parse(webhook: Webhook) -> Parsed:
    """The one item of a webhook.

    Raises:
        MalformedWebhook: it is neither a query nor a form nor a JSON object.
    """
    raw = fields(webhook)
    ours, read = _direction(raw)
    try:
        what = read(raw, webhook.received_at)
    except ValidationError as error:
        what = BadItem(reason=fault(error), raw=raw_form(raw))
    return Parsed(items=(Item(what=what, address=_number(raw, ours), owner=_word(raw, "AccountSid") or None),))


def _direction(raw: dict[str, Any]) -> tuple[str, Reader]:
    """The field that holds the business number, and the function that reads such a request."""
    state = _state(raw)
    if state == RECEIVED or (not state and "Body" in raw):
        return "To", _message
    return "From", _status if state in STATES else _notice


def _state(raw: dict[str, Any]) -> str:
    """The word that says what became of the message. Status callbacks may repeat it in `SmsStatus`."""
    if RECEIVED in {_word(raw, "SmsStatus"), _word(raw, "MessageStatus")}:
        return RECEIVED
    return _word(raw, "MessageStatus") or _word(raw, "SmsStatus")


def _word(raw: dict[str, Any], name: str) -> str:
    found = raw.get(name)
    return found if isinstance(found, str) else ""


def _number(raw: dict[str, Any], name: str) -> str | None:
    identity = _word(raw, name).removeprefix(PREFIX)
    return contact_key(identity) if identity else None


def _message(raw: dict[str, Any], received_at: datetime) -> InboundMessage | BadItem:
    message = Inbound.model_validate(raw)
    sender = _contact(message.from_, message.external_user_id, message.wa_id)
    if not sender:
        return BadItem(reason="From: the sender is missing", raw=raw_form(raw))
    if message.num_media and not message.media_url0:
        return BadItem(reason="MediaUrl0: the file is missing", raw=raw_form(raw))
    return InboundMessage(
        provider_id=message.message_sid,
        contact_key=sender,
        profile_name=message.profile_name,
        sent_at=received_at,
        content=content(message, raw),
        context=_context(message),
    )


def _contact(*identities: str | None) -> str:
    """The key of the first identity that is there: the address, then the business-scoped id, then the number."""
    first = next((identity for identity in identities if identity), "")
    return contact_key(first.removeprefix(PREFIX))


def _context(message: Inbound) -> MessageContext | None:
    forwarded = "true" in {message.forwarded.lower(), message.frequently_forwarded.lower()}
    answered = message.original_replied_message_sid
    return MessageContext(message_id=answered, forwarded=forwarded) if answered or forwarded else None


def _status(raw: dict[str, Any], received_at: datetime) -> MessageStatus | BadItem:
    status, word = Status.model_validate(raw), _state(raw)
    customer = _contact(status.to)
    if not customer:
        return BadItem(reason="To: the recipient is missing", raw=raw_form(raw))
    state = STATES[word]
    return MessageStatus(
        provider_id=status.message_sid,
        contact_key=customer,
        state=state,
        provider_state=word,
        occurred_at=received_at,
        reason=_reason(status) if state is DeliveryState.FAILED else None,
    )


def _reason(status: Status) -> StatusReason | None:
    return StatusReason(code=status.error_code, title=status.error_message) if status.error_code else None


def _notice(raw: dict[str, Any], _received_at: datetime) -> Notice:
    state = _state(raw)
    kind = f"status.{state}" if state else _word(raw, "EventType") or "unknown"
    return Notice(kind=kind, contact_key=_number(raw, "To") or "", raw=raw_form(raw))
