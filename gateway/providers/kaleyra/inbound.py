"""Kaleyra's callbacks: the second generation's (one change of Meta's, wrapped), the first's (parameters), and Meta's
own envelope, which older accounts are said to get. A list of any of them is taken too.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus, ProductReference, Referral
from contracts.messages import StatusReason as Reason
from gateway.providers.kaleyra import first_generation, wire
from gateway.providers.kaleyra.content import content
from gateway.providers.kaleyra.errors import reason
from gateway.providers.kaleyra.parameters import body_of
from gateway.providers.payload import contact_key, fault, raw_form, raw_of, word_or_none
from gateway.providers.seam import BadItem, Item, Notice, Parsed, Webhook

MESSAGES = "messages"
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,  # a voice message that was listened to
    "failed": DeliveryState.FAILED,
    "not-sent": DeliveryState.FAILED,  # Kaleyra refused it before WhatsApp saw it
}
"""Words in lower case; every other one becomes a notice."""

What = InboundMessage | MessageStatus | Notice | BadItem
NOTHING = wire.ExtraInfo()


def parse(webhook: Webhook) -> Parsed:
    """Every item of a callback.

    Raises:
        MalformedWebhook: it is neither a query nor a form nor JSON.
    """
    whole = body_of(webhook)
    parts = whole if isinstance(whole, list) else [whole]
    return Parsed(items=tuple(item for part in parts for item in _part(part, webhook.received_at)))


def _part(part: object, received_at: datetime) -> Iterator[Item]:
    match part:
        case dict() if "meta_object" in part:
            yield from _wrapped(part, received_at)
        case {"entry": list() as entries}:
            for entry in entries:
                yield from _entry(entry, received_at)
        case {"messages": list()} | {"statuses": list()}:
            yield from _addressed({"field": MESSAGES, "value": part}, NOTHING, None, received_at)
        case dict():
            yield first_generation.read(part, received_at)
        case _:
            yield Item(what=_bad("must be an object", part))


def _entry(entry: object, received_at: datetime) -> Iterator[Item]:
    owner, changes = word_or_none(entry, "id"), entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list):
        yield Item(what=_bad("entry: must be an object with a list of changes", entry), owner=owner)
        return
    for change in changes:
        yield from _addressed(change, NOTHING, owner, received_at)


def _wrapped(part: dict[str, Any], received_at: datetime) -> Iterator[Item]:
    """A change with Kaleyra's words beside it. Those that cannot be read cost the change nothing."""
    beside = part.get("extra_info")
    words = {key: value for key, value in beside.items() if isinstance(value, str)} if isinstance(beside, dict) else {}
    extra = wire.ExtraInfo.model_validate(words)
    change, owner = part["meta_object"], extra.waba_id or None
    value = change.get("value") if isinstance(change, dict) else None
    is_addressed = isinstance(value, dict) and (value.get("messages") or value.get("statuses"))
    if word_or_none(part, "status") and not is_addressed:
        # It never reached WhatsApp, so there is no status of Meta's in it, and perhaps no id but our own.
        named = extra.message_id or word_or_none(part, "message_id") or extra.ref
        bare = {**part, "id": named} if named else part
        yield Item(what=_read(bare, lambda raw: _status(raw, extra, received_at)), owner=owner)
    else:
        yield from _addressed(change, extra, owner, received_at)


def _addressed(change: object, extra: wire.ExtraInfo, owner: str | None, received_at: datetime) -> Iterator[Item]:
    """The items of a change, with the number that they are for."""
    value = change.get("value") if isinstance(change, dict) else None
    number = word_or_none(value.get("metadata") if isinstance(value, dict) else None, "display_phone_number")
    address = contact_key("".join(sign for sign in number if sign.isalnum())) if number else None
    for what in _change(change, value, extra, received_at):
        yield Item(what=what, address=address, owner=owner)


def _change(change: object, value: object, extra: wire.ExtraInfo, received_at: datetime) -> Iterator[What]:
    field = word_or_none(change, "field")
    if not isinstance(change, dict) or field is None:
        yield _bad("meta_object: must be an object with a field", change)
    elif field != MESSAGES:
        yield Notice(kind=field, raw=raw_form(change))
    elif not isinstance(value, dict):
        yield _bad("value: must be an object", change)
    else:
        yield from _value(value, extra, received_at)


def _value(value: dict[str, Any], extra: wire.ExtraInfo, received_at: datetime) -> Iterator[What]:
    names, errors = _names(value.get("contacts")), value.get("errors")
    # Beside several items nobody could tell whose file the one link is, which is the answer, or whose the reference.
    of_message, of_status = (extra if _is_single(value.get(key)) else NOTHING for key in ("messages", "statuses"))
    yield from _each(value, "messages", lambda raw: _message(raw, names, of_message))
    yield from _each(value, "statuses", lambda raw: _status(raw, of_status, received_at))
    if errors:
        yield Notice(kind="errors", raw=raw_form({"errors": errors}))
    elif value.get("messages") in (None, []) and value.get("statuses") in (None, []):
        yield Notice(kind=MESSAGES, raw=raw_form(value))


def _is_single(raws: object) -> bool:
    return isinstance(raws, list) and sum(isinstance(raw, dict) for raw in raws) == 1


def _each(value: dict[str, Any], key: str, reader: Callable[[dict[str, Any]], What]) -> Iterator[What]:
    """The items of one list, those that cannot be read set apart in their place."""
    raws = value.get(key)
    if raws is None:
        return
    if not isinstance(raws, list):
        yield _bad(f"{key}: must be a list", raws)
        return
    for raw in raws:
        yield _read(raw, reader) if isinstance(raw, dict) else _bad(f"{key}: must hold objects", raw)


def _read(raw: dict[str, Any], reader: Callable[[dict[str, Any]], What]) -> What:
    try:
        return reader(raw)
    except ValidationError as error:
        return _bad(fault(error), raw)


def _message(raw: dict[str, Any], names: dict[str, str], extra: wire.ExtraInfo) -> InboundMessage | BadItem:
    kind = word_or_none(raw, "type")
    if kind is None:
        return _bad("type: must be a word", raw)
    message = wire.Message.model_validate(raw)
    return InboundMessage(
        provider_id=message.id,
        contact_key=contact_key(message.sender),
        user_id=(message.from_user_id or None) if message.from_ else None,
        profile_name=names.get(message.sender) or names.get(message.from_user_id, ""),
        sent_at=message.timestamp,
        content=content(kind, message, raw, extra.media_url),
        context=_context(message.context or wire.Context(), extra.reply_to),
        referral=_referral(message.referral) if message.referral else None,
    )


def _context(context: wire.Context, reply_to: str) -> MessageContext | None:
    """What a message refers to: by Meta's id, by Kaleyra's where that is all there is."""
    product = context.referred_product
    found = MessageContext(
        message_id=context.id or reply_to or None,
        sender=context.from_ or None,
        forwarded=context.forwarded or context.frequently_forwarded,
        frequently_forwarded=context.frequently_forwarded,
        product=ProductReference(catalog_id=product.catalog_id, product_id=product.product_retailer_id)
        if product
        else None,
    )
    return found if found != MessageContext() else None


def _referral(referral: wire.Referral) -> Referral:
    return Referral(
        source_type=referral.source_type,
        source_id=referral.source_id,
        source_url=referral.source_url,
        headline=referral.headline,
        body=referral.body,
        media_url=referral.image_url or referral.video_url or referral.thumbnail_url,
        media_type=referral.media_type,
        click_id=referral.ctwa_clid,
    )


def _names(contacts: object) -> dict[str, str]:
    """Profile names by everything that Meta calls a contact. A name that cannot be read costs no message its place."""
    names: dict[str, str] = {}
    for contact in contacts if isinstance(contacts, list) else ():
        name = word_or_none(contact.get("profile"), "name") if isinstance(contact, dict) else None
        keys = (word_or_none(contact, "wa_id"), word_or_none(contact, "user_id"))
        names.update((key, name) for key in keys if key and name)
    return names


def _status(raw: dict[str, Any], extra: wire.ExtraInfo, received_at: datetime) -> MessageStatus | Notice | BadItem:
    word = (word_or_none(raw, "status") or "").lower()
    if not word:
        return _bad("status: must be a word", raw)
    state = STATES.get(word)
    if state is None:
        recipient = word_or_none(raw, "recipient_id") or word_or_none(raw, "recipient_user_id") or ""
        return Notice(kind=f"status.{word}", contact_key=contact_key(recipient), raw=raw_form(raw))
    status = wire.Status.model_validate(raw)
    return MessageStatus(
        provider_id=status.id,
        contact_key=contact_key(status.recipient_id or status.recipient_user_id),
        state=state,
        provider_state=word,
        occurred_at=status.timestamp or received_at,
        reason=_reason(raw.get("errors"), word) if state is DeliveryState.FAILED else None,
        reference=extra.ref or None,
    )


def _reason(errors: object, word: str) -> Reason:
    """The first error. One of another shape does not cost us the news that the message failed."""
    try:
        failure = wire.Failure.model_validate(errors[0] if isinstance(errors, list) and errors else None)
    except ValidationError:
        return reason(word.upper())
    return reason(str(failure.code), failure.error_data.details or failure.title or failure.message)


def _bad(reason: str, raw: object) -> BadItem:
    return BadItem(reason=reason, raw=raw_of(raw))
