"""Contents that are made to be sent: buttons, lists and places have no parameters of their own in Twilio's API.

Each is first created as a resource of the Content API, and sent by its SID. The words go into a variable wherever one
may hold them, so that one content serves all messages with the same buttons.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import orjson

from contracts.accounts import Account
from contracts.content import Location
from contracts.outbound import Buttons, ListMenu, Section
from gateway.providers.delivery import Conversation, HttpCall, cannot_express
from gateway.providers.twilio.endpoints import basic, product_url
from gateway.providers.twilio.errors import failure, unreadable

KEEP_S = 7 * 24 * 3600.0
NOT_IN_A_VARIABLE = re.compile(r"[\n\r\t]| {5}")
"""Twilio refuses a variable of the body with a line break, a tab, or more than four blanks in a row."""

VARIABLE = "{{"
SAMPLE = "Text"
Made = Buttons | ListMenu | Location


@dataclass(frozen=True, slots=True)
class Resource:
    """A content to be created, and the variables of this one message."""

    type: str
    fields: dict[str, Any]
    variables: dict[str, str]

    def body(self) -> dict[str, Any]:
        """What is posted. The name tells the same content from another, for a person who finds it at Twilio."""
        digest = hashlib.sha256(orjson.dumps([self.type, self.fields], option=orjson.OPT_SORT_KEYS)).hexdigest()
        samples = {"variables": dict.fromkeys(self.variables, SAMPLE)} if self.variables else {}
        types = {self.type: self.fields}
        return {"friendly_name": f"switchboard_{digest[:24]}", "language": "en", **samples, "types": types}


def resource(content: Made) -> Resource:
    """What is created for a content.

    Raises:
        Refused: Twilio has no form for it.
    """
    match content:
        case Buttons():
            actions = [{"title": button.title, "id": button.payload} for button in content.buttons]
            body, variables = _body(content.header, content.text, content.footer)
            found = Resource("twilio/quick-reply", {"body": body, "actions": actions}, variables)
        case ListMenu(sections=(section,)):
            body, variables = _body(content.header, content.text, section.title, content.footer)
            listed = {"body": body, "button": content.button, "items": _items(section)}
            found = Resource("twilio/list-picker", listed, variables)
        case ListMenu():
            raise cannot_express("a list with several sections")
        case Location():
            label = ", ".join(filter(None, (content.name, content.address)))
            place = {"latitude": content.latitude, "longitude": content.longitude}
            found = Resource("twilio/location", {**place, **({"label": label} if label else {})}, {})
    return _checked(found)


def _items(section: Section) -> list[dict[str, str]]:
    rows = ((row, {"description": row.description} if row.description else {}) for row in section.rows)
    return [{"item": row.title, "id": row.payload, **description} for row, description in rows]


def _body(*parts: str) -> tuple[str, dict[str, str]]:
    """The body and its variables. It has no header and no footer: they are lines of the text."""
    words = "\n\n".join(filter(None, parts))
    return (words, {}) if NOT_IN_A_VARIABLE.search(words) else ("{{1}}", {"1": words})


def _checked(made: Resource) -> Resource:
    """The resource itself, unless some of its words would be taken for a variable."""
    plain = {name: value for name, value in made.fields.items() if not (name == "body" and made.variables)}
    if VARIABLE in orjson.dumps(plain).decode():
        raise cannot_express(f"“{VARIABLE}” in such a message")
    return made


def create(account: Account, made: Resource, *, renew: bool = False) -> Conversation[str]:
    """The SID of a content: of the one that was created before, unless it is to be made anew.

    Raises:
        Refused, TryLater: it cannot be created, or not now.
    """
    reply = yield HttpCall(
        method="POST",
        url=f"{product_url(account, 'content')}/v1/Content",
        json=made.body(),
        basic=basic(account),
        keep_s=KEEP_S,
        renew=renew,
    )
    if not reply.ok:
        raise failure(reply, effect=False)
    sid = reply.object().get("sid")
    if not isinstance(sid, str) or not sid:
        raise unreadable(reply, effect=False)
    return sid
