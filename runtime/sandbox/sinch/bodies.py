"""What the Conversation API takes: enough of its rules that a body which Sinch would refuse is refused here."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Filled = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class Body(BaseModel):
    """Base: Sinch refuses a field that it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Identity(Body):
    """A recipient on one channel. The identity has no plus."""

    channel: Filled
    identity: Annotated[str, StringConstraints(pattern=r"^[^+\s]+$")]


class Identities(Body):
    """`identified_by`."""

    channel_identities: Annotated[list[Identity], Field(min_length=1)]


class Recipient(Body):
    """Whom it is for."""

    identified_by: Identities


class Text(Body):
    """`text_message`."""

    text: Words


class Media(Body):
    """`media_message`."""

    url: Link
    filename_override: str = ""


class Choice(Body):
    """A button of text."""

    text_message: Text
    postback_data: str = ""


class Card(Body):
    """`card_message`."""

    title: Words
    description: str = ""
    media_message: Media | None = None
    choices: Annotated[list[Choice], Field(max_length=10)] = []


class ChoiceProperties(Body):
    """What WhatsApp shows below buttons."""

    whatsapp_footer: str = ""


class Choices(Body):
    """`choice_message`."""

    text_message: Text
    choices: Annotated[list[Choice], Field(min_length=1, max_length=10)]
    message_properties: ChoiceProperties = ChoiceProperties()


class Row(Body):
    """A line of a list."""

    title: Filled
    description: str = ""
    postback_data: str = ""


class Item(Body):
    """A line of a list in its wrapping."""

    choice: Row


class Section(Body):
    """Lines under a heading."""

    title: str = ""
    items: Annotated[list[Item], Field(min_length=1)]


class ListProperties(Body):
    """The button that opens a list, and what stands above it."""

    menu: str = ""
    whatsapp_header: str = ""


class Menu(Body):
    """`list_message`."""

    title: Words
    description: str = ""
    sections: Annotated[list[Section], Field(min_length=1)]
    message_properties: ListProperties = ListProperties()


class Coordinates(Body):
    """Degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Location(Body):
    """`location_message`."""

    title: Filled
    label: str = ""
    coordinates: Coordinates


class Name(Body):
    """The name on a card."""

    full_name: Filled


class Phone(Body):
    """A number on a card."""

    phone_number: Filled
    type: str = ""


class Email(Body):
    """An address on a card."""

    email_address: Filled


class Organization(Body):
    """The company on a card."""

    company: str = ""


class ContactInfo(Body):
    """`contact_info_message`."""

    name: Name
    phone_numbers: Annotated[list[Phone], Field(min_length=1)]
    email_addresses: list[Email] = []
    organization: Organization = Organization()


class ChannelTemplate(Body):
    """A template of WhatsApp's: every parameter is a string."""

    template_id: Filled
    language_code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
    parameters: dict[str, str] = {}


class TemplateByChannel(Body):
    """The template for each channel."""

    WHATSAPP: ChannelTemplate


class Template(Body):
    """`template_message`."""

    channel_template: TemplateByChannel


class Message(Body):
    """`message`: exactly one of these."""

    text_message: Text | None = None
    media_message: Media | None = None
    card_message: Card | None = None
    choice_message: Choices | None = None
    list_message: Menu | None = None
    location_message: Location | None = None
    contact_info_message: ContactInfo | None = None
    template_message: Template | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one kind of message must be set")
        return self

    def words(self) -> str:
        """The words of it that a customer sees first."""
        told = (
            self.text_message and self.text_message.text,
            self.card_message and self.card_message.title,
            self.choice_message and self.choice_message.text_message.text,
            self.list_message and self.list_message.title,
            self.location_message and self.location_message.title,
            self.contact_info_message and self.contact_info_message.name.full_name,
            self.template_message and self.template_message.channel_template.WHATSAPP.template_id,
        )
        return next((words for words in told if words), "")


class Send(Body):
    """`messages:send`."""

    app_id: Filled
    recipient: Recipient
    message: Message
    channel_priority_order: list[str] = []
    message_metadata: Annotated[str, StringConstraints(max_length=1024)] = ""
    correlation_id: Annotated[str, StringConstraints(max_length=128)] = ""


class Event(Body):
    """`event`: exactly one of these."""

    composing_event: dict[str, Any] | None = None
    read_message_event: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one kind of event must be set")
        return self


class SendEvent(Body):
    """`events:send`."""

    app_id: Filled
    recipient: Recipient
    event: Event
    channel_priority_order: list[str] = []
    event_metadata: Annotated[str, StringConstraints(max_length=1024)] = ""


def fault(error: ValidationError) -> str:
    """The first rule that a body breaks."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
