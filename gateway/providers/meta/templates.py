"""Templates: the list that Meta has, and a message by one of them."""

from datetime import datetime
from typing import Any

from contracts.accounts import Account
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import HEADER_FILES, SendMedia, Template, TemplateMessage, TemplateStatus, template_key
from gateway.providers.components import STATUSES, buttons_of, components_of, objects, said_by
from gateway.providers.delivery import Conversation, HttpCall, HttpReply, Refused, cannot_express
from gateway.providers.meta.api import authorization, fault_of, id_of, url_of
from gateway.providers.meta.media import file_of
from gateway.providers.payload import word, word_or_none

Part = dict[str, Any]

FIELDS = "id,name,language,status,category,components"
PAGE_SIZE = "100"
BUTTONS_KEPT_S = 300
"""How long the buttons of a template are taken from the last answer: an approved template hardly ever changes."""

BUTTONS = {
    "QUICK_REPLY": ("quick_reply", "payload"),
    "URL": ("url", "text"),
    "OTP": ("url", "text"),
    "COPY_CODE": ("copy_code", "coupon_code"),
}
"""The buttons that take a parameter: how a message calls the button, and what it calls the parameter."""


def said(message: TemplateMessage, account: Account) -> Conversation[Part]:
    """The part of a message that is a template with its parameters."""
    components: list[Part] = []
    if message.header_media is not None:
        components.append((yield from _file_header(message.header_media, account)))
    elif message.header:
        components.append({"type": "header", "parameters": _texts(message.header)})
    if message.body:
        components.append({"type": "body", "parameters": _texts(message.body)})
    if message.buttons:
        components.extend((yield from _buttons(message, account)))
    template: Part = {"name": message.name, "language": {"code": message.language}}
    return {"type": "template", "template": {**template, **({"components": components} if components else {})}}


def _file_header(file: SendMedia, account: Account) -> Conversation[Part]:
    if file.media not in HEADER_FILES:
        raise cannot_express(f"a template with a file of the kind {file.media} above it")
    part = yield from file_of(file, account)
    return {"type": "header", "parameters": [{"type": file.media, file.media: part}]}


def _texts(parameters: dict[str, str]) -> list[Part]:
    """Parameters in their places, or by their names where these are not numbers."""
    if all(name.isdecimal() for name in parameters):
        places = sorted(parameters, key=lambda place: (len(place), place))
        return [{"type": "text", "text": parameters[place]} for place in places]
    return [{"type": "text", "parameter_name": name, "text": text} for name, text in parameters.items()]


def _buttons(message: TemplateMessage, account: Account) -> Conversation[list[Part]]:
    """The parameters of buttons, which the API wants named by the kind of each; the template tells it."""
    buttons = yield from _buttons_of(message, account)
    return [_button(index, text, buttons) for index, text in sorted(message.buttons.items())]


def _button(index: int, text: str, buttons: list[Part]) -> Part:
    kind = word(buttons[index], "type").upper() if 0 <= index < len(buttons) else ""
    if kind not in BUTTONS:
        raise cannot_express(f"a parameter for button {index} of this template")
    sub_type, field = BUTTONS[kind]
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [{"type": field, field: text}]}


def _buttons_of(message: TemplateMessage, account: Account) -> Conversation[list[Part]]:
    replies = yield from _pages(account, {"name": message.name}, BUTTONS_KEPT_S)
    for raw in (raw for reply in replies for raw in _entries(reply)):
        if (word(raw, "name"), word(raw, "language")) == (message.name, message.language):
            return buttons_of(components_of(raw.get("components")))
    sentence = "There is no such template in this language."
    raise Refused(StatusReason(code="unknown template", kind=FailureKind.TEMPLATE, sentence=sentence))


def templates(account: Account) -> Conversation[tuple[Template, ...]]:
    """All templates of the business account; an entry that cannot be read is passed over."""
    replies = yield from _pages(account, {})
    found = (_template(raw, account, reply.answered_at) for reply in replies for raw in _entries(reply))
    return tuple(template for template in found if template is not None)


def _pages(account: Account, query: dict[str, str], keep_s: float = 0) -> Conversation[list[HttpReply]]:
    """All pages of the list. The next one is asked for by its cursor: Meta's link to it is never followed."""
    url, headers = url_of(account, id_of(account, "account_sid"), "message_templates"), authorization(account)
    replies: list[HttpReply] = []
    seen = {""}
    query = {"fields": FIELDS, "limit": PAGE_SIZE, **query}
    while True:
        reply = yield HttpCall("GET", url, headers, query, keep_s=keep_s)
        if not (reply.ok and isinstance(reply.object().get("data"), list)):
            raise fault_of(reply, account, effect=False)
        replies.append(reply)
        after = _next(reply)
        if after in seen:
            return replies
        seen.add(after)
        query = {**query, "after": after}


def _next(reply: HttpReply) -> str:
    paging = reply.object().get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    return word(cursors, "after") if word(paging, "next") else ""


def _entries(reply: HttpReply) -> list[Part]:
    return objects(reply.object().get("data"))


def _template(raw: Part, account: Account, at: datetime) -> Template | None:
    name, language = word(raw, "name"), word(raw, "language")
    if not (name and language):
        return None
    return Template(
        id=template_key(account.id, name, language),
        account_id=account.id,
        name=name,
        language=language,
        status=STATUSES.get(word(raw, "status"), TemplateStatus.UNKNOWN),
        category=word(raw, "category").lower(),
        template_id=word_or_none(raw, "id"),
        synchronised_at=at,
        **said_by(components_of(raw.get("components"))),
    )
