"""What Sinch tells: events in their envelope, signed with a nonce and a timestamp."""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from contracts.content import (
    ButtonReply,
    Content,
    FlowReply,
    ListReply,
    Location,
    Media,
    Order,
    OrderItem,
    QuickReply,
    Reaction,
    Text,
    Unsupported,
)
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.requests import SignedRequest, path_of
from runtime.sandbox.seam import Accepted, PlayedNumber

Json = dict[str, Any]

LONGEST_CORRELATION = 128
NAMES = {
    "image": "photo.jpg",
    "video": "video.mp4",
    "voice": "voice.ogg",
    "audio": "sound.mp3",
    "sticker": "sticker.webp",
    "document": "document.pdf",
}
STATUSES = {
    DeliveryState.SENT: "QUEUED_ON_CHANNEL",
    DeliveryState.DELIVERED: "DELIVERED",
    DeliveryState.READ: "READ",
    DeliveryState.FAILED: "FAILED",
}


def says(number: PlayedNumber, message: InboundMessage) -> SignedRequest:
    """The webhook of a customer's message. What Sinch has no field for is not in it: names, types of files, the title
    of a choice, and whether it was a button, a row or a quick reply.

    Raises:
        ValueError: Sinch has no form for it.
    """
    _refuse_context(message)
    content = message.content
    told = {"event_time": stamp(message.sent_at)}
    if isinstance(content, Reaction):
        return event(number, message.sent_at, {**told, "event": _reaction(message, content)})
    if isinstance(content, Unsupported):
        return event(number, message.sent_at, {**told, "unsupported_callback": _unsupported(message, content)})
    part = _part(number, content, message.context.message_id if message.context else None)
    whole = {
        **_head(message),
        "direction": "TO_APP",
        "contact_message": part,
        "metadata": "",
        "accept_time": stamp(message.sent_at),
        "sender_id": number.phone.removeprefix("+"),
        "processing_mode": "CONVERSATION",
        "injected": False,
    }
    return event(number, message.sent_at, {**told, "message_metadata": "", "message": whole})


def _refuse_context(message: InboundMessage) -> None:
    """Refuse what no webhook of Sinch's is known to tell."""
    context = message.context
    told = bool(context and (context.forwarded or context.frequently_forwarded or context.product or context.sender))
    if told or message.referral or message.user_id:
        raise ValueError("Sinch does not tell of forwarding, products, advertisements or a second id of a customer")


def _head(message: InboundMessage) -> Json:
    identity = {"channel": "WHATSAPP", "identity": message.contact_key.removeprefix("+"), "app_id": ""}
    return {
        "id": message.provider_id,
        "channel_identity": identity,
        "conversation_id": "01TESTCNV0000000000000001",
        "contact_id": "01TESTCON0000000000000001",
    }


def _reaction(message: InboundMessage, reaction: Reaction) -> Json:
    action = "REACTION_ACTION_REACT" if reaction.emoji else "REACTION_ACTION_UNREACT"
    given = {"emoji": reaction.emoji, "action": action, "message_id": reaction.message_id, "reaction_category": ""}
    return {
        **_head(message),
        "direction": "TO_APP",
        "contact_message_event": {"reaction_event": given},
        "accept_time": stamp(message.sent_at),
        "processing_mode": "CONVERSATION",
    }


def _unsupported(message: InboundMessage, content: Unsupported) -> Json:
    payload = json.dumps({**content.raw, "type": content.provider_kind})
    return {**_head(message), "channel": "WHATSAPP", "payload": payload, "processing_mode": "CONVERSATION"}


def _part(number: PlayedNumber, content: Content, answers: str | None) -> Json:
    choice = {"message_id": answers or ""}
    match content:
        case ButtonReply(payload=payload) | ListReply(payload=payload) | QuickReply(payload=payload):
            return {"choice_response_message": {**choice, "postback_data": payload}}
        case Text(text=words):
            return _answering({"text_message": {"text": words}}, answers)
        case Media():
            return _answering(_media(number, content), answers)
        case Location():
            return _answering(_location(content), answers)
        case FlowReply() | Order():
            return _answering(_form(content), answers)
        case _:
            raise ValueError(f"Sinch has no form for what is {content.kind} here")


def _answering(part: Json, answers: str | None) -> Json:
    return {**part, "reply_to": {"message_id": answers} if answers else None}


def _media(number: PlayedNumber, media: Media) -> Json:
    """A file. Its kind is only in the ending of its name or URL, so one of ours gets an ending of its kind."""
    url = media.url
    if url is None:
        url = file_url(number, media.media_id or "")
    if url.startswith(file_url(number, "")) and "." not in urlsplit(url).path.rpartition("/")[2]:
        url = f"{url}/{NAMES[media.kind]}"
    if media.caption:
        return {"media_card_message": {"url": url, "caption": media.caption}}
    return {"media_message": {"url": url, "thumbnail_url": "", "filename_override": media.filename or ""}}


def file_url(number: PlayedNumber, media_id: str) -> str:
    """Where a customer's file is: whoever knows the URL gets it."""
    return f"{number.api_url}/media/{number.credentials.get('app_id', '')}/{media_id}"


def _location(place: Location) -> Json:
    if place.url:
        raise ValueError("Sinch does not tell the URL of a place")
    point = {"latitude": place.latitude, "longitude": place.longitude}
    return {"location_message": {"title": place.name, "label": place.address, "coordinates": point}}


def _form(content: FlowReply | Order) -> Json:
    if isinstance(content, Order):
        products = [_product(item) for item in content.items]
        order = {"products": products, "title": content.text, "catalog_id": content.catalog_id}
        return {"product_response_message": order}
    answered = content.response if isinstance(content.response, str) else json.dumps(content.response)
    reply = {"name": content.name, "body": content.title, "response_json": answered}
    flow = {"message_type": "nfm_reply", "message": {"type": "nfm_reply", "nfm_reply": reply}}
    return {"channel_specific_message": flow}


def _product(item: OrderItem) -> Json:
    price = {"item_price": _price(item.price)} if item.price else {}
    return {"id": item.product_id, "marketplace": "", "quantity": item.quantity, **price, "currency": item.currency}


def _price(words: str) -> int | float | str:
    """A price as a number, where it is written as JSON would write that number."""
    kinds: tuple[Callable[[str], int | float], ...] = (int, float)
    for kind in kinds:
        try:
            number = kind(words)
        except ValueError:
            continue
        if str(number) == words and math.isfinite(number):
            return number
    return words


def reports(
    number: PlayedNumber, sent: Accepted, state: DeliveryState, at: datetime, code: str | None
) -> SignedRequest:
    """The delivery report of a message. A code in digits is WhatsApp's own; Sinch says `CHANNEL_FAILURE` with it.

    Raises:
        ValueError: Sinch does not report such a state.
    """
    if state not in STATUSES:
        raise ValueError(f"Sinch does not report that a message is {state}")
    identity = {"channel": "WHATSAPP", "identity": sent.contact_key.removeprefix("+"), "app_id": ""}
    report = {
        "message_id": sent.provider_id,
        "conversation_id": "01TESTCNV0000000000000001",
        "status": STATUSES[state],
        "channel_identity": identity,
        "contact_id": "01TESTCON0000000000000001",
        "metadata": "",
        "processing_mode": "CONVERSATION",
    }
    if state is DeliveryState.FAILED:
        report["reason"] = _reason(code or "INTERNAL_ERROR")
    reference = sent.reference or ""
    correlation = reference if len(reference) <= LONGEST_CORRELATION else ""
    told = {"event_time": stamp(at), "message_metadata": reference, "correlation_id": correlation}
    return event(number, at, {**told, "message_delivery_report": report})


def _reason(code: str) -> Json:
    channel_code = code if code.isdigit() else ""
    return {
        "code": "CHANNEL_FAILURE" if channel_code else code,
        "description": "The sandbox was asked for this.",
        "sub_code": "UNSPECIFIED_SUB_CODE",
        "channel_code": channel_code,
    }


def event(number: PlayedNumber, at: datetime, part: Json) -> SignedRequest:
    """Any event in its envelope, signed with the number's webhook secret."""
    credentials = number.credentials
    envelope = {"app_id": credentials.get("app_id", ""), "project_id": credentials.get("project_id", "")}
    body = json.dumps({**envelope, "accepted_time": stamp(at), **part}, ensure_ascii=False, separators=(",", ":"))
    return signed(number.webhook_url, credentials.get("webhook_secret", ""), body.encode(), at)


def signed(url: str, secret: str, body: bytes, at: datetime) -> SignedRequest:
    """Any body, signed at a moment. The nonce is made of what is signed, so the same request is the same again."""
    timestamp = str(int(at.timestamp()))
    nonce = ulid(hashlib.sha256(timestamp.encode() + body).hexdigest())
    data = b".".join((body, nonce.encode(), timestamp.encode()))
    digest = hmac.new(secret.encode(), data, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "X-Sinch-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Sinch-Webhook-Signature-Nonce": nonce,
        "X-Sinch-Webhook-Signature-Timestamp": timestamp,
        "X-Sinch-Webhook-Signature-Algorithm": "HmacSHA256",
    }
    return SignedRequest(method="POST", path=path_of(url), headers=headers, body=body)


def ulid(digits: str) -> str:
    """An id as Sinch gives it: 26 letters and digits from `01` on, made of hexadecimal digits."""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int(digits, 16)
    return "01" + "".join(letters[number >> (5 * place) & 31] for place in range(24))


def stamp(at: datetime) -> str:
    """A time as Sinch writes it, with nanoseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
