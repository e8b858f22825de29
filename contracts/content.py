"""What a customer sent, in one model for all providers. The union is closed: a new arm must be learnt everywhere."""

from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.base import Value

MediaKind = Literal["image", "video", "audio", "voice", "document", "sticker"]


class Text(Value):
    """Plain text as the customer typed it."""

    kind: Literal["text"] = "text"
    text: str


class Media(Value):
    """A file at the provider: by `url`, or by `media_id` that the provider's API turns into a URL.

    `voice` is audio that was recorded in the chat, `audio` a sound file. `animated` is known of stickers only.
    """

    kind: MediaKind
    media_id: str | None = None
    url: str | None = None
    mime_type: str = ""
    sha256: str | None = None
    filename: str | None = None
    caption: str = ""
    animated: bool = False


class Location(Value):
    """A place, in degrees of WGS 84."""

    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


class PhoneEntry(Value):
    """A number on a contact card, as it is written there; `wa_id` is what WhatsApp knows its owner by."""

    phone: str = ""
    type: str = ""
    wa_id: str | None = None


class ContactCard(Value):
    """A card of an address book. `raw` is what of it has no field here, or the vCard as it came."""

    name: str = ""
    phones: tuple[PhoneEntry, ...] = ()
    emails: tuple[str, ...] = ()
    organisation: str = ""
    raw: dict[str, Any] | str | None = None


class Contacts(Value):
    """Cards of people."""

    kind: Literal["contacts"] = "contacts"
    cards: tuple[ContactCard, ...]


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


class FlowReply(Value):
    """A form that was filled in: `response` are its fields, or the text that they came as."""

    kind: Literal["flow_reply"] = "flow_reply"
    name: str = ""
    title: str = ""
    response: dict[str, Any] | str


class Reaction(Value):
    """A reaction to the message with this provider's id; an empty emoji takes it back."""

    kind: Literal["reaction"] = "reaction"
    message_id: str
    emoji: str = ""


class OrderItem(Value):
    """One line of an order; the price is of one piece, as the provider writes it."""

    product_id: str
    quantity: float = 1
    price: str = ""
    currency: str = ""


class Order(Value):
    """An order from a catalogue."""

    kind: Literal["order"] = "order"
    catalog_id: str = ""
    text: str = ""
    items: tuple[OrderItem, ...] = ()


class Edited(Value):
    """A message was changed by the customer: its provider's id, and what it says now."""

    kind: Literal["edited"] = "edited"
    message_id: str
    text: str = ""
    raw: dict[str, Any] = Field(default_factory=dict)


class Deleted(Value):
    """A message was taken back by the customer."""

    kind: Literal["deleted"] = "deleted"
    message_id: str


class System(Value):
    """WhatsApp itself speaks: `event` is what the provider calls it; `new_contact_key` when a number was changed."""

    kind: Literal["system"] = "system"
    event: str
    text: str = ""
    new_contact_key: str | None = None


class Unsupported(Value):
    """Something we have no arm for yet: what the provider called it, and its raw form, so that nothing is lost."""

    kind: Literal["unsupported"] = "unsupported"
    provider_kind: str
    raw: dict[str, Any]


Content = Annotated[
    Text
    | Media
    | Location
    | Contacts
    | ButtonReply
    | ListReply
    | QuickReply
    | FlowReply
    | Reaction
    | Order
    | Edited
    | Deleted
    | System
    | Unsupported,
    Field(discriminator="kind"),
]


def text_of(content: Content) -> str:
    """The words in a content, as routing conditions and previews see them; empty when there are none."""
    match content:
        case Text(text=words) | Media(caption=words) | Order(text=words) | Edited(text=words) | System(text=words):
            return words
        case ButtonReply(title=words) | ListReply(title=words) | QuickReply(title=words) | FlowReply(title=words):
            return words
        case Location(name=name, address=address):
            return name or address
        case Contacts(cards=cards):
            return ", ".join(card.name for card in cards if card.name)
        case Reaction(emoji=emoji):
            return emoji
        case Deleted() | Unsupported():
            return ""


def payload_of(content: Content) -> str:
    """The payload of a button, list or quick reply; empty for everything else."""
    match content:
        case ButtonReply(payload=payload) | ListReply(payload=payload) | QuickReply(payload=payload):
            return payload
        case _:
            return ""
