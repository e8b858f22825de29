"""Messages to be sent: one of every kind that Twilio has a form for."""

from contracts.content import Location, Text
from contracts.outbound import (
    Button,
    Buttons,
    ListMenu,
    OutboundContent,
    OutboundMessage,
    Row,
    Section,
    SendMedia,
    TemplateMessage,
)
from tests.gateway.providers.twilio.driver import SENDER

CONTACT = "+15550001111"
USER_ID = "US.13491208655302741918"
FILE_URL = "https://media.example.test/receipt.pdf"
MENU = ListMenu(
    text="Which size?",
    button="Sizes",
    sections=(Section(rows=(Row(payload="s", title="Small", description="30 cm"), Row(payload="l", title="Large"))),),
)
BUTTONS = Buttons(text="Is it?", buttons=(Button(payload="yes", title="Yes"), Button(payload="no", title="No")))
TEMPLATE = TemplateMessage(
    name="order_update", language="en", template_id="HX" + "a" * 32, body={"1": "Zoë", "2": "o'clock"}
)
CARD = TemplateMessage(
    name="visit", language="en", template_id="HX" + "b" * 32, body={"1": "Friday"}, buttons={1: "orders/7"}
)
PLACE = Location(latitude=12.9716, longitude=77.5946, name="Office", address="1 Test Street")
EVERYTHING: dict[str, OutboundContent] = {
    "text": Text(text="Hello & welcome"),
    "file of ours": SendMedia(media="document", file_id="f1", caption="the receipt"),
    "file elsewhere": SendMedia(media="image", url="https://shop.example.test/a.jpg"),
    "voice": SendMedia(media="voice", file_id="f1"),
    "place": PLACE,
    "bare place": Location(latitude=-90, longitude=180),
    "template": TEMPLATE,
    "template with a button": CARD,
    "buttons": BUTTONS,
    "list": MENU,
}


def message(content: OutboundContent, contact: str = CONTACT, reply_to: str | None = None) -> OutboundMessage:
    return OutboundMessage(
        id="account-1:out/7 &", account_id=SENDER.id, contact_key=contact, content=content, reply_to=reply_to
    )
