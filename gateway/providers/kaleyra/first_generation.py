"""Callbacks of the first generation: one message or one status a request, in parameters that the operator names.

We prescribe the names of Kaleyra's variables (README). There is no id among them, so a message gets one made of what it
says: the same callback sent again gives the same.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from contracts.content import ButtonReply, Contacts, Content, Location, Media, QuickReply, Text, Unsupported
from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus
from gateway.providers.kaleyra import wire
from gateway.providers.kaleyra.content import FILES, cards, place
from gateway.providers.kaleyra.errors import reason
from gateway.providers.kaleyra.parameters import filled
from gateway.providers.payload import contact_key, fault, raw_form, read_object
from gateway.providers.seam import BadItem, Item, MalformedWebhook, Notice

STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
    "not-sent": DeliveryState.FAILED,
    "0": DeliveryState.FAILED,
}
"""Words in lower case; every other one becomes a notice."""


def read(raw: dict[str, Any], received_at: datetime) -> Item:
    """The one item of a callback."""
    given = filled(raw)
    try:
        if "from" in given:
            return _message(given, raw, received_at)
        if "id" in given and "status" in given:
            return _status(given, raw, received_at)
    except ValidationError as error:
        return Item(what=BadItem(reason=fault(error), raw=raw_form(raw)))
    return Item(what=Notice(kind="unknown", raw=raw_form(raw)))


def _message(given: dict[str, Any], raw: dict[str, Any], received_at: datetime) -> Item:
    message = wire.Incoming.model_validate(given)
    at = message.created_at or received_at
    what = InboundMessage(
        provider_id=_id(message, at),
        contact_key=contact_key(message.from_),
        profile_name=message.name,
        sent_at=at,
        content=_content(message) or Unsupported(provider_kind=message.type.lower(), raw=raw_form(raw)),
        context=MessageContext(message_id=message.reply_to) if message.reply_to else None,
    )
    return Item(what=what, address=contact_key(message.wanumber) if message.wanumber else None)


def _id(message: wire.Incoming, at: datetime) -> str:
    """An id made of the message. The link's query is left out: it may be signed anew each time."""
    said = (message.from_, message.wanumber, at.isoformat(), message.type, message.body, message.location)
    link = message.media_url.partition("?")[0]
    parts = (*said, message.contacts, message.reply_to, link)
    return "v1." + sha256("\0".join(parts).encode()).hexdigest()


def _content(message: wire.Incoming) -> Content | None:
    kind = message.type.lower()
    if kind in FILES:
        url, words = message.media_url or None, message.body
        return Media(kind=FILES[kind], url=url, mime_type=message.mime_type, caption=words)
    return READERS[kind](message) if kind in READERS else None


def _text(message: wire.Incoming) -> Text:
    return Text(text=message.body)


def _button(message: wire.Incoming) -> QuickReply | None:
    """A press: its payload is not among the variables, unless `custom_response` is it (assumed)."""
    payload = message.custom_response or message.body
    return QuickReply(payload=payload, title=message.body) if payload else None


def _interactive(message: wire.Incoming) -> ButtonReply | None:
    payload = message.custom_response or message.body
    return ButtonReply(payload=payload, title=message.body) if payload else None


def _location(message: wire.Incoming) -> Location | None:
    """A place written as JSON, or as latitude and longitude with a comma between."""
    text = message.location or message.body
    latitude, comma, longitude = text.partition(",")
    try:
        if comma and "{" not in text:
            return place(wire.Location.model_validate({"latitude": latitude, "longitude": longitude}))
        return place(wire.Location.model_validate(read_object(text.encode())))
    except (MalformedWebhook, ValidationError):
        return None


def _contacts(message: wire.Incoming) -> Contacts | None:
    """Cards written as a JSON list."""
    try:
        raws = read_object(f'{{"contacts":{message.contacts or message.body}}}'.encode())["contacts"]
        parts = tuple(wire.Card.model_validate(raw) for raw in raws) if isinstance(raws, list) else ()
    except (MalformedWebhook, ValidationError, KeyError):
        return None
    return cards(parts, raws) if parts else None


READERS: dict[str, Callable[[wire.Incoming], Content | None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
}


def _status(given: dict[str, Any], raw: dict[str, Any], received_at: datetime) -> Item:
    report = wire.Report.model_validate(given)
    word = report.status.lower()
    customer = contact_key(report.recipient) if report.recipient else ""
    state = STATES.get(word)
    if state is None:
        return Item(what=Notice(kind=f"status.{word}", contact_key=customer, raw=raw_form(raw)))
    what = MessageStatus(
        provider_id=report.id,
        contact_key=customer,
        state=state,
        provider_state=word,
        occurred_at=received_at,
        reason=reason("NOT-SENT" if word == "not-sent" else "FAILED") if state is DeliveryState.FAILED else None,
    )
    return Item(what=what)
