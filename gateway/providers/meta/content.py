"""What a message of Meta's says, in our words. A type without a line in the table is kept as `Unsupported`."""

from collections.abc import Callable
from typing import Any, NamedTuple

from contracts.content import (
    ButtonReply,
    Contacts,
    Content,
    Deleted,
    Edited,
    FlowReply,
    ListReply,
    Location,
    Media,
    MediaKind,
    Order,
    OrderItem,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from gateway.providers.meta import parts, wire
from gateway.providers.meta.cards import card_of
from gateway.providers.payload import contact_key, raw_form, read_object
from gateway.providers.seam import MalformedWebhook

SAME_IDENTITY = "customer_identity_changed"
NEW_IDENTITY = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
"""The announcements that give a customer another name. What else WhatsApp may announce is kept in its raw form."""


class Read(NamedTuple):
    """A message and its content; None when it must be kept in its raw form."""

    message: wire.Message
    content: Content | None


Raw = dict[str, Any]


def _text(raw: Raw) -> Read:
    message = parts.Text.model_validate(raw)
    return Read(message, Text(text=message.text.body))


def _image(raw: Raw) -> Read:
    message = parts.Image.model_validate(raw)
    return Read(message, _media("image", message.image))


def _video(raw: Raw) -> Read:
    message = parts.Video.model_validate(raw)
    return Read(message, _media("video", message.video))


def _audio(raw: Raw) -> Read:
    message = parts.Audio.model_validate(raw)
    return Read(message, _media("voice" if message.audio.voice else "audio", message.audio))


def _voice(raw: Raw) -> Read:
    message = parts.Voice.model_validate(raw)
    return Read(message, _media("voice", message.voice))


def _document(raw: Raw) -> Read:
    message = parts.Document.model_validate(raw)
    return Read(message, _media("document", message.document))


def _sticker(raw: Raw) -> Read:
    message = parts.Sticker.model_validate(raw)
    return Read(message, _media("sticker", message.sticker))


def _media(kind: MediaKind, file: parts.File) -> Media:
    return Media(
        kind=kind,
        media_id=file.id or None,
        url=file.url or None,
        mime_type=file.mime_type or "",
        sha256=file.sha256 or None,
        filename=file.filename or None,
        caption=file.caption or "",
        animated=bool(file.animated),
    )


def _location(raw: Raw) -> Read:
    message = parts.Location.model_validate(raw)
    place = message.location
    content = Location(
        latitude=place.latitude,
        longitude=place.longitude,
        name=place.name or "",
        address=place.address or "",
        url=place.url or "",
    )
    return Read(message, content)


def _contacts(raw: Raw) -> Read:
    message = parts.Contacts.model_validate(raw)
    return Read(message, Contacts(cards=tuple(card_of(card) for card in message.contacts)))


def _interactive(raw: Raw) -> Read:
    message = parts.Interactive.model_validate(raw)
    match message.interactive:
        case parts.Answer(type="button_reply", button_reply=parts.Choice() as choice):
            return Read(message, ButtonReply(payload=choice.id, title=choice.title or ""))
        case parts.Answer(type="list_reply", list_reply=parts.Choice() as choice):
            description = choice.description or ""
            return Read(message, ListReply(payload=choice.id, title=choice.title or "", description=description))
        case parts.Answer(type="nfm_reply", nfm_reply=parts.Form() as form):
            answers = _answers(form.response_json)
            return Read(message, FlowReply(name=form.name or "", title=form.body or "", response=answers))
        case _:
            return Read(message, None)


def _answers(text: str) -> Raw | str:
    try:
        return raw_form(read_object(text.encode()))
    except MalformedWebhook:
        return text


def _button(raw: Raw) -> Read:
    message = parts.Button.model_validate(raw)
    press = message.button
    return Read(message, QuickReply(payload=press.payload or press.text or "", title=press.text or ""))


def _reaction(raw: Raw) -> Read:
    message = parts.Reaction.model_validate(raw)
    return Read(message, Reaction(message_id=message.reaction.message_id, emoji=message.reaction.emoji or ""))


def _order(raw: Raw) -> Read:
    message = parts.Order.model_validate(raw)
    order = message.order
    items = tuple(_line(line) for line in order.product_items or ())
    content = Order(catalog_id=order.catalog_id or "", text=order.text or "", items=items)
    return Read(message, content if content != Order() else None)


def _line(line: parts.OrderLine) -> OrderItem:
    price = "" if line.item_price is None else str(line.item_price)
    return OrderItem(
        product_id=line.product_retailer_id, quantity=line.quantity, price=price, currency=line.currency or ""
    )


def _edit(raw: Raw) -> Read:
    message = parts.Edit.model_validate(raw)
    now = message.edit.message or {}
    kind = now.get("type")
    part = now.get(kind) if isinstance(kind, str) else None
    words = part.get("body" if kind == "text" else "caption") if isinstance(part, dict) else None
    is_plain = kind == "text" and isinstance(words, str)
    content = Edited(
        message_id=message.edit.original_message_id,
        text=words if isinstance(words, str) else "",
        raw={} if is_plain else raw_form(now),
    )
    return Read(message, content)


def _revoke(raw: Raw) -> Read:
    message = parts.Revoke.model_validate(raw)
    return Read(message, Deleted(message_id=message.revoke.original_message_id))


def _system(raw: Raw) -> Read:
    message = parts.System.model_validate(raw)
    said = message.system
    if said.type == SAME_IDENTITY:
        return Read(message, System(event=said.type, text=said.body or ""))
    if said.type not in NEW_IDENTITY:
        return Read(message, None)
    key = contact_key(said.wa_id or said.new_wa_id or said.user_id or "") or None
    return Read(message, System(event=said.type, text=said.body or "", new_contact_key=key))


def _unsupported(raw: Raw) -> Read:
    """Meta cannot hand the message on; at times it says what it was."""
    part = raw.get("unsupported")
    named = part.get("type") if isinstance(part, dict) else None
    kind = named if named and isinstance(named, str) else "unsupported"
    return Read(wire.Message.model_validate(raw), Unsupported(provider_kind=kind, raw=raw_form(raw)))


def _other(raw: Raw) -> Read:
    return Read(wire.Message.model_validate(raw), None)


READERS: dict[str, Callable[[Raw], Read]] = {
    "text": _text,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "voice": _voice,
    "document": _document,
    "sticker": _sticker,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
}


def read(kind: str, raw: Raw) -> tuple[wire.Message, Content]:
    """A message and its content.

    Raises:
        pydantic.ValidationError: the message lacks what it must have, or is of another shape.
    """
    message, content = READERS.get(kind, _other)(raw)
    return message, content or Unsupported(provider_kind=kind, raw=raw_form(raw))
