"""What a message of Twilio's says, in our words. The fields that are there decide; `MessageType` is a hint only."""

from typing import Any, Literal

from contracts.content import ButtonReply, Content, ListReply, Media, QuickReply, Text, Unsupported
from gateway.providers.payload import raw_form
from gateway.providers.twilio.wire import Inbound

WORDED_TYPES = frozenset({"", "text", "button", "interactive"})
"""With these types, a message without any other field is what its body says."""

FAMILIES = {"image": "image", "audio": "audio", "video": "video"}
CARDS = frozenset({"text/vcard", "text/x-vcard"})
STICKER = "image/webp"


def content(message: Inbound, raw: dict[str, Any]) -> Content:
    """The content of a message; everything without an arm of its own is kept as `Unsupported`."""
    found = _answer(message) or _media(message) or _text(message)
    return found or Unsupported(provider_kind=_kind(message), raw=raw_form(raw))


def _answer(message: Inbound) -> Content | None:
    """A row of a list, a button of the conversation, or a quick reply of a template."""
    if message.list_id:
        title = message.list_title or message.body
        return ListReply(payload=message.list_id, title=title, description=message.list_description)
    payload = message.button_payload or message.button_text
    if not payload:
        return None
    title = message.button_text or message.body
    if message.message_type == "interactive":
        return ButtonReply(payload=payload, title=title)
    return QuickReply(payload=payload, title=title)


def _media(message: Inbound) -> Media | None:
    kind = media_kind(message)
    if message.num_media != 1 or message.latitude or kind not in {"image", "document"}:
        return None
    arm: Literal["image", "document"] = "image" if kind == "image" else "document"
    return Media(kind=arm, url=message.media_url0, mime_type=message.media_content_type0, caption=message.body)


def media_kind(message: Inbound) -> str:
    """What kind of file it is: by its type, by Twilio's hint where it has none."""
    mime_type = message.media_content_type0.partition(";")[0].strip().lower()
    if not mime_type:
        return message.message_type or "media"
    if mime_type in CARDS:
        return "contacts"
    if mime_type == STICKER and message.message_type != "image":
        return "sticker"
    return FAMILIES.get(mime_type.partition("/")[0], "document")


def _text(message: Inbound) -> Text | None:
    is_bare = not (message.num_media or message.latitude or message.interactive_data)
    worded = is_bare and message.body and message.message_type in WORDED_TYPES
    return Text(text=message.body) if worded else None


def _kind(message: Inbound) -> str:
    """What to call a message that we have no arm for."""
    if message.latitude:
        return "location"
    if message.num_media:
        return "media" if message.num_media > 1 else media_kind(message)
    if message.message_type in WORDED_TYPES and not message.body:
        return "interactive" if message.interactive_data else "empty"
    return message.message_type or "interactive"
