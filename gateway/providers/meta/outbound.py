"""Messages, signals and the check of an account, as conversations with the Graph API."""

from typing import Any

from contracts.accounts import Account
from contracts.base import number_of
from contracts.content import ContactCard, Location, Reaction, Text
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import (
    Buttons,
    ListMenu,
    OutboundContent,
    OutboundMessage,
    OutboundSignal,
    Row,
    Section,
    SendContacts,
    SendMedia,
    Signal,
    TemplateMessage,
)
from gateway.providers.delivery import Conversation, HttpCall, OutcomeUnknown, Refused, Sent, cannot_express
from gateway.providers.meta import media, templates
from gateway.providers.meta.api import answered, asked, authorization, id_of, url_of
from gateway.providers.payload import word

Part = dict[str, Any]
PRODUCT = {"messaging_product": "whatsapp"}


def deliver(message: OutboundMessage, account: Account) -> Conversation[Sent]:
    """Send a message: its files go up first, so that one call alone has an effect."""
    content = yield from _said(message.content, account)
    body = {**_envelope(message), **content, "biz_opaque_callback_data": message.id}
    accepted = yield from answered(_post(account, body, effect=True), account)
    messages = accepted.get("messages")
    provider_id = word(messages[0], "id") if isinstance(messages, list) and messages else ""
    if not provider_id:
        raise OutcomeUnknown("Meta took the message and gave it no id.")
    return Sent(provider_id)


def _post(account: Account, body: Part, *, effect: bool = False) -> HttpCall:
    url = url_of(account, id_of(account, "phone_number_id"), "messages")
    return HttpCall("POST", url, authorization(account), json=body, effect=effect)


def _envelope(message: OutboundMessage) -> Part:
    """To whom, and in answer to what. A customer who hides their number is named by the business-scoped id."""
    number = number_of(message.number or message.contact_key)
    customer = {"to": number.removeprefix("+")} if number else {"recipient": message.contact_key}
    quotes = message.reply_to is not None and not isinstance(message.content, Reaction)
    context = {"context": {"message_id": message.reply_to}} if quotes else {}
    return {**PRODUCT, "recipient_type": "individual", **customer, **context}


def _said(content: OutboundContent, account: Account) -> Conversation[Part]:
    if isinstance(content, SendMedia):
        return (yield from media.said(content, account))
    if isinstance(content, TemplateMessage):
        return (yield from templates.said(content, account))
    kind, part = _plain(content)
    return {"type": kind, kind: part}


def _plain(content: Text | Location | SendContacts | Buttons | ListMenu | Reaction) -> tuple[str, Part | list[Part]]:
    match content:
        case Text(text=words):
            return "text", {"body": words, "preview_url": False}
        case Location():
            place = {"latitude": content.latitude, "longitude": content.longitude}
            return "location", {**place, **_filled(name=content.name, address=content.address)}
        case SendContacts(cards=cards):
            return "contacts", [_card(card) for card in cards]
        case Reaction(message_id=message_id, emoji=emoji):
            return "reaction", {"message_id": message_id, "emoji": emoji}
        case Buttons():
            buttons = [{"type": "reply", "reply": {"id": one.payload, "title": one.title}} for one in content.buttons]
            return "interactive", _interactive("button", content, {"buttons": buttons})
        case ListMenu():
            sections = [_section(section) for section in content.sections]
            return "interactive", _interactive("list", content, {"button": content.button, "sections": sections})


def _interactive(kind: str, content: Buttons | ListMenu, action: Part) -> Part:
    header = {"header": {"type": "text", "text": content.header}} if content.header else {}
    footer = {"footer": {"text": content.footer}} if content.footer else {}
    return {"type": kind, **header, "body": {"text": content.text}, **footer, "action": action}


def _section(section: Section) -> Part:
    return {**_filled(title=section.title), "rows": [_row(row) for row in section.rows]}


def _row(row: Row) -> Part:
    return {"id": row.payload, "title": row.title, **_filled(description=row.description)}


def _card(card: ContactCard) -> Part:
    """A card; Meta wants a first or last name beside the whole one. What came in `raw` is not sent on."""
    name = card.name or card.organisation
    if not name:
        raise cannot_express("a contact card without a name")
    return {
        "name": {"formatted_name": name, "first_name": name},
        "phones": [_filled(phone=one.phone, type=one.type, wa_id=one.wa_id or "") for one in card.phones],
        **({"emails": [{"email": email} for email in card.emails]} if card.emails else {}),
        **({"org": {"company": card.organisation}} if card.organisation else {}),
    }


def _filled(**words: str) -> Part:
    return {name: text for name, text in words.items() if text}


def signal(given: OutboundSignal, account: Account) -> Conversation[None]:
    """Mark the customer's message as read; the typing indicator comes with that, until we answer or for 25 s."""
    typing = {"typing_indicator": {"type": "text"}} if given.signal is Signal.TYPING else {}
    body = {**PRODUCT, "status": "read", "message_id": given.message_id, **typing}
    yield from answered(_post(account, body), account)


def check(account: Account) -> Conversation[str]:
    """Whether the token opens the business account, and the number is one of that."""
    query = {"fields": "id,display_phone_number,verified_name", "limit": "100"}
    found = yield from asked(account, id_of(account, "account_sid"), "phone_numbers", query=query)
    numbers, wanted = found.get("data"), id_of(account, "phone_number_id")
    for number in numbers if isinstance(numbers, list) else ():
        if word(number, "id") == wanted:
            return f"{word(number, 'display_phone_number')} {word(number, 'verified_name')}".strip()
    sentence = "The business account has no phone number with this id."
    raise Refused(StatusReason(code="unknown number", kind=FailureKind.ACCOUNT, sentence=sentence))
