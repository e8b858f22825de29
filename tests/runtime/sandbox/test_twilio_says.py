"""What customers and statuses of the played Twilio say is read as it was meant."""

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
    MediaKind,
    Order,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from contracts.messages import (
    DeliveryState,
    FailureKind,
    InboundMessage,
    MessageContext,
    MessageStatus,
    ProductReference,
    Referral,
)
from gateway.providers.seam import Item, Verdict, Webhook
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, NamesFiles, NamesMessages, PlayedProvider
from runtime.sandbox.twilio import PLAYED
from tests.gateway.providers.twilio.driver import AT, PLAYED_NUMBER
from tests.gateway.providers.twilio.sample import ACCOUNT, URL

FILE_URL = "https://api.twilio.com/file"

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
filled = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
sids = st.integers(0, 16**32 - 1).map(lambda number: f"SM{number:032x}")
numbers = st.integers(10**7, 10**15 - 1).map(lambda number: f"+{number}")
user_ids = st.from_regex(r"[A-Z]{2}\.[A-Za-z0-9]{1,30}", fullmatch=True)
contacts = numbers | user_ids
FILES: dict[MediaKind, list[str]] = {
    "image": ["image/jpeg", "image/png", "image/webp"],
    "video": ["video/mp4", "video/3gpp"],
    "audio": ["audio/mpeg", "audio/aac"],
    "voice": ["audio/ogg", "audio/ogg; codecs=opus"],
    "sticker": ["image/webp"],
    "document": ["application/pdf", "text/plain", "application/octet-stream"],
}
files = st.sampled_from([(kind, mime_type) for kind, types in FILES.items() for mime_type in types])
fields = st.dictionaries(
    words.filter(lambda key: "\0" not in key), words | st.booleans() | st.integers(0, 9), max_size=3
)
latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
said: st.SearchStrategy[Content] = st.one_of(
    st.builds(Text, text=filled),
    st.builds(
        lambda file, caption: Media(kind=file[0], mime_type=file[1], url=FILE_URL, caption=caption), files, words
    ),
    st.just(Media(kind="document", mime_type="text/vcard", url=FILE_URL, filename="contact.vcf")),
    st.builds(Location, latitude=latitudes, longitude=longitudes, name=words, address=words),
    st.builds(ButtonReply, payload=filled, title=filled),
    st.builds(QuickReply, payload=filled, title=filled),
    st.builds(ListReply, payload=filled, title=filled, description=words),
    st.builds(FlowReply, title=words, response=fields | st.just("as text")),
)
contexts = st.none() | st.builds(
    lambda message_id, sender, frequently: MessageContext(
        message_id=message_id, sender=sender, forwarded=frequently, frequently_forwarded=frequently
    ),
    sids,
    st.none() | contacts,
    st.booleans(),
)
referrals = st.none() | st.builds(
    Referral,
    source_type=st.sampled_from(["ad", "post"]),
    source_id=filled,
    source_url=words,
    headline=words,
    body=words,
    media_url=words,
    media_type=words,
    click_id=words,
)


@st.composite
def inbound(draw: st.DrawFn) -> InboundMessage:
    contact = draw(contacts)
    return InboundMessage(
        provider_id=draw(sids),
        contact_key=contact,
        user_id=draw(st.none() | user_ids) if contact.startswith("+") else None,
        profile_name=draw(words),
        sent_at=AT,
        content=draw(said),
        context=draw(contexts),
        referral=draw(referrals),
    )


def one(content: Content, **facts: Any) -> InboundMessage:  # noqa: ANN401 - the model says what each may be
    return InboundMessage(provider_id="SM1", contact_key="+15550001111", sent_at=AT, content=content, **facts)


def told(request: SignedRequest) -> Item:
    """The one item of a request, which must be genuine and the account's own."""
    webhook = Webhook(request.method, f"https://hooks.example.test{request.path}", request.headers, request.body, AT)
    assert PROVIDER.verify(webhook, ACCOUNT) is Verdict.GENUINE
    (item,) = PROVIDER.parse(webhook).items
    assert PROVIDER.belongs(item, ACCOUNT)
    return item


def test_it_has_every_part_that_the_server_asks_for() -> None:
    played: PlayedProvider = PLAYED
    assert played.name == "twilio"
    assert isinstance(played, NamesFiles)
    assert isinstance(played, NamesMessages)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(inbound())
def test_what_a_customer_says_is_read_as_it_was_meant(message: InboundMessage) -> None:
    assert told(PLAYED.says(PLAYED_NUMBER, message)).what == message


@pytest.mark.parametrize("kind", ["reaction", "order", "poll", "empty"])
def test_what_has_no_form_is_said_as_unsupported_and_keeps_what_it_says(kind: str) -> None:
    first = told(PLAYED.says(PLAYED_NUMBER, one(Unsupported(provider_kind=kind, raw={"Extra": "x"})))).what
    assert isinstance(first, InboundMessage)
    assert isinstance(first.content, Unsupported)
    assert (first.content.provider_kind, first.content.raw["Extra"]) == (kind, "x")
    assert told(PLAYED.says(PLAYED_NUMBER, first)).what == first


def test_of_a_file_twilio_tells_neither_the_name_nor_the_hash() -> None:
    file = Media(kind="image", mime_type="image/png", url=FILE_URL, filename="a.png", sha256="00", media_id="f1")
    heard = told(PLAYED.says(PLAYED_NUMBER, one(file))).what
    assert isinstance(heard, InboundMessage)
    assert heard.content == Media(kind="image", mime_type="image/png", url=FILE_URL)


@pytest.mark.parametrize(
    "message",
    [
        one(Text(text="")),
        one(Contacts(cards=(ContactCard(name="Ann"),))),
        one(Reaction(message_id="SM1", emoji="👍")),
        one(Order()),
        one(Edited(message_id="SM1")),
        one(Deleted(message_id="SM1")),
        one(System(event="x")),
        one(ButtonReply(payload="")),
        one(ListReply(payload="")),
        one(FlowReply(name="flow", response={})),
        one(FlowReply(response="")),
        one(Location(latitude=float("nan"), longitude=0)),
        one(Location(latitude=1, longitude=1, url="https://x.test")),
        one(Media(kind="image", mime_type="image/png")),
        one(Media(kind="voice", mime_type="audio/mpeg", url=FILE_URL)),
        one(Media(kind="audio", mime_type="audio/ogg", url=FILE_URL)),
        one(Media(kind="sticker", mime_type="image/png", url=FILE_URL)),
        one(Media(kind="document", mime_type="image/png", url=FILE_URL)),
        one(Media(kind="video", mime_type="", url=FILE_URL)),
        one(Text(text="x"), context=MessageContext(product=ProductReference(product_id="1"))),
    ],
)
def test_what_customers_of_twilio_cannot_say_is_refused(message: InboundMessage) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        PLAYED.says(PLAYED_NUMBER, message)


def accepted(callback: str | None = f"{URL}?reference=m1") -> Accepted:
    raw = {"StatusCallback": callback} if callback else {}
    return Accepted("SM1", "m1", "+15550001111", "text", "hi", raw)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (DeliveryState.QUEUED, "queued"),
        (DeliveryState.SENT, "sent"),
        (DeliveryState.DELIVERED, "delivered"),
        (DeliveryState.READ, "read"),
    ],
)
def test_a_status_is_read_as_it_was_meant(state: DeliveryState, word: str) -> None:
    assert told(PLAYED.reports(PLAYED_NUMBER, accepted(), state, AT)).what == MessageStatus(
        provider_id="SM1", contact_key="+15550001111", state=state, provider_state=word, occurred_at=AT, reference="m1"
    )


def test_a_failure_has_its_code() -> None:
    status = told(PLAYED.reports(PLAYED_NUMBER, accepted(), DeliveryState.FAILED, AT, "63016")).what
    assert isinstance(status, MessageStatus)
    assert status.reason is not None
    assert (status.reason.code, status.reason.kind) == ("63016", FailureKind.WINDOW_CLOSED)


def test_without_a_callback_of_its_own_a_message_is_reported_to_the_numbers_url() -> None:
    request = PLAYED.reports(PLAYED_NUMBER, accepted(None), DeliveryState.SENT, AT)
    assert request.path == "/webhooks/twilio/a1"
    status = told(request).what
    assert isinstance(status, MessageStatus)
    assert status.reference is None


def test_there_is_no_word_for_an_unknown_outcome() -> None:
    with pytest.raises(ValueError, match="no word"):
        PLAYED.reports(PLAYED_NUMBER, accepted(), DeliveryState.UNCONFIRMED, AT)
