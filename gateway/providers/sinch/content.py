"""What a message of Sinch's says, in our words. A content without a line in the table is kept as `Unsupported`.

Sinch says neither what type a file is nor whether a recording was made in the chat: the ending of its name decides.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from contracts.content import (
    ButtonReply,
    Content,
    FlowReply,
    Location,
    Media,
    MediaKind,
    Order,
    OrderItem,
    Text,
    Unsupported,
)
from gateway.providers.payload import raw_form, read_object
from gateway.providers.seam import MalformedWebhook
from gateway.providers.sinch import wire

KINDS: dict[str, MediaKind] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".heic"), "image"),
    **dict.fromkeys((".mp4", ".3gp", ".3gpp", ".mov"), "video"),
    **dict.fromkeys((".ogg", ".oga", ".opus"), "voice"),  # what WhatsApp records in a chat; sound files are others
    **dict.fromkeys((".mp3", ".m4a", ".aac", ".amr", ".wav"), "audio"),
    ".webp": "sticker",
}
"""Every other ending, and none, is a document."""

FLOW = "nfm_reply"


class Read(NamedTuple):
    """A content, and the id of the message that it answers where the content itself says so."""

    content: Content
    answers: str | None = None


Reader = Callable[[dict[str, Any]], Read]


def _text(raw: dict[str, Any]) -> Read:
    return Read(Text(text=wire.Text.model_validate(raw).text))


def _reply(raw: dict[str, Any]) -> Read:
    reply = wire.ReplyMessage.model_validate(raw)
    return Read(Text(text=reply.text_message.text), reply.message_id)


def _media(raw: dict[str, Any]) -> Read:
    file = wire.Media.model_validate(raw)
    filename = file.filename_override or None
    return Read(Media(kind=media_kind(file.url, filename), url=file.url, filename=filename, caption=file.caption or ""))


def media_kind(url: str, filename: str | None) -> MediaKind:
    """What kind of file it is, by the ending of its own name, else by that of its URL's path."""
    ending = PurePosixPath(filename or "").suffix.lower() or PurePosixPath(_path(url)).suffix.lower()
    return KINDS.get(ending, "document")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _location(raw: dict[str, Any]) -> Read:
    place = wire.Location.model_validate(raw)
    point = place.coordinates
    name, address = place.title or "", place.label or ""
    return Read(Location(latitude=point.latitude, longitude=point.longitude, name=name, address=address))


def _choice(raw: dict[str, Any]) -> Read:
    """A press. Where no payload was set, Sinch makes one of the message's id and the title."""
    choice = wire.Choice.model_validate(raw)
    payload, answers = choice.postback_data or "", choice.message_id or ""
    prefix = f"{answers}_"
    title = payload.removeprefix(prefix) if answers and payload.startswith(prefix) else ""
    return Read(ButtonReply(payload=payload, title=title), answers)


def _order(raw: dict[str, Any]) -> Read:
    order = wire.Order.model_validate(raw)
    items = tuple(_item(product) for product in order.products)
    return Read(Order(catalog_id=order.catalog_id or "", text=order.title or "", items=items))


def _item(product: wire.Product) -> OrderItem:
    return OrderItem(
        product_id=product.id,
        quantity=1 if product.quantity is None else product.quantity,
        price="" if product.item_price is None else str(product.item_price),
        currency=product.currency or "",
    )


def _channel_specific(raw: dict[str, Any]) -> Read:
    kind = raw.get("message_type")
    if kind != FLOW:
        return Read(_unsupported(kind, "channel_specific_message", raw))
    answer = wire.FlowReply.model_validate(raw).message.nfm_reply
    form = form_of(answer.response_json)
    response = answer.response_json if form is None else form
    return Read(FlowReply(name=answer.name or "", title=answer.body or "", response=response))


def form_of(text: str) -> dict[str, Any] | None:
    """The object that a text is as JSON; None when it is none."""
    try:
        return raw_form(read_object(text.encode()))
    except MalformedWebhook:
        return None


def _fallback(raw: dict[str, Any]) -> Read:
    """What Sinch could not translate: the channel's own message stands in it as text."""
    message = raw.get("raw_message")
    return Read(Unsupported(provider_kind=kind_of(message, "fallback_message"), raw=raw_form(raw)))


def kind_of(payload: object, otherwise: str) -> str:
    """What the channel's own message, in JSON text, calls itself."""
    form = form_of(payload) if isinstance(payload, str) else None
    kind = form.get("type") if form else None
    return kind if kind and isinstance(kind, str) else otherwise


def _unsupported(kind: object, otherwise: str, raw: dict[str, Any]) -> Unsupported:
    return Unsupported(provider_kind=kind if kind and isinstance(kind, str) else otherwise, raw=raw_form(raw))


READERS: dict[str, Reader] = {
    "text_message": _text,
    "media_message": _media,
    "media_card_message": _media,
    "location_message": _location,
    "choice_response_message": _choice,
    "product_response_message": _order,
    "channel_specific_message": _channel_specific,
    "fallback_message": _fallback,
    "reply_message": _reply,
}


def read(raw: dict[str, Any]) -> Read:
    """The content of a `contact_message`.

    Raises:
        pydantic.ValidationError: it lacks what it must have, or is of another shape.
    """
    kind = next((kind for kind in READERS if isinstance(raw.get(kind), dict)), None)
    if kind is not None:
        return READERS[kind](raw[kind])
    other = next((key for key, value in raw.items() if value and key != "reply_to"), "empty")
    return Read(Unsupported(provider_kind=other, raw=raw_form(raw)))
