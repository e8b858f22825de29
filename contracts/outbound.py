"""What is sent to customers, in one model for all providers. Each provider expresses what its API can, and refuses the
rest with a sentence."""

from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from contracts.base import Id, Instant, Value
from contracts.content import ContactCard, Location, MediaKind, Reaction, Text

Words = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
HeaderMedia = Literal["image", "video", "document"]
HEADER_FILES: frozenset[str] = frozenset(get_args(HeaderMedia))
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2000)]


class SendMedia(Value):
    """A file: one that was uploaded to us (`file_id`), or one that the provider fetches from a public `url`."""

    kind: Literal["media"] = "media"
    media: MediaKind
    file_id: Id | None = None
    url: Url | None = None
    mime_type: Annotated[str, StringConstraints(max_length=200)] = ""
    filename: Annotated[str, StringConstraints(max_length=240)] | None = None
    caption: Annotated[str, StringConstraints(max_length=1024)] = ""

    @model_validator(mode="after")
    def _one_source(self) -> "SendMedia":
        if (self.file_id is None) == (self.url is None):
            raise ValueError("needs either a file_id or a url")
        return self


class SendContacts(Value):
    """Cards of people."""

    kind: Literal["contacts"] = "contacts"
    cards: Annotated[tuple[ContactCard, ...], Field(min_length=1, max_length=20)]


class Button(Value):
    """A reply button: `payload` comes back when it is pressed."""

    payload: Label
    title: Label


class Buttons(Value):
    """A text with up to three reply buttons."""

    kind: Literal["buttons"] = "buttons"
    text: Words
    header: str = ""
    footer: str = ""
    buttons: Annotated[tuple[Button, ...], Field(min_length=1, max_length=10)]


class Row(Value):
    """A line of a list: `payload` comes back when it is chosen."""

    payload: Label
    title: Label
    description: str = ""


class Section(Value):
    """Lines under a heading."""

    title: str = ""
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]


class ListMenu(Value):
    """A text with a button that opens a list."""

    kind: Literal["list"] = "list"
    text: Words
    button: Label
    header: str = ""
    footer: str = ""
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]


class TemplateMessage(Value):
    """An approved template with its parameters: by place (`1`, `2`) or by name, for header, body and buttons.

    `buttons` gives, by the button's index, the payload of a quick reply or the end of a URL. `template_id` is the
    provider's own id, where it sends by that (Twilio's content SID).
    """

    kind: Literal["template"] = "template"
    name: Label
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?$")]
    template_id: str | None = None
    header: dict[str, str] = Field(default_factory=dict)
    header_media: SendMedia | None = None
    body: dict[str, str] = Field(default_factory=dict)
    buttons: dict[int, str] = Field(default_factory=dict)


OutboundContent = Annotated[
    Text | SendMedia | Location | SendContacts | TemplateMessage | Buttons | ListMenu | Reaction,
    Field(discriminator="kind"),
]


class OutboundMessage(Value):
    """One message to one customer.

    `id` is our own, handed to the provider as a reference where it takes one and got back in statuses. `media_url` is
    where the provider may fetch an uploaded file; `contact_key` and `number` are as in `Contact`. `reply_to` is the
    provider's id of the message that this one answers.
    """

    id: str
    account_id: str
    contact_key: str
    number: str | None = None
    content: OutboundContent
    reply_to: str | None = None


class Signal(StrEnum):
    """What is told to a customer's phone without a message."""

    READ = "read"
    TYPING = "typing"


class OutboundSignal(Value):
    """A signal about the customer's message with this provider's id (the last one that they sent)."""

    account_id: str
    contact_key: str
    signal: Signal
    message_id: str


class TemplateStatus(StrEnum):
    """Whether a template may be sent."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    UNKNOWN = "unknown"


class Template(Value):
    """A template as the provider has it.

    `parameters` are the names (or numbers) that its body asks for, and `header_parameters` those of its header, where
    they are not the same ones; `header_media` is the kind of file that it wants above the body, and
    `button_parameters` are the places of the buttons that need a value: the end of a URL, or a code.
    """

    id: str
    account_id: str
    name: str
    language: str
    status: TemplateStatus
    category: str = ""
    template_id: str | None = None
    header: str = ""
    header_parameters: tuple[str, ...] = ()
    header_media: HeaderMedia | None = None
    body: str = ""
    footer: str = ""
    parameters: tuple[str, ...] = ()
    buttons: tuple[dict[str, Any], ...] = ()
    button_parameters: tuple[int, ...] = ()
    synchronised_at: Instant


def template_key(account_id: str, name: str, language: str) -> str:
    """The id under which a template is kept."""
    return f"{account_id}:{name}:{language}"


def words_of(content: OutboundContent) -> str:
    """The words of what is sent, for previews."""
    match content:
        case Text(text=words) | Buttons(text=words) | ListMenu(text=words) | SendMedia(caption=words):
            return words
        case TemplateMessage(name=name) | Location(name=name):
            return name
        case SendContacts(cards=cards):
            return ", ".join(card.name for card in cards if card.name)
        case Reaction(emoji=emoji):
            return emoji
