"""What Meta demands of what a message says, by its type: fields, lengths, and how many, as its documentation has it."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Words = Annotated[str, Field(min_length=1, max_length=4096)]
ShortWords = Annotated[str, Field(min_length=1, max_length=1024)]
Label = Annotated[str, Field(min_length=1, max_length=60)]
ButtonLabel = Annotated[str, Field(min_length=1, max_length=20)]
Filled = Annotated[str, Field(min_length=1)]


class Body(BaseModel):
    """Base of what is sent to the API: it does not know what is not written here."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Context(Body):
    """The message that is answered."""

    message_id: Filled


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
