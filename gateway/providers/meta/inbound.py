"""Meta's webhook: entries (business accounts) of changes (numbers) of messages, statuses and errors, many of each."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from contracts.content import Text
from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus, StatusReason
from gateway.providers.meta import wire
from gateway.providers.meta.content import plain_text, read
from gateway.providers.payload import contact_key, fault, raw_form, raw_of, read_object
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
    owner = _word(entry, "id")
    if not isinstance(changes, list):
        yield Item(what=_bad("entry: must be an object with a list of changes", entry), owner=owner)
        return
    for change in changes:
        value = change.get("value") if isinstance(change, dict) else None
        metadata = value.get("metadata") if isinstance(value, dict) else None
        address = _word(metadata, "phone_number_id")
        for what in _change(change, value):
            yield Item(what=what, address=address, owner=owner)


def _word(part: object, key: str) -> str | None:
    found = part.get(key) if isinstance(part, dict) else None
    return found if found and isinstance(found, str) else None


def _change(change: object, value: object) -> Iterator[What]:
    field = _word(change, "field")
    if not isinstance(change, dict) or field is None:
        yield _bad("change: must be an object with a field", change)
    elif field != MESSAGES:
        yield Notice(kind=field, raw=raw_form(change))
    elif not isinstance(value, dict):
        yield _bad("value: must be an object", change)
    else:
        yield from _value(value, change)


def _value(value: dict[str, Any], change: dict[str, Any]) -> Iterator[What]:
    names, errors = _names(value.get("contacts")), value.get("errors")
    yield from _each(value, "messages", lambda raw: _message(raw, names))
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


def _message(raw: dict[str, Any], names: dict[str, str]) -> InboundMessage | BadItem:
    kind = _word(raw, "type")
    if kind is None:
        return _bad("type: must be a word", raw)
    if kind == "text" and (plain := plain_text(raw)) is not None:
        return InboundMessage(
            provider_id=plain.message_id,
            contact_key=contact_key(plain.sender),
            profile_name=names.get(plain.sender) or names.get(plain.user_id, ""),
            sent_at=plain.timestamp,
            content=Text(text=plain.words),
        )
    message, content = read(kind, raw)
    return InboundMessage(
        provider_id=message.id,
        contact_key=contact_key(message.sender),
        profile_name=names.get(message.sender) or names.get(message.from_user_id or "", ""),
        sent_at=message.timestamp,
        content=content,
        context=_context(message.context),
    )


def _context(context: wire.Context | None) -> MessageContext | None:
    if context is None:
        return None
    forwarded = bool(context.forwarded or context.frequently_forwarded)
    return MessageContext(message_id=context.id or None, forwarded=forwarded) if context.id or forwarded else None


def _names(contacts: object) -> dict[str, str]:
    """Profile names by everything that Meta calls a contact. A name that cannot be read costs no message its place."""
    names: dict[str, str] = {}
    for contact in contacts if isinstance(contacts, list) else ():
        name = _word(contact.get("profile"), "name") if isinstance(contact, dict) else None
        keys = (_word(contact, "wa_id"), _word(contact, "user_id"))
        names.update((key, name) for key in keys if key and name)
    return names


def _status(raw: dict[str, Any]) -> MessageStatus | Notice | BadItem:
    word = _word(raw, "status")
    if word is None:
        return _bad("status: must be a word", raw)
    state = STATES.get(word)
    if state is None:
        recipient = _word(raw, "recipient_id") or _word(raw, "recipient_user_id") or ""
        return Notice(kind=f"status.{word}", contact_key=contact_key(recipient), raw=raw_form(raw))
    status = wire.Status.model_validate(raw)
    return MessageStatus(
        provider_id=status.id,
        contact_key=contact_key(status.recipient),
        state=state,
        provider_state=word,
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
    return StatusReason(code=str(failure.code), title=failure.title or failure.message or "")


def _bad(reason: str, raw: object) -> BadItem:
    return BadItem(reason=reason, raw=raw_of(raw))
