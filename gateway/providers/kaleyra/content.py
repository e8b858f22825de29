"""What a message says, in our words. What has no line in the table, or lacks its part, is kept as `Unsupported`."""

from collections.abc import Callable
from typing import Any

from contracts.content import (
    ButtonReply,
    ContactCard,
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
    PhoneEntry,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from gateway.providers.kaleyra import wire
from gateway.providers.payload import contact_key, raw_form, read_object
from gateway.providers.seam import MalformedWebhook

Raw = dict[str, Any]


def content(kind: str, message: wire.Message, raw: Raw, media_url: str) -> Content:
    """The content of a message of a kind; `media_url` is Kaleyra's copy of its file."""
    if kind in FILES:
        found: Content | None = _media(FILES[kind], getattr(message, kind), media_url)
    else:
        found = READERS[kind](message, raw) if kind in READERS else None
    return found or Unsupported(provider_kind=kind, raw=raw_form(raw))


def _media(kind: MediaKind, file: wire.File | None, url: str) -> Media | None:
    if file is None:
        return None
    return Media(
        kind="voice" if kind == "audio" and file.voice else kind,
        media_id=file.id or None,
        url=url or None,
        mime_type=file.mime_type,
        sha256=file.sha256 or None,
        filename=file.filename or None,
        caption=file.caption,
        animated=file.animated,
    )


def _text(message: wire.Message, _raw: Raw) -> Text | None:
    return Text(text=message.text.body) if message.text else None


def _location(message: wire.Message, _raw: Raw) -> Location | None:
    return place(message.location) if message.location else None


def place(part: wire.Location) -> Location:
    """A place, as either generation tells of it."""
    return Location.model_validate(part.model_dump())


def _contacts(message: wire.Message, raw: Raw) -> Contacts | None:
    return cards(message.contacts, raw["contacts"]) if message.contacts else None


def cards(parts: tuple[wire.Card, ...], raws: list[Raw]) -> Contacts:
    """Cards, each with what of it has no field of ours."""
    return Contacts(cards=tuple(_card(part, raw) for part, raw in zip(parts, raws, strict=True)))


def _card(part: wire.Card, raw: Raw) -> ContactCard:
    rest = {key: value for key, value in raw.items() if key not in {"name", "phones", "emails", "org"}}
    return ContactCard(
        name=part.name.formatted_name,
        phones=tuple(
            PhoneEntry(phone=phone.phone, type=phone.type, wa_id=phone.wa_id or None) for phone in part.phones
        ),
        emails=tuple(email.email for email in part.emails if email.email),
        organisation=part.org.company,
        raw=raw_form(rest) or None,
    )


def _interactive(message: wire.Message, _raw: Raw) -> Content | None:
    match message.interactive:
        case wire.Answer(type="button_reply", button_reply=wire.Choice() as choice):
            return ButtonReply(payload=choice.id, title=choice.title)
        case wire.Answer(type="list_reply", list_reply=wire.Choice() as choice):
            return ListReply(payload=choice.id, title=choice.title, description=choice.description)
        case wire.Answer(type="nfm_reply", nfm_reply=wire.Form() as form):
            return FlowReply(name=form.name, title=form.body, response=_response(form.response_json))
        case _:
            return None


def _response(told: str | Raw) -> Raw | str:
    """The fields of a form, or the text that should have been their JSON."""
    if isinstance(told, dict):
        return raw_form(told)
    try:
        return raw_form(read_object(told.encode()))
    except MalformedWebhook:
        return told


def _button(message: wire.Message, _raw: Raw) -> QuickReply | None:
    press = message.button
    if press is None or not (press.payload or press.text):
        return None
    return QuickReply(payload=press.payload or press.text, title=press.text)


def _reaction(message: wire.Message, _raw: Raw) -> Reaction | None:
    return Reaction.model_validate(message.reaction.model_dump()) if message.reaction else None


def _order(message: wire.Message, _raw: Raw) -> Order | None:
    order = message.order
    if order is None:
        return None
    items = tuple(
        OrderItem(
            product_id=item.product_retailer_id,
            quantity=item.quantity,
            price=str(item.item_price),
            currency=item.currency,
        )
        for item in order.product_items
    )
    return Order(catalog_id=order.catalog_id, text=order.text, items=items)


def _edit(message: wire.Message, _raw: Raw) -> Edited | None:
    """What a message says now; a caption counts as its words, and then the whole is kept beside them."""
    if message.edit is None:
        return None
    now = message.edit.message
    match now:
        case {"type": "text", "text": {"body": str() as words}}:
            return Edited(message_id=message.edit.original_message_id, text=words)
        case {"type": str() as kind}:
            part = now.get(kind)
            caption = part.get("caption") if isinstance(part, dict) else None
            words = caption if isinstance(caption, str) else ""
            return Edited(message_id=message.edit.original_message_id, text=words, raw=raw_form(now))
        case _:
            return Edited(message_id=message.edit.original_message_id, raw=raw_form(now))


def _revoke(message: wire.Message, _raw: Raw) -> Deleted | None:
    return Deleted(message_id=message.revoke.original_message_id) if message.revoke else None


def _system(message: wire.Message, _raw: Raw) -> System | None:
    system = message.system
    if system is None:
        return None
    new = system.wa_id or system.new_wa_id or system.user_id
    return System(event=system.type, text=system.body, new_contact_key=contact_key(new) if new else None)


FILES: dict[str, MediaKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "voice",  # as older accounts have it; otherwise it is audio with a mark
    "document": "document",
    "sticker": "sticker",
}

READERS: dict[str, Callable[[wire.Message, Raw], Content | None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}
