"""What is sent, as Kaleyra's second generation wants it: Meta's message object, wrapped, our reference beside it."""

from collections.abc import Callable
from typing import Any, assert_never

from contracts.accounts import Account
from contracts.base import number_of
from contracts.content import ContactCard, Location, MediaKind, Reaction, Text
from contracts.outbound import (
    Buttons,
    ListMenu,
    OutboundContent,
    OutboundMessage,
    OutboundSignal,
    SendContacts,
    SendMedia,
    Signal,
    TemplateMessage,
)
from gateway.providers.delivery import Conversation, HttpCall, OutcomeUnknown, Refused, Sent, Upload, cannot_express
from gateway.providers.kaleyra import api
from gateway.providers.kaleyra.errors import reason
from gateway.providers.kaleyra.resources import template_buttons

Part = dict[str, Any]
PRODUCT = {"messaging_product": "whatsapp"}
CAPTIONED = frozenset({"image", "video", "document"})


def deliver(message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
    """Send a message; its file is handed in first where Kaleyra cannot fetch it.

    Raises:
        Refused, TryLater, OutcomeUnknown: see `gateway.providers.delivery`.
    """
    part = yield from _part(message.content, account, media_url)
    whole = {**PRODUCT, "recipient_type": "individual", **_recipient(message), **_context(message), **part}
    body = {"messaging_object": whole, "extra_info": {"ref": message.id, "ref1": "", "ref2": "", "wa_source": ""}}
    reply = yield HttpCall("POST", api.messages_url(account), headers=api.key_of(account), json=body, effect=True)
    answer = api.examine(reply, effect=True)
    given = api.identity(answer)
    if not (given or answer.get("code") == api.ACCEPTED):
        raise OutcomeUnknown("Kaleyra's answer neither accepts the message nor refuses it")
    return Sent(provider_id=given or message.id)  # accepted without an id: statuses bring our reference back


def signal(told: OutboundSignal, account: Account) -> Conversation[None]:
    """Mark a message read; a typing indicator is a read mark with one thing more, as at Meta."""
    whole: Part = {**PRODUCT, "status": "read", "message_id": told.message_id}
    if told.signal is Signal.TYPING:
        whole["typing_indicator"] = {"type": "text"}
    body = {"messaging_object": whole}
    reply = yield HttpCall("POST", api.messages_url(account), headers=api.key_of(account), json=body)
    api.examine(reply)


def _recipient(message: OutboundMessage) -> Part:
    """A number goes into `to`; a business-scoped id into `recipient`, as Meta has it (assumed to be passed on)."""
    number = message.number or number_of(message.contact_key)
    return {"to": number} if number else {"recipient": message.contact_key}


def _context(message: OutboundMessage) -> Part:
    if message.reply_to is None or isinstance(message.content, Reaction):
        return {}  # a reaction names its message itself
    return {"context": {"message_id": message.reply_to}}


def _part(content: OutboundContent, account: Account, media_url: str | None) -> Conversation[Part]:
    match content:
        case SendMedia():
            file = yield from _file(content, account, media_url)
            return _of_type(_type(content.media), file)
        case TemplateMessage():
            template = yield from _template(content, account, media_url)
            return _of_type("template", template)
        case Text():
            return _of_type("text", {"preview_url": False, "body": content.text})
        case Location() | SendContacts() | Buttons() | ListMenu() | Reaction():
            return _plain(content)
        case _:
            assert_never(content)


def _plain(content: Location | SendContacts | Buttons | ListMenu | Reaction) -> Part:
    match content:
        case Location():
            names = {name: words for name in ("name", "address") if (words := getattr(content, name))}
            return _of_type("location", {"latitude": content.latitude, "longitude": content.longitude, **names})
        case SendContacts():
            return {"type": "contacts", "contacts": [_card(card) for card in content.cards]}
        case Buttons():
            return _of_type("interactive", _buttons(content))
        case ListMenu():
            return _of_type("interactive", _list(content))
        case Reaction():
            return _of_type("reaction", {"message_id": content.message_id, "emoji": content.emoji})
        case _:
            assert_never(content)


def _of_type(kind: str, part: Part) -> Part:
    return {"type": kind, kind: part}


def _type(media: MediaKind) -> str:
    return "audio" if media == "voice" else media


def _file(content: SendMedia, account: Account, media_url: str | None) -> Conversation[Part]:
    """A file by its link, or by the id that it gets when it is handed in: not every plan allows that."""
    if content.caption and content.media not in CAPTIONED:
        raise cannot_express("an audio file or a sticker with a caption")
    link = content.url or media_url
    source = {"link": link} if link else {"id": (yield from _upload(content, account))}
    words = {"caption": content.caption} if content.caption else {}
    named = {"filename": content.filename} if content.media == "document" and content.filename else {}
    return {**source, **words, **named, **({"voice": True} if content.media == "voice" else {})}


def _upload(content: SendMedia, account: Account) -> Conversation[str]:
    """Hand a file in. Nothing comes before the customer by it, so it may be repeated."""
    upload = Upload(content.file_id or "", "file", content.mime_type, content.filename or "")
    typed = (("type", content.mime_type),) if content.mime_type else ()
    form = (("messaging_product", "whatsapp"), *typed)
    headers, url = api.key_of(account), api.media_url(account)
    reply = yield HttpCall("POST", url, headers=headers, form=form, upload=upload)
    given = api.identity(api.examine(reply))
    if not given:
        raise Refused(reason("131053", "Kaleyra gave the file no id"))
    return given


def _card(card: ContactCard) -> Part:
    phones = [
        {"phone": phone.phone, "type": phone.type, **({"wa_id": phone.wa_id} if phone.wa_id else {})}
        for phone in card.phones
    ]
    optional = {
        "phones": phones,
        "emails": [{"email": email} for email in card.emails],
        "org": {"company": card.organisation} if card.organisation else {},
    }
    name = {"formatted_name": card.name, "first_name": card.name}  # Meta wants one more than the formatted name
    return {"name": name, **{key: part for key, part in optional.items() if part}}


def _buttons(content: Buttons) -> Part:
    buttons = [{"type": "reply", "reply": {"id": each.payload, "title": each.title}} for each in content.buttons]
    return {"type": "button", **_frame(content), "action": {"buttons": buttons}}


def _list(content: ListMenu) -> Part:
    sections = [
        {
            **({"title": section.title} if section.title else {}),
            "rows": [
                {"id": row.payload, "title": row.title, **({"description": row.description} if row.description else {})}
                for row in section.rows
            ],
        }
        for section in content.sections
    ]
    return {"type": "list", **_frame(content), "action": {"button": content.button, "sections": sections}}


def _frame(content: Buttons | ListMenu) -> Part:
    optional = {
        "header": {"type": "text", "text": content.header} if content.header else None,
        "footer": {"text": content.footer} if content.footer else None,
    }
    return {"body": {"text": content.text}, **{key: part for key, part in optional.items() if part}}


def _template(content: TemplateMessage, account: Account, media_url: str | None) -> Conversation[Part]:
    """A template with its parameters. What a button's parameter is stands in the template, which is looked up."""
    components: list[Part] = []
    header = _parameters(content.header)
    if content.header_media is not None:
        file = yield from _file(content.header_media, account, media_url)
        kind = _type(content.header_media.media)
        header = [_of_type(kind, file)]
    if header:
        components.append({"type": "header", "parameters": header})
    if content.body:
        components.append({"type": "body", "parameters": _parameters(content.body)})
    if content.buttons:
        kinds = yield from template_buttons(content.name, content.language, account)
        components += [_button(index, kinds.get(index, ""), value) for index, value in sorted(content.buttons.items())]
    template = {"name": content.name, "language": {"code": content.language}}
    return {**template, **({"components": components} if components else {})}


def _parameters(given: dict[str, str]) -> list[Part]:
    """By place in the order of the places, by name with the name."""
    if all(key.isdecimal() for key in given):
        return [{"type": "text", "text": given[key]} for key in sorted(given, key=int)]
    return [{"type": "text", "parameter_name": key, "text": value} for key, value in given.items()]


def _button(index: int, kind: str, value: str) -> Part:
    sub_type, parameter = BUTTONS.get(kind.upper(), _quick_reply)(value)
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


def _quick_reply(value: str) -> tuple[str, Part]:
    return "quick_reply", {"type": "payload", "payload": value}


def _url(value: str) -> tuple[str, Part]:
    return "url", {"type": "text", "text": value}


def _coupon(value: str) -> tuple[str, Part]:
    return "copy_code", {"type": "coupon_code", "coupon_code": value}


BUTTONS: dict[str, Callable[[str], tuple[str, Part]]] = {"URL": _url, "COPY_CODE": _coupon}
"""By the type that a template gives its button; every other one is a quick reply."""
