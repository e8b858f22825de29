"""Meta's webhook: entries (business accounts) of changes (numbers) of messages, statuses and errors, many of each."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from contracts.messages import DeliveryState, InboundMessage, MessageStatus, StatusReason
from gateway.providers.meta import wire
from gateway.providers.meta.errors import reason_of
from gateway.providers.meta.messages import message_of
from gateway.providers.meta.notices import notices
from gateway.providers.meta.people import People, people
from gateway.providers.payload import contact_key, fault, raw_form, raw_of, read_object, word, word_or_none
from gateway.providers.seam import BadItem, Item, MalformedWebhook, Notice, Parsed, Webhook

OBJECT = "whatsapp_business_account"
MESSAGES = "messages"
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,  # a voice message that was listened to
    "failed": DeliveryState.FAILED,
}
"""Every other word (`deleted`, `warning`, what is yet to come) becomes a notice."""

What = InboundMessage | MessageStatus | Notice | BadItem


def parse(webhook: Webhook) -> Parsed:
    """Every item of a webhook; none for a subscription to something other than WhatsApp.

    Raises:
        MalformedWebhook: it is no JSON object, or has no list of entries.
    """
    body = read_object(webhook.body)
    if body.get("object") != OBJECT:
        return Parsed(items=())
    entries = body.get("entry")
    if not isinstance(entries, list):
        raise MalformedWebhook("entry must be a list")
    return Parsed(items=tuple(item for entry in entries for item in _entry(entry)))


def _entry(entry: object) -> Iterator[Item]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    owner = word_or_none(entry, "id")
    if not isinstance(changes, list):
        yield Item(what=_bad("entry: must be an object with a list of changes", entry), owner=owner)
        return
    for change in changes:
        value = change.get("value") if isinstance(change, dict) else None
        metadata = value.get("metadata") if isinstance(value, dict) else None
        address = word_or_none(metadata, "phone_number_id")
        for what in _change(change, value):
            yield Item(what=what, address=address, owner=owner)


def _change(change: object, value: object) -> Iterator[What]:
    field = word(change, "field")
    if not isinstance(change, dict) or not field:
        yield _bad("change: must be an object with a field", change)
    elif field != MESSAGES:
        yield from notices(field, change)
    elif not isinstance(value, dict):
        yield _bad("value: must be an object", change)
    else:
        yield from _value(value, change)


def _value(value: dict[str, Any], change: dict[str, Any]) -> Iterator[What]:
    known, errors = people(value.get("contacts")), value.get("errors")
    yield from _each(value, "messages", lambda raw: _message(raw, known))
    yield from _each(value, "statuses", _status)
    if errors:
        yield Notice(kind="errors", raw=raw_form({"errors": errors}))
    elif not (value.get("messages") or value.get("statuses")):
        yield Notice(kind=MESSAGES, raw=raw_form(change))


def _each(value: dict[str, Any], key: str, reader: Callable[[dict[str, Any]], What]) -> Iterator[What]:
    """The items of one list, those that cannot be read set apart in their place."""
    raws = value.get(key)
    if raws is None:
        return
    if not isinstance(raws, list):
        yield _bad(f"{key}: must be a list", raws)
        return
    for raw in raws:
        try:
            yield reader(raw) if isinstance(raw, dict) else _bad(f"{key}: must hold objects", raw)
        except ValidationError as error:
            yield _bad(fault(error), raw)


def _message(raw: dict[str, Any], known: People) -> InboundMessage | BadItem:
    kind = word(raw, "type")
    return message_of(kind, raw, known) if kind else _bad("type: must be a word", raw)


def _status(raw: dict[str, Any]) -> MessageStatus | Notice | BadItem:
    said = word(raw, "status")
    if not said:
        return _bad("status: must be a word", raw)
    state = STATES.get(said)
    if state is None:
        recipient = word(raw, "recipient_id") or word(raw, "recipient_user_id")
        return Notice(kind=f"status.{said}", contact_key=contact_key(recipient), raw=raw_form(raw))
    status = wire.Status.model_validate(raw)
    return MessageStatus(
        provider_id=status.id,
        contact_key=contact_key(status.recipient),
        state=state,
        provider_state=said,
        occurred_at=status.timestamp,
        reason=_reason(raw.get("errors")) if state is DeliveryState.FAILED else None,
        reference=status.biz_opaque_callback_data or None,
    )


def _reason(errors: object) -> StatusReason | None:
    """The first error. One of another shape does not cost us the news that the message failed."""
    if not (isinstance(errors, list) and errors):
        return None
    try:
        failure = wire.Failure.model_validate(errors[0])
    except ValidationError:
        return None
    return reason_of(failure.code, failure.title or failure.message or "")


def _bad(reason: str, raw: object) -> BadItem:
    return BadItem(reason=reason, raw=raw_of(raw))
