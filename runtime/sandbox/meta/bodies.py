"""What Meta demands of the body of a message, as far as its documentation says: fields, lengths, and how many."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from runtime.sandbox.meta.errors import GraphError

Part = dict[str, Any]
Words = Annotated[str, Field(min_length=1, max_length=4096)]
ShortWords = Annotated[str, Field(min_length=1, max_length=1024)]
Label = Annotated[str, Field(min_length=1, max_length=60)]
ButtonLabel = Annotated[str, Field(min_length=1, max_length=20)]
Filled = Annotated[str, Field(min_length=1)]
CODES = {"missing": 131008, "extra_forbidden": 100}
"""The codes of what may be wrong; every other value that is not as it should be is 131009."""


class Body(BaseModel):
    """Base of what is sent to the API: it does not know what is not written here."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Context(Body):
    """The message that is answered."""

    message_id: Filled


class Envelope(BaseModel):
    """What all messages have: a customer by number or by business-scoped user id, and a type."""

    model_config = ConfigDict(strict=True)

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{6,14}$")] | None = None
    recipient: Annotated[str, Field(pattern=r"^[A-Z]{2}\.[0-9A-Za-z]{1,128}$")] | None = None
    type: str = "text"
    context: Context | None = None
    biz_opaque_callback_data: Annotated[str, Field(max_length=512)] | None = None

    @model_validator(mode="after")
    def _has_a_customer(self) -> Self:
        if not (self.to or self.recipient):
            raise ValueError("to: the customer is missing")
        if self.context and self.type == "reaction":
            raise ValueError("context: a reaction has none")
        return self


class Text(Body):
    """A text."""

    body: Words
    preview_url: bool = False


class File(Body):
    """A file, by an id that was given out or by a public link."""

    id: Filled | None = None
    link: Annotated[str, Field(pattern=r"^https?://")] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.id is None) is (self.link is None):
            raise ValueError("exactly one of id and link is needed")
        return self


class Seen(File):
    """A picture or a film."""

    caption: ShortWords | None = None


class Document(Seen):
    """A document."""

    filename: Filled | None = None


class Heard(File):
    """Sound, or a voice message."""

    voice: bool = False


class Location(Body):
    """A place."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: str = ""
    address: str = ""


class Name(Body):
    """A name on a card: as a whole, and at least one part of it."""

    formatted_name: Filled
    first_name: str | None = None
    last_name: str | None = None

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if not (self.first_name or self.last_name):
            raise ValueError("a first or last name is needed beside formatted_name")
        return self


class Phone(Body):
    """A number on a card."""

    phone: str = ""
    type: str = ""
    wa_id: str = ""


class Card(Body):
    """A card of an address book."""

    name: Name
    phones: list[Phone] = []
    emails: list[dict[str, str]] = []
    org: dict[str, str] = {}


class Reaction(Body):
    """A reaction; an empty emoji takes it back."""

    message_id: Filled
    emoji: str


class Line(Body):
    """Words above or below."""

    type: Literal["text"] = "text"
    text: Label


class Footer(Body):
    """Words below."""

    text: Label


class ShortText(Body):
    """The words of a message with buttons."""

    text: ShortWords


class LongText(Body):
    """The words of a message with a list."""

    text: Words


class Reply(Body):
    """What a button says and gives back."""

    id: Annotated[str, Field(min_length=1, max_length=256)]
    title: ButtonLabel


class Button(Body):
    """A reply button."""

    type: Literal["reply"]
    reply: Reply


class ButtonAction(Body):
    """Up to three buttons."""

    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)]


class ButtonMessage(Body):
    """A message with buttons."""

    type: Literal["button"]
    header: Line | None = None
    body: ShortText
    footer: Footer | None = None
    action: ButtonAction


class Row(Body):
    """A line of a list."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=24)]
    description: Annotated[str, Field(max_length=72)] = ""


class Section(Body):
    """Lines under a heading."""

    title: Annotated[str, Field(max_length=24)] = ""
    rows: Annotated[list[Row], Field(min_length=1)]


class ListAction(Body):
    """Up to ten sections, with up to ten lines in all of them together."""

    button: ButtonLabel
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _ten_rows(self) -> Self:
        if sum(len(section.rows) for section in self.sections) > 10:  # noqa: PLR2004 - Meta's limit, as above
            raise ValueError("there may be 10 rows in all sections together")
        return self


class ListMessage(Body):
    """A message with a list."""

    type: Literal["list"]
    header: Line | None = None
    body: LongText
    footer: Footer | None = None
    action: ListAction


class Parameter(Body):
    """A parameter of a template."""

    type: Literal["text", "payload", "coupon_code", "image", "video", "document"]
    parameter_name: str | None = None
    text: Words | None = None
    payload: Filled | None = None
    coupon_code: Filled | None = None
    image: Seen | None = None
    video: Seen | None = None
    document: Document | None = None

    @model_validator(mode="after")
    def _has_its_part(self) -> Self:
        if getattr(self, self.type) is None:
            raise ValueError(f"{self.type} is missing")
        return self


class Component(Body):
    """The parameters of one part of a template."""

    type: Literal["header", "body", "button"]
    sub_type: str | None = None
    index: Annotated[str, Field(pattern=r"^[0-9]$")] | None = None
    parameters: Annotated[list[Parameter], Field(min_length=1)]


class Language(Body):
    """The language of a template."""

    code: Filled


class Template(Body):
    """A template with its parameters."""

    name: Filled
    language: Language
    components: list[Component] = []


PARTS: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(Text),
    "image": TypeAdapter(Seen),
    "video": TypeAdapter(Seen),
    "audio": TypeAdapter(Heard),
    "document": TypeAdapter(Document),
    "sticker": TypeAdapter(File),
    "location": TypeAdapter(Location),
    "contacts": TypeAdapter(Annotated[list[Card], Field(min_length=1)]),
    "reaction": TypeAdapter(Reaction),
    "interactive": TypeAdapter(Annotated[ButtonMessage | ListMessage, Field(discriminator="type")]),
    "template": TypeAdapter(Template),
}
"""The parts of the types that are known."""


def read(body: object) -> tuple[Envelope, Any]:
    """A message, and the part of its type.

    Raises:
        GraphError: Meta would not take it.
    """
    try:
        envelope = Envelope.model_validate(body)
        if envelope.type not in PARTS:
            raise GraphError(131009, f"type: {envelope.type} is not known")
        part = body.get(envelope.type) if isinstance(body, dict) else None
        if part is None:
            raise GraphError(131008, f"{envelope.type}: Field required")
        return envelope, PARTS[envelope.type].validate_python(part)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise GraphError(CODES.get(first["type"], 131009), f"{path}: {first['msg']}") from None
