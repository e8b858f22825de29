"""Taking a message: what is demanded beyond its shape, and what becomes of it."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.sandbox.meta import bodies, parts, templates
from runtime.sandbox.meta.errors import GraphError
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, SandboxFile


def take(call: ApiCall, body: dict[str, Any], files: Mapping[str, SandboxFile]) -> ApiAnswer:
    """The answer to a message that is to be sent.

    Raises:
        GraphError: it is refused.
    """
    envelope, part = bodies.read(body)
    for file in _files(part):
        if file.id is not None and file.id not in files:
            raise GraphError(131009, f"There is no media with the id {file.id}")
    if isinstance(part, parts.Template):
        templates.check(part)
    accepted = Accepted(
        provider_id=_new_id(call),
        reference=envelope.biz_opaque_callback_data,
        contact_key=f"+{envelope.to.lstrip('+')}" if envelope.to else str(envelope.recipient),
        kind=envelope.type,
        words=_words(part),
        raw=body,
        reply_to=envelope.context.message_id if envelope.context else None,
    )
    return ApiAnswer(200, json=_receipt(envelope, accepted), accepted=(accepted,))


def _files(part: object) -> Iterator[parts.File]:
    if isinstance(part, parts.File):
        yield part
    if isinstance(part, parts.Template):
        parameters = (one for component in part.components for one in component.parameters)
        yield from (file for one in parameters for file in (one.image, one.video, one.document) if file)


def _new_id(call: ApiCall) -> str:
    digest = hashlib.sha256(call.body + call.at.isoformat().encode()).digest()
    return f"wamid.{urlsafe_b64encode(digest[:24]).decode()}"


def _words(part: object) -> str:
    """What a person would read of it."""
    match part:
        case parts.Text(body=words) | parts.Seen(caption=words) | parts.Reaction(emoji=words):
            return words or ""
        case parts.ButtonMessage() | parts.ListMessage():
            return part.body.text
        case parts.Location(name=words) | parts.Template(name=words):
            return words
        case list():
            return ", ".join(card.name.formatted_name for card in part)
        case _:
            return ""


def _receipt(envelope: bodies.Envelope, accepted: Accepted) -> dict[str, Any]:
    customer = (
        {"input": envelope.to, "wa_id": envelope.to.lstrip("+")}
        if envelope.to
        else {"input": envelope.recipient, "user_id": envelope.recipient}
    )
    said = {"id": accepted.provider_id, "message_status": "accepted"}
    return {"messaging_product": "whatsapp", "contacts": [customer], "messages": [said]}
