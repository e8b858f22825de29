"""What a customer says, as the message object that Kaleyra passes on: Meta's."""

import json
from collections.abc import Callable
from typing import Any, assert_never

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
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from contracts.messages import InboundMessage, MessageContext, Referral

Part = dict[str, Any]


def message_object(message: InboundMessage) -> tuple[Part, str]:
    """A message, and the link to its file, which stands beside it; empty where there is none."""
    content = message.content
    common: Part = {
        "from": message.contact_key.removeprefix("+"),
        "id": message.provider_id,
        "timestamp": str(int(message.sent_at.timestamp())),
    }
    if message.user_id:
        common["from_user_id"] = message.user_id
    context = _context(message.context) if message.context else {}
    referral = _referral(message.referral) if message.referral else {}
    optional = {name: part for name, part in (("context", context), ("referral", referral)) if part}
    media_url = content.url or "" if isinstance(content, Media) else ""
    return {**common, **optional, **_part(content)}, media_url


def _context(context: MessageContext) -> Part:
    product = context.product
    named = {"catalog_id": product.catalog_id, "product_retailer_id": product.product_id} if product else None
    told = {
        "id": context.message_id,
        "from": context.sender,
        "forwarded": context.forwarded,
        "frequently_forwarded": context.frequently_forwarded,
        "referred_product": named,
    }
    return {name: value for name, value in told.items() if value}


def _referral(referral: Referral) -> Part:
    told = {
        "source_type": referral.source_type,
        "source_id": referral.source_id,
        "source_url": referral.source_url,
        "headline": referral.headline,
        "body": referral.body,
        "media_type": referral.media_type,
        "video_url" if referral.media_type == "video" else "image_url": referral.media_url,
        "ctwa_clid": referral.click_id,
    }
    return {name: value for name, value in told.items() if value}


def _part(content: Content) -> Part:
    """The type, and the part that goes by its name."""
    match content:
        case ButtonReply() | ListReply() | FlowReply():
            answer = _answer(content)
            return {"type": "interactive", "interactive": answer}
        case Unsupported(provider_kind=kind, raw=raw):
            return {**raw, "type": kind}
        case Media():
            return _file(content)
        case _:
            kind, part = _PARTS[type(content)](content)
            return {"type": kind, kind: part}


def _answer(content: ButtonReply | ListReply | FlowReply) -> Part:
    match content:
        case ButtonReply():
            return {"type": "button_reply", "button_reply": {"id": content.payload, "title": content.title}}
        case ListReply():
            row = {"id": content.payload, "title": content.title, "description": content.description}
            return {"type": "list_reply", "list_reply": row}
        case FlowReply(response=response):
            written = response if isinstance(response, str) else json.dumps(response)
            form = {"name": content.name, "body": content.title, "response_json": written}
            return {"type": "nfm_reply", "nfm_reply": form}
        case _:
            assert_never(content)


def _file(content: Media) -> Part:
    kind = "audio" if content.kind == "voice" else content.kind
    told = {
        "id": content.media_id,
        "mime_type": content.mime_type,
        "sha256": content.sha256,
        "filename": content.filename,
        "caption": content.caption,
        "animated": content.animated,
        "voice": content.kind == "voice",
    }
    return {"type": kind, kind: {name: value for name, value in told.items() if value}}


def _card(card: ContactCard) -> Part:
    told = {
        "phones": [phone.model_dump(exclude_none=True) for phone in card.phones],
        "emails": [{"email": email} for email in card.emails],
        "org": {"company": card.organisation} if card.organisation else None,
    }
    rest = card.raw if isinstance(card.raw, dict) else {}
    return {**rest, "name": {"formatted_name": card.name}, **{name: value for name, value in told.items() if value}}


def _order(content: Order) -> Part:
    items = [
        {
            "product_retailer_id": item.product_id,
            "quantity": item.quantity,
            "item_price": item.price,
            "currency": item.currency,
        }
        for item in content.items
    ]
    return {"catalog_id": content.catalog_id, "text": content.text, "product_items": items}


def _edit(content: Edited) -> Part:
    now = content.raw or {"type": "text", "text": {"body": content.text}}
    return {"original_message_id": content.message_id, "message": now}


def _system(content: System) -> Part:
    part = {"type": content.event, "body": content.text}
    return {**part, "wa_id": content.new_contact_key.removeprefix("+")} if content.new_contact_key else part


_PARTS: dict[type, Callable[[Any], tuple[str, Any]]] = {
    Text: lambda content: ("text", {"body": content.text}),
    Location: lambda content: ("location", content.model_dump(exclude={"kind"})),
    Contacts: lambda content: ("contacts", [_card(card) for card in content.cards]),
    QuickReply: lambda content: ("button", {"payload": content.payload, "text": content.title}),
    Reaction: lambda content: ("reaction", {"message_id": content.message_id, "emoji": content.emoji}),
    Order: lambda content: ("order", _order(content)),
    Edited: lambda content: ("edit", _edit(content)),
    Deleted: lambda content: ("revoke", {"original_message_id": content.message_id}),
    System: lambda content: ("system", _system(content)),
}
