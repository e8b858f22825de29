"""What a customer sent, in one model for all providers. The union is closed: a new arm must be learnt everywhere."""

from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.base import Value


class Text(Value):
    """Plain text as the customer typed it."""

    kind: Literal["text"] = "text"
    text: str


class Media(Value):
    """A file at the provider: by `url`, or by `media_id` that the provider's API turns into a URL."""

    kind: Literal["image", "document"]
    media_id: str | None = None
    url: str | None = None
    mime_type: str = ""
    sha256: str | None = None
    filename: str | None = None
    caption: str = ""


class ButtonReply(Value):
    """A press on a button of an interactive message of the running conversation."""

    kind: Literal["button_reply"] = "button_reply"
    payload: str
    title: str = ""


class ListReply(Value):
    """A choice from the list of an interactive message."""

    kind: Literal["list_reply"] = "list_reply"
    payload: str
    title: str = ""
    description: str = ""


class QuickReply(Value):
    """A press on a quick-reply button of a template."""

    kind: Literal["quick_reply"] = "quick_reply"
    payload: str
    title: str = ""


class Unsupported(Value):
    """Something we have no arm for yet: what the provider called it, and its raw form, so that nothing is lost."""

    kind: Literal["unsupported"] = "unsupported"
    provider_kind: str
    raw: dict[str, Any]


Content = Annotated[Text | Media | ButtonReply | ListReply | QuickReply | Unsupported, Field(discriminator="kind")]


def text_of(content: Content) -> str:
    """The words in a content, as routing conditions and previews see them; empty when there are none."""
    match content:
        case Text(text=words) | Media(caption=words):
            return words
        case ButtonReply(title=words) | ListReply(title=words) | QuickReply(title=words):
            return words
        case Unsupported():
            return ""


def payload_of(content: Content) -> str:
    """The payload of a button, list or quick reply; empty for everything else."""
    match content:
        case ButtonReply(payload=payload) | ListReply(payload=payload) | QuickReply(payload=payload):
            return payload
        case Text() | Media() | Unsupported():
            return ""
