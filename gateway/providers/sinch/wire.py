"""Sinch's JSON, as far as we read it. Everything optional may be missing or null."""

from typing import Annotated, Any

from pydantic import Field, FiniteFloat

from gateway.providers.payload import Wire

Filled = Annotated[str, Field(min_length=1)]
WHATSAPP = "WHATSAPP"


class Identity(Wire):
    """Who the customer is on a channel: digits, sometimes with a plus, or a business-scoped user id."""

    channel: str
    identity: Filled


class Message(Wire):
    """`message`. What it answers and who was written to are read with less severity than this."""

    id: Filled
    contact_message: dict[str, Any]
    channel_identity: Identity
    accept_time: object = None


class Event(Wire):
    """`event` with a `contact_message_event`."""

    id: Filled
    channel_identity: Identity
    accept_time: object = None


class Unsupported(Wire):
    """`unsupported_callback`: `payload` is the channel's own JSON as text."""

    id: Filled
    channel_identity: Identity
    payload: str | None = None


class Text(Wire):
    """`text_message`."""

    text: str


class Media(Wire):
    """`media_message`, and `media_card_message`, which has a caption and no file name."""

    url: Filled
    caption: str | None = None
    filename_override: str | None = None


class Coordinates(Wire):
    """Degrees."""

    latitude: FiniteFloat
    longitude: FiniteFloat


class Location(Wire):
    """`location_message`: WhatsApp's name is the title, its address the label."""

    title: str | None = None
    label: str | None = None
    coordinates: Coordinates


class Choice(Wire):
    """`choice_response_message`: a press on a button, a row of a list or a quick reply, of the message with the id."""

    message_id: str | None = None
    postback_data: str | None = None


class Product(Wire):
    """A line of an order."""

    id: Filled
    quantity: FiniteFloat | None = None
    item_price: int | FiniteFloat | str | None = None
    currency: str | None = None


class Order(Wire):
    """`product_response_message`."""

    products: tuple[Product, ...] = ()
    title: str | None = None
    catalog_id: str | None = None


class FlowAnswer(Wire):
    """`nfm_reply`: `response_json` is the filled form as JSON text."""

    name: str | None = None
    body: str | None = None
    response_json: str


class FlowMessage(Wire):
    """The message of a `channel_specific_message` of type `nfm_reply`."""

    nfm_reply: FlowAnswer


class FlowReply(Wire):
    """`channel_specific_message` of type `nfm_reply`."""

    message: FlowMessage


class ReplyMessage(Wire):
    """`reply_message`: another form of a text that answers a message."""

    message_id: str | None = None
    text_message: Text


class Reaction(Wire):
    """`reaction_event`."""

    message_id: Filled
    emoji: str | None = None
    action: str


class Reason(Wire):
    """Why a message failed: `channel_code` is WhatsApp's own code."""

    code: str | None = None
    description: str | None = None
    sub_code: str | None = None
    channel_code: str | None = None


class Report(Wire):
    """`message_delivery_report`."""

    message_id: Filled
    status: str
    channel_identity: Identity
