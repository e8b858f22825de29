"""Meta's JSON, as far as we read it. Everything optional may be missing or null."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.providers.payload import UnixTime, Wire

Filled = Annotated[str, Field(min_length=1)]


class Context(Wire):
    """What a message refers to; `id` is missing on forwarded ones and on questions about a product."""

    id: str | None = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None


class Message(Wire):
    """What all messages have. `from` is missing, or a business-scoped id, for customers who hide their number."""

    id: Filled
    from_: str | None = Field(None, alias="from")
    from_user_id: str | None = None
    timestamp: UnixTime
    context: Context | None = None

    @property
    def sender(self) -> str:
        """What Meta calls the sender."""
        return self.from_ or self.from_user_id or ""

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if not self.sender:
            raise ValueError("from: the sender is missing")
        return self


class Body(Wire):
    """A text."""

    body: str


class Text(Message):
    """`type: text`."""

    text: Body


class File(Wire):
    """An image or a document; the URL is newer than the id and may be missing."""

    id: str | None = None
    url: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    caption: str | None = None

    @model_validator(mode="after")
    def _can_be_fetched(self) -> Self:
        if not (self.id or self.url):
            raise ValueError("both id and url are missing")
        return self


class Image(Message):
    """`type: image`."""

    image: File


class Document(Message):
    """`type: document`."""

    document: File


class Choice(Wire):
    """A button or a row of a list."""

    id: str
    title: str | None = None
    description: str | None = None


class Answer(Wire):
    """`interactive`: its own `type` says which of its parts is there."""

    type: str
    button_reply: Choice | None = None
    list_reply: Choice | None = None


class Interactive(Message):
    """`type: interactive`; without its part when Meta could not read what the customer did (error 131000)."""

    interactive: Answer | None = None


class Press(Wire):
    """A press on a quick-reply button of a template; Meta fills in the text where no payload was set."""

    payload: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _says_which_button(self) -> Self:
        if not (self.payload or self.text):
            raise ValueError("both payload and text are missing")
        return self


class Button(Message):
    """`type: button`."""

    button: Press


class Status(Wire):
    """A delivery status. Those of a group name the participant; those of a hidden number only the user id."""

    id: Filled
    status: str
    timestamp: UnixTime
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_participant_id: str | None = None
    biz_opaque_callback_data: str | None = None

    @property
    def recipient(self) -> str:
        """What Meta calls the customer."""
        return self.recipient_participant_id or self.recipient_id or self.recipient_user_id or ""

    @model_validator(mode="after")
    def _has_a_recipient(self) -> Self:
        if not self.recipient:
            raise ValueError("recipient_id: the recipient is missing")
        return self


class Failure(Wire):
    """One of the errors of a failed status."""

    code: int | str
    title: str | None = None
    message: str | None = None
