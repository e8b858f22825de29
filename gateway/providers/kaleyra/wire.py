"""Kaleyra's JSON, as far as we read it. Its second generation wraps Meta's objects; what is null is as if missing."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from gateway.providers.payload import UnixTime, Wire

Filled = Annotated[str, Field(min_length=1)]


class Loose(Wire):
    """A part that may write null for what it has not got."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, part: object) -> object:
        return {key: value for key, value in part.items() if value is not None} if isinstance(part, dict) else part


class Product(Loose):
    """The product that a message asks about."""

    catalog_id: str = ""
    product_retailer_id: Filled


class Context(Loose):
    """What a message refers to; without an id when it is forwarded, or asks about a product."""

    id: str = ""
    from_: str = Field("", alias="from")
    forwarded: bool = False
    frequently_forwarded: bool = False
    referred_product: Product | None = None


class Referral(Loose):
    """The advertisement that brought the customer."""

    source_type: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    media_type: str = ""
    image_url: str = ""
    video_url: str = ""
    thumbnail_url: str = ""
    ctwa_clid: str = ""


class Text(Loose):
    """A text."""

    body: str


class File(Loose):
    """A file. Its id is Meta's and opens nothing for us; Kaleyra's copy is linked beside the message."""

    id: str = ""
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    caption: str = ""
    voice: bool = False
    animated: bool = False


class Location(Loose):
    """A place."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str = ""
    address: str = ""
    url: str = ""


class Phone(Loose):
    """A number on a card."""

    phone: str = ""
    type: str = ""
    wa_id: str = ""


class Email(Loose):
    """An address on a card."""

    email: str = ""


class CardName(Loose):
    """The name on a card."""

    formatted_name: str = ""


class Organisation(Loose):
    """The employer on a card."""

    company: str = ""


class Card(Loose):
    """A card of an address book."""

    name: CardName = CardName()
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    org: Organisation = Organisation()


class Choice(Loose):
    """A button or a row of a list."""

    id: str
    title: str = ""
    description: str = ""


class Form(Loose):
    """A flow's form, filled in."""

    name: str = ""
    body: str = ""
    response_json: str | dict[str, Any] = ""


class Answer(Loose):
    """`interactive`: its own `type` says which of its parts is there."""

    type: str = ""
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Form | None = None


class Press(Loose):
    """A press on a quick-reply button of a template."""

    payload: str = ""
    text: str = ""


class Reaction(Loose):
    """A reaction; without an emoji it is taken back."""

    message_id: Filled
    emoji: str = ""


class OrderItem(Loose):
    """A line of an order."""

    product_retailer_id: Filled
    quantity: float = 1
    item_price: float | int | str = ""
    currency: str = ""


class Order(Loose):
    """An order."""

    catalog_id: str = ""
    text: str = ""
    product_items: tuple[OrderItem, ...] = ()


class Edit(Loose):
    """A message that says something else now."""

    original_message_id: Filled
    message: dict[str, Any] = Field(default_factory=dict)


class Revoke(Loose):
    """A message that was taken back."""

    original_message_id: Filled


class System(Loose):
    """What WhatsApp itself says of a customer."""

    type: Filled
    body: str = ""
    wa_id: str = ""
    new_wa_id: str = ""
    user_id: str = ""


class Message(Loose):
    """A message: what all have, and the parts of which its type names one."""

    id: Filled
    from_: str = Field("", alias="from")
    from_user_id: str = ""
    timestamp: UnixTime
    context: Context | None = None
    referral: Referral | None = None
    text: Text | None = None
    image: File | None = None
    video: File | None = None
    audio: File | None = None
    voice: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Location | None = None
    contacts: tuple[Card, ...] | None = None
    interactive: Answer | None = None
    button: Press | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    system: System | None = None

    @property
    def sender(self) -> str:
        """What the customer is called: the number, or the business-scoped id where it is hidden."""
        return self.from_ or self.from_user_id

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if not self.sender:
            raise ValueError("from: the sender is missing")
        return self


class ExtraInfo(Loose):
    """What Kaleyra puts beside Meta's object. `reply_to` is its own id of the message answered, `ref` our reference."""

    media_url: str = ""
    reply_to: str = ""
    ref: str = ""
    message_id: str = ""
    waba_id: str = ""


class Status(Loose):
    """A delivery status. One of a message that never reached WhatsApp may lack its time and its recipient."""

    id: Filled
    timestamp: UnixTime | None = None
    recipient_id: str = ""
    recipient_user_id: str = ""


class Details(Loose):
    """The longer words of an error."""

    details: str = ""


class Failure(Loose):
    """One of the errors of a failed status."""

    code: int | str
    title: str = ""
    message: str = ""
    error_data: Details = Details()


class Incoming(Loose):
    """A message of the first generation: parameters that the template of the callback names, all of them text."""

    from_: Filled = Field(alias="from")
    name: str = ""
    type: str = "text"
    body: str = ""
    mime_type: str = ""
    media_url: str = ""
    created_at: UnixTime | None = None
    reply_to: str = ""
    wanumber: str = ""
    location: str = ""
    contacts: str = ""
    custom_response: str = ""


class Report(Loose):
    """A status of the first generation."""

    id: Filled
    status: Filled
    recipient: str = ""
