"""What the sandbox's Meta tells of a customer's message is read by the gateway as that very message."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import (
    ButtonReply,
    ContactCard,
    Contacts,
    Content,
    Deleted,
    Edited,
    FlowReply,
    ListReply,
    Location,
    Media,
    Order,
    OrderItem,
    PhoneEntry,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from contracts.messages import InboundMessage, MessageContext, ProductReference, Referral
from gateway.providers.meta.provider import PROVIDER
from gateway.providers.seam import Verdict, Webhook
from runtime.sandbox.meta import PLAYED
from runtime.sandbox.requests import SignedRequest
from tests.gateway.providers.meta.driver import PLAYED_NUMBER
from tests.gateway.providers.meta.sample import ACCOUNT, URL

AT = datetime(2026, 1, 1, tzinfo=UTC)
WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
WORDS = st.just("") | WORD
MAYBE = st.none() | WORD
DEGREES = st.floats(-90, 90)


def media(kind: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Content]:
    named = {"media_id": WORD, "url": MAYBE, "mime_type": WORDS, "sha256": MAYBE}
    return st.builds(Media, kind=st.just(kind), **{**named, **more})


CARD = st.builds(
    ContactCard,
    name=WORDS,
    phones=st.lists(st.builds(PhoneEntry, phone=WORDS, type=WORDS, wa_id=MAYBE), max_size=2).map(tuple),
    emails=st.lists(WORD, max_size=2).map(tuple),
    organisation=WORDS,
    raw=st.none() | st.builds(lambda day: {"birthday": day, "name": {"first_name": day}}, WORD),
)
ITEM = st.builds(
    OrderItem,
    product_id=WORD,
    quantity=st.integers(1, 99) | st.just(1.5),
    price=st.sampled_from(["", "30", "0.5", "12.50", "1e3", "inf", "a lot"]),
    currency=WORDS,
)
CONTENTS: dict[str, st.SearchStrategy[Content]] = {
    "text": st.builds(Text, text=WORDS),
    "image": media("image", caption=WORDS),
    "video": media("video", caption=WORDS),
    "audio": media("audio"),
    "voice": media("voice"),
    "document": media("document", caption=WORDS, filename=MAYBE),
    "sticker": media("sticker", animated=st.booleans()),
    "location": st.builds(Location, latitude=DEGREES, longitude=DEGREES, name=WORDS, address=WORDS, url=WORDS),
    "contacts": st.builds(Contacts, cards=st.lists(CARD, max_size=2).map(tuple)),
    "button_reply": st.builds(ButtonReply, payload=WORDS, title=WORDS),
    "list_reply": st.builds(ListReply, payload=WORDS, title=WORDS, description=WORDS),
    "quick_reply": st.builds(QuickReply, payload=WORD, title=WORDS),
    "flow_reply": st.builds(FlowReply, name=WORDS, title=WORDS, response=st.dictionaries(WORD, WORDS) | st.just("x y")),
    "reaction": st.builds(Reaction, message_id=WORD, emoji=st.sampled_from(["", "👍"])),
    "order": st.builds(Order, catalog_id=WORD, text=WORDS, items=st.lists(ITEM, max_size=2).map(tuple)),
    "edited": st.builds(Edited, message_id=WORD, text=WORDS),
    "edited_caption": st.builds(
        lambda of, words: Edited(message_id=of, text=words, raw={"type": "image", "image": {"caption": words}}),
        WORD,
        WORD,
    ),
    "deleted": st.builds(Deleted, message_id=WORD),
    "new_number": st.builds(
        System,
        event=st.sampled_from(["user_changed_number", "customer_changed_number"]),
        text=WORDS,
        new_contact_key=st.just("+15550004444"),
    ),
    "new_user_id": st.builds(System, event=st.just("user_changed_user_id"), new_contact_key=st.just("US.2000")),
    "new_identity": st.builds(System, event=st.just("customer_identity_changed"), text=WORDS),
}
PRODUCT = st.builds(ProductReference, catalog_id=WORDS, product_id=WORD)
CONTEXTS = st.one_of(
    st.none(),
    st.builds(MessageContext, message_id=WORD, sender=MAYBE, product=st.none() | PRODUCT),
    st.builds(MessageContext, product=PRODUCT),
    st.just(MessageContext(forwarded=True)),
    st.just(MessageContext(forwarded=True, frequently_forwarded=True)),
)
REFERRALS = st.none() | st.builds(
    Referral,
    source_type=st.sampled_from(["ad", "post"]),
    source_id=WORDS,
    source_url=WORDS,
    headline=WORDS,
    body=WORDS,
    media_url=WORDS,
    media_type=st.sampled_from(["", "image", "video"]),
    click_id=WORDS,
)
CUSTOMERS = st.sampled_from([("+15550001111", None), ("+15550001111", "US.1349"), ("US.1349", None)])


def read(request: SignedRequest) -> list[object]:
    """What the gateway makes of a webhook, which must be genuine."""
    webhook = Webhook(method=request.method, url=URL, headers=request.headers, body=request.body, received_at=AT)
    assert PROVIDER.verify(webhook, ACCOUNT) is Verdict.GENUINE
    return [item.what for item in PROVIDER.parse(webhook).items]


def message(content: Content, **more: object) -> InboundMessage:
    plain = InboundMessage(provider_id="wamid.1", contact_key="+15550001111", sent_at=AT, content=content)
    return plain.model_copy(update=more)


@pytest.mark.parametrize("kind", CONTENTS)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_every_kind_is_read_as_it_was_said(kind: str, data: st.DataObject) -> None:
    contact, user_id = data.draw(CUSTOMERS)
    said = message(
        data.draw(CONTENTS[kind]),
        contact_key=contact,
        user_id=user_id,
        profile_name=data.draw(WORDS),
        context=data.draw(CONTEXTS),
        referral=data.draw(REFERRALS),
    )
    assert read(PLAYED.says(PLAYED_NUMBER, said)) == [said]


def test_what_is_not_supported_keeps_its_raw_form() -> None:
    raw = {"type": "shipment", "shipment": {"x": 1}, "from": "15550001111", "id": "wamid.1", "timestamp": "1767225600"}
    said = message(Unsupported(provider_kind="shipment", raw=raw))
    assert read(PLAYED.says(PLAYED_NUMBER, said)) == [said]


def test_what_is_not_supported_may_be_named_alone() -> None:
    (got,) = read(PLAYED.says(PLAYED_NUMBER, message(Unsupported(provider_kind="poll_creation", raw={}))))
    assert isinstance(got, InboundMessage)
    assert isinstance(got.content, Unsupported)
    assert got.content.provider_kind == "poll_creation"


def test_many_messages_of_many_customers_go_into_one_webhook() -> None:
    said = tuple(
        message(
            Text(text=str(n)), provider_id=f"wamid.{n}", contact_key=f"+1555000{n % 3}111", profile_name=f"C{n % 3}"
        )
        for n in range(20)
    )
    assert read(PLAYED.says_together(PLAYED_NUMBER, said)) == list(said)


@pytest.mark.parametrize(
    "content",
    [
        Media(kind="image"),
        Media(kind="voice", media_id="1", caption="c"),
        System(event="customer_moved"),
        System(event="user_changed_number"),
        System(event="customer_identity_changed", new_contact_key="+15550004444"),
    ],
)
def test_what_customers_of_meta_cannot_say_is_refused(content: Content) -> None:
    with pytest.raises(ValueError, match=r"a file|WhatsApp"):
        PLAYED.says(PLAYED_NUMBER, message(content))


def test_a_webhook_holds_the_number_as_meta_writes_it() -> None:
    request = PLAYED.says(PLAYED_NUMBER, message(Text(text="é"), user_id="US.1349", profile_name="Ann"))
    value = json.loads(request.body)["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "15550002222", "phone_number_id": "200000000000002"}
    assert value["contacts"] == [{"profile": {"name": "Ann"}, "wa_id": "15550001111", "user_id": "US.1349"}]
    assert b"\\u00e9" in request.body
