"""Our contents as Sinch's `message`. What its WhatsApp channel has no form for is refused with a sentence."""

from typing import Any, assert_never

from contracts.content import ContactCard, Location, Reaction, Text
from contracts.messages import FailureKind
from contracts.outbound import Buttons, ListMenu, OutboundContent, Section, SendContacts, SendMedia, TemplateMessage
from gateway.providers.delivery import Refused, cannot_express
from gateway.providers.sinch.errors import reason_of

Json = dict[str, Any]

UNCAPTIONED = frozenset({"audio", "voice", "sticker"})
"""WhatsApp shows no caption with these."""


def message_of(content: OutboundContent, media_url: str | None, template_buttons: tuple[Json, ...] | None) -> Json:
    """The `message` of a send call. `template_buttons` are those that a template has; None when that is not known.

    Raises:
        Refused: Sinch cannot express it.
    """
    match content:
        case Text(text=words):
            return {"text_message": {"text": words}}
        case SendMedia():
            return _media(content, media_url)
        case Location():
            return {"location_message": _location(content)}
        case SendContacts(cards=cards):
            return {"contact_info_message": _card(cards)}
        case TemplateMessage():
            template = _template(content, media_url, template_buttons)
            return {"template_message": {"channel_template": {"WHATSAPP": template}}}
        case Buttons() | ListMenu() | Reaction():
            return _interactive(content)
    assert_never(content)


def _interactive(content: Buttons | ListMenu | Reaction) -> Json:
    match content:
        case Buttons():
            return {"choice_message": _buttons(content)}
        case ListMenu():
            return {"list_message": _menu(content)}
        case Reaction():
            raise cannot_express("reactions")


def _media(content: SendMedia, media_url: str | None) -> Json:
    """A file; a caption makes it a card, which Sinch turns into the file with its caption again."""
    if content.caption and content.media in UNCAPTIONED:
        raise cannot_express("a caption with sound or stickers")
    file = _without_empty({"url": _url(content, media_url), "filename_override": content.filename})
    if not content.caption:
        return {"media_message": file}
    return {"card_message": {"title": content.caption, "media_message": file}}


def _url(content: SendMedia, media_url: str | None) -> str:
    url = content.url or media_url
    if url is None:
        raise Refused(reason_of(FailureKind.MEDIA, "no media url", "the file has no public address"))
    return url


def _location(place: Location) -> Json:
    point = {"latitude": place.latitude, "longitude": place.longitude}
    title = place.name or place.address or f"{place.latitude}, {place.longitude}"
    return _without_empty({"title": title, "label": place.address, "coordinates": point})


def _card(cards: tuple[ContactCard, ...]) -> Json:
    if len(cards) > 1:
        raise cannot_express("more than one contact card in a message")
    card = cards[0]
    phones = [_without_empty({"phone_number": entry.phone, "type": entry.type}) for entry in card.phones]
    name = card.name or next((entry.phone for entry in card.phones), "")
    return _without_empty(
        {
            "name": {"full_name": name},
            "phone_numbers": phones,
            "email_addresses": [{"email_address": email} for email in card.emails],
            "organization": _without_empty({"company": card.organisation}),
        }
    )


def _buttons(content: Buttons) -> Json:
    if content.header:
        raise cannot_express("a header above buttons")
    choices = [{"text_message": {"text": one.title}, "postback_data": one.payload} for one in content.buttons]
    properties = _without_empty({"whatsapp_footer": content.footer})
    return _without_empty(
        {"text_message": {"text": content.text}, "choices": choices, "message_properties": properties}
    )


def _menu(content: ListMenu) -> Json:
    properties = _without_empty({"menu": content.button, "whatsapp_header": content.header})
    sections = [_section(section) for section in content.sections]
    return _without_empty(
        {
            "title": content.text,
            "description": content.footer,
            "sections": sections,
            "message_properties": properties,
        }
    )


def _section(section: Section) -> Json:
    choices = [
        _without_empty({"title": row.title, "description": row.description, "postback_data": row.payload})
        for row in section.rows
    ]
    return _without_empty({"title": section.title, "items": [{"choice": choice} for choice in choices]})


def _template(content: TemplateMessage, media_url: str | None, buttons: tuple[Json, ...] | None) -> Json:
    parameters = {
        **_header(content, media_url),
        **_numbered("header", content.header),
        **_numbered("body", content.body),
        **_pressed(content.buttons, buttons),
    }
    language = content.language.replace("-", "_")
    return {"template_id": content.name, "language_code": language, "parameters": parameters}


def _header(content: TemplateMessage, media_url: str | None) -> dict[str, str]:
    file = content.header_media
    if file is None:
        return {}
    if file.media in UNCAPTIONED:
        raise cannot_express("sound or stickers above a template")
    link = {f"header[1]{file.media}.link": _url(file, media_url)}
    named = {"header[1]document.filename": file.filename} if file.filename and file.media == "document" else {}
    return link | named


def _numbered(part: str, values: dict[str, str]) -> dict[str, str]:
    """Parameters by place, from 1 on: Sinch's grammar has no names."""
    if not all(place.isascii() and place.isdigit() for place in values):
        raise cannot_express("template parameters by name: number them from 1")
    return {f"{part}[{place}]text": value for place, value in values.items()}


def _pressed(given: dict[int, str], buttons: tuple[Json, ...] | None) -> dict[str, str]:
    """The parameters of buttons. Every quick reply must have its payload, be it empty, or Sinch refuses the message."""
    kinds = {index: str(button.get("type", "")).upper() for index, button in enumerate(buttons or ())}
    quick = {index: "" for index, kind in kinds.items() if kind == "QUICK_REPLY"}
    return dict(_press(index, kinds.get(index, ""), value) for index, value in sorted((quick | given).items()))


def _press(index: int, kind: str, value: str) -> tuple[str, str]:
    if kind == "URL":
        return f"button[{index}]url[1]text", value
    return f"button[{index}]quick_reply[1]payload", value


def _without_empty(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}
