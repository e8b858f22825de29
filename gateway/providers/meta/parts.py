"""What Meta's messages say, by their type, as far as we read it. Everything optional may be missing or null."""

from typing import Any, Self

from pydantic import Field, model_validator

from gateway.providers.meta.wire import Filled, Message
from gateway.providers.payload import Wire


class Body(Wire):
    """A text."""

    body: str


class Text(Message):
    """`type: text`."""

    text: Body


class File(Wire):
    """A file of any kind; the URL is newer than the id and may be missing."""

    id: str | None = None
    url: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    caption: str | None = None
    voice: bool | None = None
    animated: bool | None = None

    @model_validator(mode="after")
    def _can_be_fetched(self) -> Self:
        if not (self.id or self.url):
            raise ValueError("both id and url are missing")
        return self


class Image(Message):
    """`type: image`."""

    image: File


class Video(Message):
    """`type: video`."""

    video: File


class Audio(Message):
    """`type: audio`: a sound file, or a voice message when its `voice` says so."""

    audio: File


class Voice(Message):
    """`type: voice`, as voice messages came before `audio.voice`."""

    voice: File


class Document(Message):
    """`type: document`."""

    document: File


class Sticker(Message):
    """`type: sticker`."""

    sticker: File


class Place(Wire):
    """A place on the map."""

    latitude: float = Field(allow_inf_nan=False)
    longitude: float = Field(allow_inf_nan=False)
    name: str | None = None
    address: str | None = None
    url: str | None = None


class Location(Message):
    """`type: location`."""

    location: Place


class Phone(Wire):
    """A number on a card."""

    phone: str | None = None
    type: str | None = None
    wa_id: str | None = None


class Card(Wire):
    """A card of an address book: the parts that have a field of ours. `cards.py` keeps the rest."""

    name: dict[str, Any] | None = None
    phones: tuple[Phone, ...] | None = None
    emails: tuple[dict[str, Any], ...] | None = None
    org: dict[str, Any] | None = None


class Contacts(Message):
    """`type: contacts`; each card is read by itself."""

    contacts: tuple[dict[str, Any], ...]


class Choice(Wire):
    """A button or a row of a list."""

    id: str
    title: str | None = None
    description: str | None = None


class Form(Wire):
    """A flow that was filled in; its answers are JSON inside of a string."""

    name: str | None = None
    body: str | None = None
    response_json: str


class Answer(Wire):
    """`interactive`: its own `type` says which of its parts is there."""

    type: str
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Form | None = None


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


class Emoji(Wire):
    """A reaction; one without an emoji takes the last one back."""

    message_id: Filled
    emoji: str | None = None


class Reaction(Message):
    """`type: reaction`."""

    reaction: Emoji


class OrderLine(Wire):
    """So many pieces of a product. Meta writes numbers as numbers and, at times, as text."""

    product_retailer_id: Filled
    quantity: float = Field(1, allow_inf_nan=False)
    item_price: int | float | str | None = None
    currency: str | None = None


class Basket(Wire):
    """An order from a catalogue."""

    catalog_id: str | None = None
    text: str | None = None
    product_items: tuple[OrderLine, ...] | None = None


class Order(Message):
    """`type: order`."""

    order: Basket


class Change(Wire):
    """An edit: `message` is what the message says now, with a type of its own."""

    original_message_id: Filled
    message: dict[str, Any] | None = None


class Edit(Message):
    """`type: edit`."""

    edit: Change


class Removal(Wire):
    """A message was taken back."""

    original_message_id: Filled


class Revoke(Message):
    """`type: revoke`."""

    revoke: Removal


class Announcement(Wire):
    """Something that WhatsApp itself says of the customer."""

    type: Filled
    body: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    user_id: str | None = None


class System(Message):
    """`type: system`."""

    system: Announcement
