"""The played Sinch says what the real provider reads back, and takes what Sinch takes."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import (
    ButtonReply,
    ContactCard,
    Contacts,
    Content,
    Edited,
    FlowReply,
    ListReply,
    Location,
    Media,
    MediaKind,
    Order,
    OrderItem,
    QuickReply,
    Reaction,
    Text,
    Unsupported,
)
from contracts.messages import DeliveryState, FailureKind, InboundMessage, MessageContext, MessageStatus, Referral
from gateway.providers.seam import Verdict, Webhook
from gateway.providers.sinch.provider import PROVIDER
from runtime.sandbox.played import played_providers
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, NamesFiles, NamesMessages, SandboxFile
from runtime.sandbox.sinch import PLAYED
from runtime.sandbox.sinch.played import token_until
from tests.gateway.providers.sinch.sample import ACCOUNT, API, NUMBER, PUBLIC, SECRETS, URL

AT = datetime(2026, 1, 1, tzinfo=UTC)
PROJECT, APP = PUBLIC["project_id"], PUBLIC["app_id"]

WORDS = st.text(max_size=12)
FILLED = st.text(min_size=1, max_size=12)
IDS = st.from_regex(r"01[0-9A-Z]{24}", fullmatch=True)
NUMBERS = st.floats(-90, 90, allow_nan=False)
ENDINGS: dict[MediaKind, str] = {
    "image": "jpg",
    "video": "mp4",
    "audio": "mp3",
    "voice": "ogg",
    "document": "pdf",
    "sticker": "webp",
}
SMALL_JSON = st.dictionaries(FILLED.map(lambda key: key.replace("\0", "0")), WORDS | st.integers(-9, 9), max_size=3)
CUSTOMERS = st.sampled_from(["+15550001111", "US.13491208655302741918", "IN.99"])


@st.composite
def files(draw: st.DrawFn) -> Media:
    kind = draw(st.sampled_from(sorted(ENDINGS)))
    name = f"{draw(st.from_regex(r'[a-z]{1,8}', fullmatch=True))}.{ENDINGS[kind]}"
    caption = draw(WORDS)
    filename = None if caption else draw(st.none() | st.just(name))
    return Media(kind=kind, url=f"https://files.example.test/{name}?x=1", filename=filename, caption=caption)


ITEMS = st.builds(
    OrderItem,
    product_id=FILLED,
    quantity=st.integers(1, 99).map(float),
    price=st.sampled_from(["", "30", "9.95", "0.1", "12,50", "nan"]),
    currency=st.sampled_from(["", "EUR"]),
)
CONTENTS: dict[str, st.SearchStrategy[Content]] = {
    "text": st.builds(Text, text=WORDS),
    "media": files(),
    "location": st.builds(Location, latitude=NUMBERS, longitude=NUMBERS, name=WORDS, address=WORDS),
    "button": st.builds(ButtonReply, payload=WORDS),
    "flow": st.builds(FlowReply, name=WORDS, title=WORDS, response=SMALL_JSON | st.sampled_from(["", "a=1"])),
    "reaction": st.builds(Reaction, message_id=IDS, emoji=st.sampled_from(["", "👍"])),
    "order": st.builds(Order, catalog_id=WORDS, text=WORDS, items=st.lists(ITEMS, max_size=3).map(tuple)),
    "unsupported": FILLED.flatmap(
        lambda kind: st.builds(
            Unsupported, provider_kind=st.just(kind), raw=SMALL_JSON.map(lambda raw: {**raw, "type": kind})
        )
    ),
}
WITHOUT_CONTEXT = {"reaction", "unsupported"}


def told(request: SignedRequest, at: datetime = AT) -> list[Any]:
    """What the real provider reads in a webhook of the sandbox, once it has found it genuine."""
    webhook = Webhook(method=request.method, url=URL, headers=request.headers, body=request.body, received_at=at)
    assert PROVIDER.verify(webhook, ACCOUNT) is Verdict.GENUINE
    items = PROVIDER.parse(webhook).items
    assert all(PROVIDER.belongs(item, ACCOUNT) for item in items)
    return [item.what for item in items]


def said(content: Content, **more: object) -> InboundMessage:
    plain = InboundMessage(provider_id="01IN", contact_key="+15550001111", sent_at=AT, content=content)
    return plain.model_copy(update=more)


@pytest.mark.parametrize("kind", CONTENTS)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_what_a_customer_says_is_read_back_as_it_was_said(kind: str, data: st.DataObject) -> None:
    content = data.draw(CONTENTS[kind])
    answers = None if kind in WITHOUT_CONTEXT else data.draw(st.none() | IDS)
    message = said(
        content,
        provider_id=data.draw(IDS),
        contact_key=data.draw(CUSTOMERS),
        sent_at=data.draw(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001 - hypothesis wants naive bounds
        context=MessageContext(message_id=answers) if answers else None,
    )
    assert told(PLAYED.says(NUMBER, message), message.sent_at) == [message]


@pytest.mark.parametrize(
    "content", [ListReply(payload="r1", title="Row"), QuickReply(payload="r1", title="Yes"), ButtonReply(payload="r1")]
)
def test_every_press_comes_as_a_choice_without_its_title(content: Content) -> None:
    message = said(content, context=MessageContext(message_id="01OUT"))
    (read,) = told(PLAYED.says(NUMBER, message))
    assert (read.content, read.context) == (ButtonReply(payload="r1"), message.context)


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("caption", ["", "look"])
def test_a_file_of_the_sandbox_keeps_its_kind_and_is_served(kind: MediaKind, caption: str) -> None:
    media = Media(kind=kind, media_id="m1", mime_type="x/y", sha256="0" * 64, caption=caption)
    (read,) = told(PLAYED.says(NUMBER, said(media)))
    assert (read.content.kind, read.content.caption) == (kind, caption)
    path = read.content.url.removeprefix(API)
    answer = answered(called("GET", path), SandboxFile("m1", "image/jpeg", "a.jpg", b"\xff\xd8"))
    assert (answer.status, answer.body, answer.headers) == (200, b"\xff\xd8", {"Content-Type": "image/jpeg"})
    assert answered(called("GET", path)).status == 404


@pytest.mark.parametrize(
    "message",
    [
        said(Contacts(cards=(ContactCard(name="Ann"),))),
        said(Edited(message_id="01IN", text="other")),
        said(Location(latitude=1, longitude=1, url="https://x.example.test")),
        said(Text(text="hi"), context=MessageContext(forwarded=True)),
        said(Text(text="hi"), referral=Referral(source_id="ad")),
        said(Text(text="hi"), user_id="US.1"),
    ],
)
def test_what_sinch_has_no_form_for_is_not_said(message: InboundMessage) -> None:
    with pytest.raises(ValueError, match="Sinch"):
        PLAYED.says(NUMBER, message)


def sent(contact: str = "+15550001111", reference: str | None = "out-1") -> Accepted:
    return Accepted("01OUT", reference, contact, "text_message", "hi", {})


@pytest.mark.parametrize("contact", ["+15550001111", "US.13491208655302741918"])
@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ])
def test_reports_are_read_as_statuses_with_our_reference(state: DeliveryState, contact: str) -> None:
    (status,) = told(PLAYED.reports(NUMBER, sent(contact), state, AT))
    assert isinstance(status, MessageStatus)
    assert (status.provider_id, status.contact_key, status.state) == ("01OUT", contact, state)
    assert (status.reference, status.occurred_at, status.reason) == ("out-1", AT, None)


@pytest.mark.parametrize(
    ("code", "shown", "kind"),
    [
        (None, "INTERNAL_ERROR", FailureKind.PROVIDER),
        ("OUTSIDE_ALLOWED_SENDING_WINDOW", "OUTSIDE_ALLOWED_SENDING_WINDOW", FailureKind.WINDOW_CLOSED),
        ("131026", "CHANNEL_FAILURE/131026", FailureKind.NOT_ON_WHATSAPP),
    ],
)
def test_a_failed_report_says_why(code: str | None, shown: str, kind: FailureKind) -> None:
    (status,) = told(PLAYED.reports(NUMBER, sent(reference=None), DeliveryState.FAILED, AT, code))
    assert (status.reason.code, status.reason.kind, status.reference) == (shown, kind, None)


def test_sinch_does_not_report_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="unconfirmed"):
        PLAYED.reports(NUMBER, sent(), DeliveryState.UNCONFIRMED, AT)


def called(method: str, path: str, body: object = None, token: str | None = None, at: datetime = AT) -> ApiCall:
    given = token if token is not None else token_until(NUMBER, int((AT + timedelta(hours=1)).timestamp()))
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return ApiCall(method, path, {}, {"authorization": f"Bearer {given}"}, raw, at)


def answered(call: ApiCall, *files: SandboxFile) -> ApiAnswer:
    number = PLAYED.numbers_of(call, (NUMBER,))
    return PLAYED.answer(call, number, {file.media_id: file for file in files}) if number else PLAYED.unauthorised()


def body(**changed: object) -> dict[str, Any]:
    identity = {"channel": "WHATSAPP", "identity": "15550001111"}
    whole = {
        "app_id": APP,
        "recipient": {"identified_by": {"channel_identities": [identity]}},
        "message": {"text_message": {"text": "hi"}},
        "correlation_id": "out-1",
    }
    return {**whole, **changed}


SEND = f"/v1/projects/{PROJECT}/messages:send"
EVENTS = f"/v1/projects/{PROJECT}/events:send"


def test_a_send_is_accepted_with_an_id_of_its_own_each_time() -> None:
    first, second = answered(called("POST", SEND, body())), answered(called("POST", SEND, body(correlation_id="2")))
    assert (first.status, first.json["accepted_time"]) == (200, "2026-01-01T00:00:00.000000000Z")
    assert first.json["message_id"] == first.accepted[0].provider_id != second.accepted[0].provider_id
    assert (first.accepted[0].reference, first.accepted[0].contact_key) == ("out-1", "+15550001111")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (b"{", "Invalid JSON"),
        ([], "Input should be an object"),
        ({}, "app_id"),
        (body(message={}), "exactly one"),
        (body(message={"text_message": {"text": "a"}, "media_message": {"url": "https://x"}}), "exactly one"),
        (body(message={"text_message": {"text": ""}}), "text"),
        (body(message={"text_message": {"text": "x" * 4097}}), "text"),
        (body(message={"media_message": {"url": "file:///x"}}), "url"),
        (body(message={"media_message": {"url": "https://x", "caption": "c"}}), "caption"),
        (body(message={"choice_message": {"text_message": {"text": "a"}, "choices": []}}), "choices"),
        (body(message={"list_message": {"title": "a", "sections": []}}), "sections"),
        (body(message={"location_message": {"title": "a", "coordinates": {"latitude": 91, "longitude": 0}}}), "lat"),
        (body(message={"contact_info_message": {"name": {"full_name": "a"}, "phone_numbers": []}}), "phone_numbers"),
        (body(message={"template_message": {"channel_template": {}}}), "WHATSAPP"),
        (body(recipient={"identified_by": {"channel_identities": []}}), "channel_identities"),
        (
            body(recipient={"identified_by": {"channel_identities": [{"channel": "WHATSAPP", "identity": "+1"}]}}),
            "identity",
        ),
        (body(message_metadata="x" * 1025), "message_metadata"),
        (body(correlation_id="x" * 129), "correlation_id"),
        (body(surprise=1), "surprise"),
    ],
)
def test_what_sinch_does_not_take_is_refused_in_its_words(wrong: object, words: str) -> None:
    answer = answered(called("POST", SEND, wrong))
    assert (answer.status, answer.accepted) == (400, ())
    assert answer.json["error"]["status"] == "INVALID_ARGUMENT"
    assert words in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("POST", "/v1/projects/00000000-0000-4000-8000-000000000009/messages:send", body()),
        ("POST", SEND, body(app_id="01OTHER")),
        ("POST", EVENTS, None),
        ("POST", EVENTS, {"app_id": APP, "recipient": body()["recipient"], "event": {}}),
        (
            "POST",
            EVENTS,
            {"app_id": "01OTHER", "recipient": body()["recipient"], "event": {"composing_event": {}}},
        ),
        ("GET", SEND, None),
        ("GET", f"/v1/projects/{PROJECT}/apps/01OTHER", None),
        ("GET", "/elsewhere", None),
    ],
)
def test_what_is_not_there_or_not_whole_is_an_error(method: str, path: str, given: object) -> None:
    answer = answered(called(method, path, given))
    assert answer.status in {400, 404}
    assert answer.accepted == ()
    assert answer.signal is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", f"{PUBLIC['key_id']}.{'9' * 400}.x", "\u0661.\u0661.x"])
def test_a_call_without_a_good_token_is_nobodys(token: str) -> None:
    assert PLAYED.numbers_of(called("POST", SEND, body(), token), (NUMBER,)) is None
    answer = PLAYED.unauthorised()
    assert answer.status == 401
    assert "expired" in answer.headers["WWW-Authenticate"]


def test_a_token_is_good_for_an_hour() -> None:
    keys = base64.b64encode(f"{PUBLIC['key_id']}:{SECRETS['key_secret']}".encode()).decode()
    asked = ApiCall(
        "POST", "/oauth2/token", {}, {"authorization": f"Basic {keys}"}, b"grant_type=client_credentials", AT
    )
    given = answered(asked).json
    assert given["expires_in"] == 3600
    for passed, status in ((timedelta(minutes=59), 200), (timedelta(hours=1), 401)):
        assert answered(called("POST", SEND, body(), given["access_token"], AT + passed)).status == status
    assert answered(replace(asked, body=b"grant_type=password")).status == 400
    assert PLAYED.numbers_of(replace(asked, headers={"authorization": "Basic eDp5"}), (NUMBER,)) is None


def test_of_several_numbers_with_one_key_the_app_decides() -> None:
    other = NUMBER.model_copy(update={"account_key": "a2", "credentials": {**NUMBER.credentials, "app_id": "01OTHER"}})
    for app, owner in ((APP, NUMBER), ("01OTHER", other)):
        assert PLAYED.numbers_of(called("POST", SEND, body(app_id=app)), (NUMBER, other)) == owner
        assert PLAYED.numbers_of(called("GET", f"/media/{app}/m1/a.jpg"), (NUMBER, other)) == owner


@pytest.mark.parametrize(
    ("status", "after", "word"),
    [(429, 7, "RESOURCE_EXHAUSTED"), (500, None, "INTERNAL"), (503, None, "UNAVAILABLE"), (599, None, "UNKNOWN")],
)
def test_failures_on_demand_have_the_form_of_sinch(status: int, after: int | None, word: str) -> None:
    answer = PLAYED.failure(status, after)
    assert (answer.status, answer.json["error"]["status"]) == (status, word)
    assert answer.headers == ({} if after is None else {"Retry-After": str(after)})


def test_the_sandbox_finds_the_played_sinch() -> None:
    assert played_providers()["sinch"] is PLAYED
    assert isinstance(PLAYED, NamesFiles)
    assert isinstance(PLAYED, NamesMessages)
    assert PLAYED.message_id("0" * 31 + "1") == "011" + "0" * 23
    assert PLAYED.file_url(NUMBER, "m1") == f"{API}/media/{APP}/m1"


def test_no_secret_is_in_a_request() -> None:
    request = PLAYED.says(NUMBER, said(Text(text="hello")))
    spoken = f"{request!r} {json.dumps(request.headers)}"
    assert not [secret for secret in SECRETS.values() if secret in spoken]
