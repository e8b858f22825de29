"""What a message of Meta's says, in our words. A type without a line in the table is kept as `Unsupported`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from contracts.content import ButtonReply, Content, ListReply, Media, QuickReply, Text, Unsupported
from gateway.providers.meta import wire
from gateway.providers.payload import instant, raw_form


class Read(NamedTuple):
    """A message and its content; None when it must be kept in its raw form."""

    message: wire.Message
    content: Content | None


def _text(raw: dict[str, Any]) -> Read:
    message = wire.Text.model_validate(raw)
    return Read(message, Text(text=message.text.body))


def _image(raw: dict[str, Any]) -> Read:
    message = wire.Image.model_validate(raw)
    return Read(message, _media("image", message.image))


def _document(raw: dict[str, Any]) -> Read:
    message = wire.Document.model_validate(raw)
    return Read(message, _media("document", message.document))


def _media(kind: Literal["image", "document"], file: wire.File) -> Media:
    return Media(
        kind=kind,
        media_id=file.id or None,
        url=file.url or None,
        mime_type=file.mime_type or "",
        sha256=file.sha256 or None,
        filename=file.filename or None,
        caption=file.caption or "",
    )


def _interactive(raw: dict[str, Any]) -> Read:
    message = wire.Interactive.model_validate(raw)
    match message.interactive:
        case wire.Answer(type="button_reply", button_reply=wire.Choice() as choice):
            return Read(message, ButtonReply(payload=choice.id, title=choice.title or ""))
        case wire.Answer(type="list_reply", list_reply=wire.Choice() as choice):
            description = choice.description or ""
            return Read(message, ListReply(payload=choice.id, title=choice.title or "", description=description))
        case _:
            return Read(message, None)


def _button(raw: dict[str, Any]) -> Read:
    message = wire.Button.model_validate(raw)
    press = message.button
    return Read(message, QuickReply(payload=press.payload or press.text or "", title=press.text or ""))


def _other(raw: dict[str, Any]) -> Read:
    return Read(wire.Message.model_validate(raw), None)


READERS: dict[str, Callable[[dict[str, Any]], Read]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "interactive": _interactive,
    "button": _button,
}


class PlainText(NamedTuple):
    """What a text says that has nothing special about it."""

    message_id: str
    sender: str
    user_id: str
    timestamp: datetime
    words: str


def plain_text(raw: dict[str, Any]) -> PlainText | None:
    """A text without anything special about it; None for every other one.

    Most messages are such, and the models cost three times as much. Whatever is not exactly as expected goes their way,
    so that there is one place that says what is wrong with a message.
    """
    text = raw.get("text")
    words = text.get("body") if isinstance(text, dict) else None
    message_id, sender, user_id = raw.get("id"), raw.get("from"), raw.get("from_user_id", "")
    if "context" in raw or not (isinstance(words, str) and isinstance(message_id, str) and isinstance(sender, str)):
        return None
    if not (message_id and sender and isinstance(user_id, str)):
        return None
    try:
        return PlainText(message_id, sender, user_id, instant(raw.get("timestamp")), words)
    except ValueError:
        return None


def read(kind: str, raw: dict[str, Any]) -> tuple[wire.Message, Content]:
    """A message and its content.

    Raises:
        pydantic.ValidationError: the message lacks what it must have, or is of another shape.
    """
    message, content = READERS.get(kind, _other)(raw)
    return message, content or Unsupported(provider_kind=kind, raw=raw_form(raw))
