"""What a message of Twilio's says, in our words. The fields that are there decide; `MessageType` is a hint only.

One request may hold more than one thing: several files, or a file beside an answer. Each becomes a content of its own,
so that every file is fetched and shown.
"""

import math
from collections.abc import Iterator
from typing import Any

from contracts.content import (
    ButtonReply,
    Content,
    FlowReply,
    ListReply,
    Location,
    Media,
    MediaKind,
    QuickReply,
    Text,
    Unsupported,
)
from gateway.providers.payload import raw_form, read_object
from gateway.providers.seam import BadItem, MalformedWebhook
from gateway.providers.twilio.wire import Inbound

WORDED_TYPES = frozenset({"", "text", "button", "interactive"})
"""With these types, a message without any other field is what its body says."""

VCARDS = frozenset({"text/vcard", "text/x-vcard"})
CARD = "contact.vcf"
STICKER = "image/webp"
KINDS: dict[str, MediaKind] = {"audio/ogg": "voice", STICKER: "sticker"}
"""A voice note is Ogg, and so may be a sound file that was attached: Twilio does not tell one from the other."""

FAMILIES: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
HINTS: dict[str, MediaKind] = {**FAMILIES, "voice": "voice", "sticker": "sticker"}
MAX_LATITUDE, MAX_LONGITUDE = 90, 180


def contents(message: Inbound, raw: dict[str, Any]) -> tuple[Content | BadItem, ...]:
    """All that a message holds, at least one thing; what has no arm of its own is kept as `Unsupported`."""
    answer, place = _answer(message), _place(message)
    files = tuple(_files(message, raw, caption="" if answer else message.body))
    found = (*((answer,) if answer else ()), *files, *((place,) if place else ()))
    if not found:
        return (_text(message) or Unsupported(provider_kind=_kind(message), raw=raw_form(raw)),)
    untold = message.body if place and not answer and not files else ""
    return (*found, Text(text=untold)) if untold else found


def _answer(message: Inbound) -> Content | None:
    """A row of a list, a button of the conversation, a quick reply of a template, or a form that was filled in."""
    if message.list_id:
        title = message.list_title or message.body
        return ListReply(payload=message.list_id, title=title, description=message.list_description)
    payload = message.button_payload or message.button_text
    if payload:
        title = message.button_text or message.body
        arm = ButtonReply if message.message_type == "interactive" else QuickReply
        return arm(payload=payload, title=title)
    if message.interactive_data:
        return FlowReply(title=message.body, response=_response(message.interactive_data))
    return None


def _response(text: str) -> dict[str, Any] | str:
    """The fields of a form, which come as JSON in a parameter; the text itself when it is no object."""
    try:
        return raw_form(read_object(text.encode()))
    except (MalformedWebhook, UnicodeEncodeError):
        return text


def _files(message: Inbound, raw: dict[str, Any], caption: str) -> Iterator[Media | BadItem]:
    """The files; the caption goes with the first. One without a URL is set apart."""
    for number in range(message.num_media):
        url = raw.get(f"MediaUrl{number}")
        if not isinstance(url, str) or not url:
            yield BadItem(reason=f"MediaUrl{number}: the file is missing", raw=raw_form(raw))
            continue
        mime_type = raw.get(f"MediaContentType{number}")
        yield _media(message, url, mime_type if isinstance(mime_type, str) else "", caption)
        caption = ""


def _media(message: Inbound, url: str, mime_type: str, caption: str) -> Media:
    kind = media_kind(mime_type, message.message_type)
    # A contact card comes as a file whose words only its URL knows: as a document it is fetched, and can be opened.
    filename = CARD if _essence(mime_type) in VCARDS else None
    return Media(kind=kind, url=url, mime_type=mime_type, caption=caption, filename=filename)


def media_kind(mime_type: str, hint: str) -> MediaKind:
    """What kind of file it is: by its type, by Twilio's hint where it has none; a document when neither says."""
    essence = _essence(mime_type)
    if not essence:
        return HINTS.get(hint, "document")
    if essence == STICKER and hint == "image":
        return "image"
    return KINDS.get(essence) or FAMILIES.get(essence.partition("/")[0], "document")


def _essence(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()


def _place(message: Inbound) -> Location | None:
    latitude = _degrees(message.latitude, MAX_LATITUDE)
    longitude = _degrees(message.longitude, MAX_LONGITUDE)
    if latitude is None or longitude is None:
        return None
    return Location(latitude=latitude, longitude=longitude, name=message.label, address=message.address)


def _degrees(text: str | None, most: float) -> float | None:
    """A coordinate; None when it is missing or none."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def _text(message: Inbound) -> Text | None:
    is_bare = message.latitude is None and message.longitude is None
    return Text(text=message.body) if is_bare and message.body and message.message_type in WORDED_TYPES else None


def _kind(message: Inbound) -> str:
    """What to call a message that we have no arm for."""
    if message.latitude or message.longitude:
        return "location"
    if message.message_type in WORDED_TYPES and not message.body:
        return "empty"
    return message.message_type
