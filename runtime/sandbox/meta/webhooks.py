"""Meta's webhooks: messages and statuses as parts, and requests that carry any number of them, signed."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from contracts.base import Value
from runtime.sandbox.requests import SignedRequest, path_of

Part = dict[str, Any]


class MetaNumber(Value):
    """A number at Meta: `url` is the webhook as Meta calls it."""

    url: str
    waba_id: str
    phone_number_id: str
    phone: str
    app_secret: SecretStr
    verify_token: SecretStr = SecretStr("")


def _message(contact: str, message_id: str, at: datetime, kind: str, part: Part, context: Part | None) -> Part:
    whole = {"from": contact.lstrip("+"), "id": message_id, "timestamp": str(int(at.timestamp())), "type": kind}
    return {**whole, **({"context": context} if context else {}), kind: part}


def text(contact: str, message_id: str, at: datetime, words: str) -> Part:
    """A text message."""
    return _message(contact, message_id, at, "text", {"body": words}, None)


def image(contact: str, message_id: str, at: datetime, caption: str = "") -> Part:
    """A photograph."""
    part = {"id": f"media-{message_id}", "mime_type": "image/jpeg", "sha256": "c2FuZGJveA==", "caption": caption}
    return _message(contact, message_id, at, "image", part, None)


def document(contact: str, message_id: str, at: datetime, filename: str) -> Part:
    """A PDF."""
    part = {"id": f"media-{message_id}", "mime_type": "application/pdf", "sha256": "c2FuZGJveA==", "filename": filename}
    return _message(contact, message_id, at, "document", part, None)


def button(contact: str, message_id: str, at: datetime, payload: str, title: str, answered: str) -> Part:
    """A press on a button of the interactive message `answered`."""
    part = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
    return _message(contact, message_id, at, "interactive", part, {"id": answered})


def row(contact: str, message_id: str, at: datetime, payload: str, title: str, answered: str) -> Part:
    """A choice from the list of the interactive message `answered`."""
    part = {"type": "list_reply", "list_reply": {"id": payload, "title": title}}
    return _message(contact, message_id, at, "interactive", part, {"id": answered})


def quick_reply(contact: str, message_id: str, at: datetime, payload: str, title: str, answered: str) -> Part:
    """A press on a quick-reply button of the template message `answered`."""
    return _message(contact, message_id, at, "button", {"payload": payload, "text": title}, {"id": answered})


def status(contact: str, message_id: str, at: datetime, word: str, reference: str = "") -> Part:
    """A delivery status of our message `message_id`."""
    recipient = contact.lstrip("+")
    part = {"id": message_id, "status": word, "timestamp": str(int(at.timestamp())), "recipient_id": recipient}
    return {**part, **({"biz_opaque_callback_data": reference} if reference else {})}


def request(
    number: MetaNumber,
    messages: Iterable[Part] = (),
    statuses: Iterable[Part] = (),
    names: Mapping[str, str] | None = None,
) -> SignedRequest:
    """A delivery of messages and statuses in one change; `names` are profile names by contact number."""
    contacts = [{"profile": {"name": name}, "wa_id": contact.lstrip("+")} for contact, name in (names or {}).items()]
    return delivery(number, contacts=contacts, messages=list(messages), statuses=list(statuses))


def delivery(number: MetaNumber, **lists: list[Part]) -> SignedRequest:
    """A delivery of one change with these lists; empty ones are left out."""
    metadata = {"display_phone_number": number.phone.lstrip("+"), "phone_number_id": number.phone_number_id}
    value = {
        "messaging_product": "whatsapp",
        "metadata": metadata,
        **{key: part for key, part in lists.items() if part},
    }
    entry = {"id": number.waba_id, "changes": [{"value": value, "field": "messages"}]}
    return signed(number, encode({"object": "whatsapp_business_account", "entry": [entry]}))


def encode(body: Part) -> bytes:
    """JSON as Meta writes it: no blanks, everything outside of ASCII escaped, and slashes too."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def signed(number: MetaNumber, body: bytes) -> SignedRequest:
    """Any body, signed."""
    signature = hmac.new(number.app_secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    return SignedRequest(method="POST", path=path_of(number.url), headers=headers, body=body)


def handshake(number: MetaNumber, challenge: str) -> SignedRequest:
    """The GET by which Meta checks a webhook before it sends anything."""
    token = number.verify_token.get_secret_value()
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token})
    return SignedRequest(method="GET", path=f"{path_of(number.url)}?{query}", headers={})
