"""What we send is what Meta's API takes: every kind of content, as the sandbox's Meta reads it."""

from typing import Any

import pytest

from contracts.content import ContactCard, Location, PhoneEntry, Reaction, Text
from contracts.messages import DeliveryState, FailureKind
from contracts.outbound import (
    Button,
    Buttons,
    ListMenu,
    OutboundContent,
    Row,
    Section,
    SendContacts,
    SendMedia,
    TemplateMessage,
)
from gateway.providers.delivery import Delivers, HoldsMedia, HoldsTemplates, Refused, Sent, Signals
from gateway.providers.meta.provider import PROVIDER
from tests.gateway.providers.meta.driver import SENDER, TOKEN, Meta, drive, message

LINK = "https://cdn.example.test/a"
ANN = ContactCard(
    name="Ann T",
    phones=(PhoneEntry(phone="+15550003333", type="WORK", wa_id="15550003333"), PhoneEntry(phone="1")),
    emails=("a@example.test",),
    organisation="X",
)
KINDS: list[tuple[OutboundContent, dict[str, Any]]] = [
    (Text(text="hi"), {"type": "text", "text": {"body": "hi", "preview_url": False}}),
    (
        SendMedia(media="image", url=LINK, caption="c"),
        {"type": "image", "image": {"link": LINK, "caption": "c"}},
    ),
    (SendMedia(media="video", url=LINK), {"type": "video", "video": {"link": LINK}}),
    (SendMedia(media="audio", url=LINK), {"type": "audio", "audio": {"link": LINK}}),
    (SendMedia(media="voice", url=LINK), {"type": "audio", "audio": {"link": LINK, "voice": True}}),
    (
        SendMedia(media="document", url=LINK, filename="a.pdf", caption="c"),
        {"type": "document", "document": {"link": LINK, "filename": "a.pdf", "caption": "c"}},
    ),
    (SendMedia(media="sticker", url=LINK, filename="s.webp"), {"type": "sticker", "sticker": {"link": LINK}}),
    (
        Location(latitude=12.97, longitude=77, name="Office", address="1 Test St"),
        {
            "type": "location",
            "location": {"latitude": 12.97, "longitude": 77, "name": "Office", "address": "1 Test St"},
        },
    ),
    (Location(latitude=0, longitude=0), {"type": "location", "location": {"latitude": 0, "longitude": 0}}),
    (
        SendContacts(cards=(ANN, ContactCard(organisation="Y"))),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ann T", "first_name": "Ann T"},
                    "phones": [{"phone": "+15550003333", "type": "WORK", "wa_id": "15550003333"}, {"phone": "1"}],
                    "emails": [{"email": "a@example.test"}],
                    "org": {"company": "X"},
                },
                {"name": {"formatted_name": "Y", "first_name": "Y"}, "phones": [], "org": {"company": "Y"}},
            ],
        },
    ),
    (
        Buttons(text="Pick", header="H", footer="F", buttons=(Button(payload="yes", title="Yes"),)),
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "header": {"type": "text", "text": "H"},
                "body": {"text": "Pick"},
                "footer": {"text": "F"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
            },
        },
    ),
    (
        ListMenu(
            text="Pick",
            button="Menu",
            sections=(
                Section(title="S", rows=(Row(payload="r1", title="Row", description="d"),)),
                Section(rows=(Row(payload="r2", title="Other"),)),
            ),
        ),
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "Pick"},
                "action": {
                    "button": "Menu",
                    "sections": [
                        {"title": "S", "rows": [{"id": "r1", "title": "Row", "description": "d"}]},
                        {"rows": [{"id": "r2", "title": "Other"}]},
                    ],
                },
            },
        },
    ),
    (
        Reaction(message_id="wamid.IN1", emoji="👍"),
        {"type": "reaction", "reaction": {"message_id": "wamid.IN1", "emoji": "👍"}},
    ),
    (
        Reaction(message_id="wamid.IN1"),
        {"type": "reaction", "reaction": {"message_id": "wamid.IN1", "emoji": ""}},
    ),
    (
        TemplateMessage(name="hello_world", language="en_US"),
        {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}},
    ),
]
NAMES = [f"{content.kind}-{number}" for number, (content, _) in enumerate(KINDS)]
COMMON = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "15550001111",
    "biz_opaque_callback_data": "ours-1",
}


def sent(content: OutboundContent, meta: Meta, **more: str) -> Sent:
    return drive(PROVIDER.deliver(message(content, **more), SENDER, None), meta)


def test_the_provider_does_all_that_the_seam_asks_for() -> None:
    delivers: Delivers = PROVIDER
    assert delivers is PROVIDER
    assert isinstance(PROVIDER, Signals)
    assert isinstance(PROVIDER, HoldsMedia)
    assert isinstance(PROVIDER, HoldsTemplates)


@pytest.mark.parametrize(("content", "expected"), KINDS, ids=NAMES)
def test_every_kind_is_sent_as_meta_writes_it_by_one_call_with_an_effect(
    content: OutboundContent, expected: dict[str, Any]
) -> None:
    meta = Meta()
    result = sent(content, meta)
    (call,) = meta.calls
    assert (call.method, call.url) == ("POST", "http://sandbox.example.test/meta/200000000000002/messages")
    assert (call.effect, call.json) == (True, {**COMMON, **expected})
    (accepted,) = meta.accepted
    assert result == Sent(accepted.provider_id, DeliveryState.SENT)
    assert (accepted.reference, accepted.contact_key) == ("ours-1", "+15550001111")


def test_without_an_api_url_meta_itself_is_called_and_the_token_is_in_the_header_alone() -> None:
    public = {name: value for name, value in SENDER.credentials.items() if name != "api_url"}
    account = SENDER.model_copy(update={"credentials": public})
    call = next(PROVIDER.deliver(message(Text(text="hi")), account, None))
    assert call.url == "https://graph.facebook.com/v25.0/200000000000002/messages"
    assert call.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert TOKEN not in repr(call)


def test_an_answer_names_the_message_that_it_answers_but_a_reaction_cannot() -> None:
    meta = Meta()
    sent(Text(text="yes"), meta, reply_to="wamid.IN1")
    sent(Reaction(message_id="wamid.IN1", emoji="👍"), meta, reply_to="wamid.IN1")
    assert [accepted.reply_to for accepted in meta.accepted] == ["wamid.IN1", None]


def test_a_customer_who_hides_their_number_is_named_by_the_user_id() -> None:
    meta = Meta()
    sent(Text(text="hi"), meta, contact="US.13491208655302741918")
    assert meta.calls[0].json["recipient"] == "US.13491208655302741918"
    assert "to" not in meta.calls[0].json
    assert meta.accepted[0].contact_key == "US.13491208655302741918"


def test_a_customer_whose_number_is_known_is_named_by_it() -> None:
    known = message(Text(text="hi"), contact="US.1349").model_copy(update={"number": "+15550001111"})
    meta = Meta()
    drive(PROVIDER.deliver(known, SENDER, None), meta)
    assert meta.accepted[0].contact_key == "+15550001111"


def test_a_file_of_ours_goes_up_and_is_sent_by_its_id() -> None:
    meta = Meta()
    file = SendMedia(media="document", file_id="file-1", mime_type="application/pdf", filename="a.pdf", caption="c")
    sent(file, meta)
    upload, send = meta.calls
    assert (upload.effect, send.effect) == (False, True)
    assert upload.url == "http://sandbox.example.test/meta/200000000000002/media"
    assert upload.form == (("messaging_product", "whatsapp"), ("type", "application/pdf"))
    (stored,) = meta.files.values()
    assert (stored.content, stored.mime_type, stored.filename) == (b"file-1", "application/pdf", "a.pdf")
    assert send.json["document"] == {"id": stored.media_id, "filename": "a.pdf", "caption": "c"}


def test_a_file_whose_type_is_not_known_has_the_one_of_the_media_store() -> None:
    meta = Meta()
    sent(SendMedia(media="image", file_id="file-1"), meta)
    assert [file.mime_type for file in meta.files.values()] == ["image/png"]


def test_a_template_has_its_parameters_in_their_places() -> None:
    meta = Meta()
    content = TemplateMessage(
        name="order_update",
        language="en_US",
        header_media=SendMedia(media="image", file_id="file-1"),
        body={"2": "Nr 7", "1": "Ann"},
        buttons={1: "7", 0: "CONFIRM_7"},
    )
    sent(content, meta)
    (media_id,) = meta.files
    assert meta.calls[-1].json["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": media_id}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "Nr 7"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "CONFIRM_7"}],
        },
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "7"}]},
    ]
    assert [call.effect for call in meta.calls] == [False, False, True]


def test_a_template_has_its_parameters_by_their_names() -> None:
    meta = Meta()
    content = TemplateMessage(
        name="appointment",
        language="en_US",
        header={"place": "Berne"},
        body={"name": "Ann", "day": "Monday"},
        buttons={0: "SPRING"},
    )
    sent(content, meta)
    assert meta.accepted[0].raw["template"]["components"][1]["parameters"] == [
        {"type": "text", "parameter_name": "name", "text": "Ann"},
        {"type": "text", "parameter_name": "day", "text": "Monday"},
    ]
    assert meta.accepted[0].raw["template"]["components"][2]["parameters"] == [
        {"type": "coupon_code", "coupon_code": "SPRING"}
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SendMedia(media="voice", url=LINK, caption="c"), FailureKind.CONTENT),
        (SendMedia(media="sticker", url=LINK, caption="c"), FailureKind.CONTENT),
        (SendContacts(cards=(ContactCard(emails=("a@example.test",)),)), FailureKind.CONTENT),
        (
            TemplateMessage(name="a", language="en", header_media=SendMedia(media="audio", url=LINK)),
            FailureKind.CONTENT,
        ),
        (TemplateMessage(name="order_update", language="en_US", buttons={2: "x"}), FailureKind.CONTENT),
        (TemplateMessage(name="order_update", language="en_US", buttons={9: "x"}), FailureKind.CONTENT),
        (TemplateMessage(name="order_update", language="it", buttons={0: "x"}), FailureKind.TEMPLATE),
    ],
)
def test_what_the_api_cannot_express_is_refused_with_a_sentence_before_anything_is_sent(
    content: OutboundContent, kind: FailureKind
) -> None:
    meta = Meta()
    with pytest.raises(Refused) as refusal:
        sent(content, meta)
    assert refusal.value.reason.kind is kind
    assert refusal.value.reason.sentence
    assert not [call for call in meta.calls if call.effect]


@pytest.mark.parametrize(
    ("content", "code", "kind"),
    [
        (Text(text="x" * 5000), "131009", FailureKind.CONTENT),
        (Buttons(text="x", buttons=(Button(payload="p", title="t"),) * 4), "131009", FailureKind.CONTENT),
        (
            ListMenu(text="x", button="b", sections=(Section(rows=(Row(payload="p", title="t"),) * 11),)),
            "131009",
            FailureKind.CONTENT,
        ),
        (TemplateMessage(name="unknown", language="en_US"), "132001", FailureKind.TEMPLATE),
        (TemplateMessage(name="spring_sale", language="en_US", body={"1": "x"}), "132001", FailureKind.TEMPLATE),
        (TemplateMessage(name="order_update", language="en_US"), "132000", FailureKind.TEMPLATE),
    ],
)
def test_the_limits_are_the_apis_and_its_refusal_is_told(
    content: OutboundContent, code: str, kind: FailureKind
) -> None:
    with pytest.raises(Refused) as refusal:
        sent(content, Meta())
    assert (refusal.value.reason.code, refusal.value.reason.kind) == (code, kind)
