"""From a message in our words to the part of a webhook by which Meta tells of it."""

import json
from collections.abc import Callable
from typing import Any

from contracts.base import number_of
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
    Order,
    OrderItem,
    PhoneEntry,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from contracts.messages import InboundMessage, MessageContext, Referral
from runtime.sandbox.meta.webhooks import Part

CAPTIONED = frozenset({"image", "video", "document"})


def part_of(message: InboundMessage) -> Part:
    """The message as it stands in a webhook.

    Raises:
        ValueError: customers of Meta's cannot say such a thing.
    """
    content = message.content
    whole = {**_sender(message), "id": message.provider_id, "timestamp": str(int(message.sent_at.timestamp()))}
    if message.context is not None:
        whole["context"] = _context(message.context)
    if message.referral is not None:
        whole["referral"] = _referral(message.referral)
    if isinstance(content, Unsupported):
        return {**_unsupported(content), **whole}
    kind, part = SAYINGS[type(content)](content)
    return {**whole, "type": kind, kind: part}


def contact_of(message: InboundMessage) -> Part:
    """The customer as they stand beside their message."""
    number = number_of(message.contact_key)
    wa_id = {"wa_id": number.lstrip("+")} if number else {}
    user_id = message.user_id if number else message.contact_key
    profile = {"profile": {"name": message.profile_name}} if message.profile_name else {"profile": {}}
    return {**profile, **wa_id, **({"user_id": user_id} if user_id else {})}


def _sender(message: InboundMessage) -> Part:
    """A customer who hides their number is named by the business-scoped id alone."""
    number = number_of(message.contact_key)
    if number is None:
        return {"from_user_id": message.contact_key}
    return {"from": number.lstrip("+"), **({"from_user_id": message.user_id} if message.user_id else {})}


def _context(context: MessageContext) -> Part:
    product = context.product
    referred = product and _filled(catalog_id=product.catalog_id, product_retailer_id=product.product_id)
    return _filled(
        id=context.message_id,
        **{"from": context.sender},
        forwarded=context.forwarded and not context.frequently_forwarded,
        frequently_forwarded=context.frequently_forwarded,
        referred_product=referred,
    )


def _referral(referral: Referral) -> Part:
    media = "video_url" if referral.media_type == "video" else "image_url"
    return _filled(
        source_type=referral.source_type,
        source_id=referral.source_id,
        source_url=referral.source_url,
        headline=referral.headline,
        body=referral.body,
        media_type=referral.media_type,
        ctwa_clid=referral.click_id,
        **{media: referral.media_url},
    )


def _filled(**fields: object) -> Part:
    """The fields that hold something."""
    return {name: value for name, value in fields.items() if value}


def _text(said: Text) -> tuple[str, Any]:
    return "text", {"body": said.text}


def _media(said: Media) -> tuple[str, Any]:
    """A file; only documents have a name, and only what can be looked at has words under it."""
    if not (said.media_id or said.url):
        raise ValueError("a file needs a media_id or a url")
    if said.caption and said.kind not in CAPTIONED:
        raise ValueError(f"a file of the kind {said.kind} has no caption")
    part = _filled(id=said.media_id, url=said.url, mime_type=said.mime_type, sha256=said.sha256, caption=said.caption)
    match said.kind:
        case "voice" | "audio":
            return "audio", {**part, "voice": said.kind == "voice"}
        case "sticker":
            return "sticker", {**part, "animated": said.animated}
        case "document":
            return "document", {**part, **_filled(filename=said.filename)}
        case _:
            return said.kind, part


def _location(said: Location) -> tuple[str, Any]:
    place = {"latitude": said.latitude, "longitude": said.longitude}
    return "location", {**place, **_filled(name=said.name, address=said.address, url=said.url)}


def _contacts(said: Contacts) -> tuple[str, Any]:
    return "contacts", [_card(card) for card in said.cards]


def _card(card: ContactCard) -> Part:
    raw = card.raw if isinstance(card.raw, dict) else {}
    return {
        **raw,
        "name": {**raw.get("name", {}), "formatted_name": card.name},
        "phones": [_phone(entry) for entry in card.phones],
        "emails": raw.get("emails") or [{"email": email} for email in card.emails],
        "org": {**raw.get("org", {}), **_filled(company=card.organisation)},
    }


def _phone(entry: PhoneEntry) -> Part:
    return _filled(phone=entry.phone, type=entry.type, wa_id=entry.wa_id)


def _button(said: ButtonReply) -> tuple[str, Any]:
    return "interactive", {"type": "button_reply", "button_reply": {"id": said.payload, "title": said.title}}


def _row(said: ListReply) -> tuple[str, Any]:
    row = {"id": said.payload, "title": said.title, **_filled(description=said.description)}
    return "interactive", {"type": "list_reply", "list_reply": row}


def _flow(said: FlowReply) -> tuple[str, Any]:
    response = said.response if isinstance(said.response, str) else json.dumps(said.response)
    form = {"name": said.name, "body": said.title, "response_json": response}
    return "interactive", {"type": "nfm_reply", "nfm_reply": form}


def _quick_reply(said: QuickReply) -> tuple[str, Any]:
    return "button", {"payload": said.payload, "text": said.title}


def _reaction(said: Reaction) -> tuple[str, Any]:
    return "reaction", {"message_id": said.message_id, **_filled(emoji=said.emoji)}


def _order(said: Order) -> tuple[str, Any]:
    items = [_line(item) for item in said.items]
    return "order", {"catalog_id": said.catalog_id, "text": said.text, "product_items": items}


def _line(item: OrderItem) -> Part:
    quantity = int(item.quantity) if item.quantity.is_integer() else item.quantity
    line = {"product_retailer_id": item.product_id, "quantity": quantity}
    return {**line, **_filled(item_price=_price(item.price), currency=item.currency)}


def _price(price: str) -> int | float | str:
    """Meta writes a price as a number; what would not be the same as one stays text."""
    for number in (int, float):
        try:
            if str(number(price)) == price:
                return number(price)
        except ValueError:
            continue
    return price


def _edit(said: Edited) -> tuple[str, Any]:
    now = said.raw or {"type": "text", "text": {"body": said.text}}
    return "edit", {"original_message_id": said.message_id, "message": now}


def _revoke(said: Deleted) -> tuple[str, Any]:
    return "revoke", {"original_message_id": said.message_id}


def _system(said: System) -> tuple[str, Any]:
    """What WhatsApp announces of a customer."""
    key = (said.new_contact_key or "").lstrip("+")
    fields = {
        "user_changed_number": "wa_id",
        "customer_changed_number": "new_wa_id",
        "user_changed_user_id": "user_id",
        "customer_identity_changed": "",
    }
    if said.event not in fields or bool(fields[said.event]) is not bool(key):
        raise ValueError(f"WhatsApp does not announce {said.event} in this way")
    return "system", {"type": said.event, **_filled(body=said.text), **({fields[said.event]: key} if key else {})}


def _unsupported(said: Unsupported) -> Part:
    """What Meta cannot hand on; `raw` is all of it, where there is one."""
    if said.raw:
        return {"type": said.provider_kind, **said.raw}
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": said.provider_kind}}


SAYINGS: dict[type[Content], Callable[[Any], tuple[str, Any]]] = {
    Text: _text,
    Media: _media,
    Location: _location,
    Contacts: _contacts,
    ButtonReply: _button,
    ListReply: _row,
    FlowReply: _flow,
    QuickReply: _quick_reply,
    Reaction: _reaction,
    Order: _order,
    Edited: _edit,
    Deleted: _revoke,
    System: _system,
}
"""How each content is told of; `Unsupported` has no part of its own."""
