"""The played Kaleyra tells of every message so that the gateway reads what was meant, and answers as Kaleyra does."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import (
    ButtonReply,
    ContactCard,
    Contacts,
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
from contracts.messages import (
    DeliveryState,
    FailureKind,
    InboundMessage,
    MessageContext,
    MessageStatus,
    ProductReference,
    Referral,
)
from gateway.providers.kaleyra.provider import PROVIDER
from gateway.providers.seam import Verdict, Webhook
from runtime.sandbox.kaleyra import PLAYED
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, ApiCall, NamesFiles, NamesMessages, SandboxFile
from tests.gateway.providers.kaleyra.sample import ACCOUNT, NUMBER, PHONE, STRANGER, WABA_ID

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = "/v2/HXAP1600000000IN/whatsapp"
KEY = {"api-key": "kaleyra_api_key_0001"}

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
named = st.text("abc-é✓", min_size=1, max_size=8)
links = named.map("https://media.example.test/{}".format)
degrees = st.floats(-90, 90)
CONTENTS = st.one_of(
    st.builds(Text, text=words),
    st.builds(
        Media,
        kind=st.sampled_from(["image", "video", "audio", "voice", "document", "sticker"]),
        media_id=named | st.none(),
        url=links | st.none(),
        mime_type=named,
        sha256=named | st.none(),
        filename=named | st.none(),
        caption=words,
        animated=st.booleans(),
    ),
    st.builds(Location, latitude=degrees, longitude=degrees, name=words, address=words, url=words),
    st.builds(
        Contacts,
        cards=st.lists(
            st.builds(
                ContactCard,
                name=words,
                phones=st.lists(st.builds(PhoneEntry, phone=words, type=words, wa_id=named | st.none())).map(tuple),
                emails=st.lists(named).map(tuple),
                organisation=words,
                raw=st.none() | st.dictionaries(st.sampled_from(["birthday", "urls"]), words, min_size=1),
            ),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
    st.builds(ButtonReply, payload=words, title=words),
    st.builds(ListReply, payload=words, title=words, description=words),
    st.builds(QuickReply, payload=named, title=words),
    st.builds(FlowReply, name=words, title=words, response=st.dictionaries(words, words) | named),
    st.builds(Reaction, message_id=named, emoji=words),
    st.builds(
        Order,
        catalog_id=words,
        text=words,
        items=st.lists(
            st.builds(OrderItem, product_id=named, quantity=st.integers(1, 9), price=words, currency=words), max_size=2
        ).map(tuple),
    ),
    st.builds(Edited, message_id=named, text=words),
    st.builds(Deleted, message_id=named),
    st.builds(System, event=named, text=words, new_contact_key=st.none() | st.just("+15550004444")),
)
CONTEXTS = st.builds(
    MessageContext,
    message_id=named | st.none(),
    sender=named | st.none(),
    forwarded=st.just(value=True),
    frequently_forwarded=st.booleans(),
    product=st.none() | st.builds(ProductReference, catalog_id=words, product_id=named),
)
REFERRALS = st.builds(
    Referral,
    source_type=words,
    source_id=words,
    source_url=words,
    headline=words,
    body=words,
    media_url=words,
    media_type=st.sampled_from(["image", "video"]),
    click_id=words,
)
MESSAGES = st.builds(
    InboundMessage,
    provider_id=named,
    contact_key=st.sampled_from(["+15550001111", "US.1349"]),
    user_id=st.none() | st.just("US.1350"),
    profile_name=words,
    sent_at=st.integers(1, 4_000_000_000).map(lambda stamp: datetime.fromtimestamp(stamp, UTC)),
    content=CONTENTS,
    context=st.none() | CONTEXTS,
    referral=st.none() | REFERRALS,
)


def webhook_of(request: SignedRequest) -> Webhook:
    url = f"https://hooks.example.test{request.path}"
    return Webhook(request.method, url, request.headers, request.body, AT)


def told(request: SignedRequest) -> Any:  # noqa: ANN401 - whatever the callback tells of
    (item,) = PROVIDER.parse(webhook_of(request)).items
    assert PROVIDER.belongs(item, ACCOUNT)
    return item.what


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(MESSAGES)
def test_what_a_customer_says_is_read_as_it_was_meant(message: InboundMessage) -> None:
    assert told(PLAYED.says(NUMBER, message)) == message


def test_what_we_have_no_arm_for_is_told_in_its_raw_form() -> None:
    raw = {"from": "15550001111", "id": "wamid.1", "timestamp": "1767225600", "type": "poll", "poll": {"a": [1]}}
    content = Unsupported(provider_kind="poll", raw=raw)
    message = InboundMessage(provider_id="wamid.1", contact_key="+15550001111", sent_at=AT, content=content)
    assert told(PLAYED.says(NUMBER, message)) == message


def test_an_edit_that_is_no_text_is_told_in_its_raw_form() -> None:
    content = Edited(message_id="wamid.0", text="new", raw={"type": "image", "image": {"id": "1", "caption": "new"}})
    message = InboundMessage(provider_id="wamid.1", contact_key="+15550001111", sent_at=AT, content=content)
    assert told(PLAYED.says(NUMBER, message)) == message


def test_a_callback_is_genuine_for_its_account_alone() -> None:
    message = InboundMessage(provider_id="w", contact_key="+15550001111", sent_at=AT, content=Text(text="x"))
    webhook = webhook_of(PLAYED.says(NUMBER, message))
    assert PROVIDER.verify(webhook, ACCOUNT) is Verdict.GENUINE
    assert PROVIDER.verify(webhook, STRANGER) is Verdict.FORGED


SENT = Accepted("wamid.OUT", "our-id-1", "+15550001111", "text", "x", {})


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_a_status_is_told_with_our_reference(state: str) -> None:
    status = told(PLAYED.reports(NUMBER, SENT, DeliveryState(state), AT))
    assert isinstance(status, MessageStatus)
    assert (status.provider_id, status.contact_key, status.state) == ("wamid.OUT", "+15550001111", state)
    assert (status.reference, status.occurred_at) == ("our-id-1", AT)


@pytest.mark.parametrize(
    ("code", "kind"), [("131047", FailureKind.WINDOW_CLOSED), ("WAV2101", FailureKind.RATE_LIMITED)]
)
def test_a_failure_is_told_with_its_code(code: str, kind: FailureKind) -> None:
    status = told(PLAYED.reports(NUMBER, SENT, DeliveryState.FAILED, AT, code))
    assert (status.reason.code, status.reason.kind) == (code, kind)


def test_what_kaleyra_does_not_report_is_not_reported() -> None:
    with pytest.raises(ValueError, match="does not report queued"):
        PLAYED.reports(NUMBER, SENT, DeliveryState.QUEUED, AT)


def call(path: str, body: object = None, method: str = "POST", headers: dict[str, str] | None = None) -> ApiCall:
    return ApiCall(method, path, {}, KEY if headers is None else headers, json.dumps(body).encode(), AT)


@pytest.mark.parametrize("owner", [PHONE, PHONE[1:], "%2B15550002222", WABA_ID])
def test_a_call_is_of_the_number_that_its_path_names_and_its_key_opens(owner: str) -> None:
    asked = call(f"{ROOT}/{owner}/messages")
    assert PLAYED.numbers_of(asked, (NUMBER,)) is NUMBER
    assert PLAYED.numbers_of(replace(asked, headers={"api-key": "wrong"}), (NUMBER,)) is None
    assert PLAYED.numbers_of(replace(asked, path=asked.path.replace("HXAP", "HXAQ")), (NUMBER,)) is None
    assert PLAYED.unauthorised().status == 401


GOOD: dict[str, Any] = {"messaging_product": "whatsapp", "to": "+15550001111", "type": "text", "text": {"body": "x"}}


@pytest.mark.parametrize(
    "body",
    [
        7,
        {},
        {"messaging_object": None},
        GOOD,
        {"messaging_object": {**GOOD, "messaging_product": "sms"}},
        {"messaging_object": {**GOOD, "to": ""}},
        {"messaging_object": {**GOOD, "type": "poll", "poll": {"x": 1}}},
        {"messaging_object": {**GOOD, "text": {}}},
        {"messaging_object": {**GOOD, "text": {"body": ""}}},
        {"messaging_object": {**GOOD, "type": "image", "image": {"id": "unknown"}}},
        {"messaging_object": {**GOOD, "type": "template", "template": {"name": "no", "language": {"code": "en"}}}},
        {"messaging_object": {"messaging_product": "whatsapp", "status": "read"}},
    ],
)
def test_a_body_that_kaleyra_would_refuse_is_refused(body: object) -> None:
    answer = PLAYED.answer(call(f"{ROOT}/{PHONE}/messages", body), NUMBER, {})
    assert (answer.status, answer.json["code"], answer.accepted) == (400, "WA400", ())


def test_a_body_that_is_no_json_is_refused() -> None:
    asked = replace(call(f"{ROOT}/{PHONE}/messages"), body=b"{")
    assert PLAYED.answer(asked, NUMBER, {}).json["code"] == "WA400"


def test_an_upload_without_a_file_is_refused() -> None:
    headers = {**KEY, "content-type": 'multipart/form-data; boundary="b"'}
    body = b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage/png\r\n--b--\r\n'
    asked = replace(call(f"{ROOT}/{PHONE}/media", headers=headers), body=body)
    assert PLAYED.answer(asked, NUMBER, {}).status == 400


def test_a_customers_file_is_served_to_whoever_has_its_link() -> None:
    file = SandboxFile("m1", "image/png", "a.png", b"png")
    path = PLAYED.file_url(NUMBER, "m1").removeprefix(NUMBER.api_url)
    asked = call(path, method="GET", headers={})
    assert PLAYED.numbers_of(asked, (NUMBER,)) is NUMBER
    assert PLAYED.answer(asked, NUMBER, {"m1": file}).body == b"png"
    assert PLAYED.answer(asked, NUMBER, {}).status == 404


@pytest.mark.parametrize(("status", "code"), [(429, "429"), (500, "WA500"), (503, "WA500")])
def test_failures_on_demand_have_kaleyras_form(status: int, code: str) -> None:
    answer = PLAYED.failure(status, 7)
    assert (answer.status, answer.json["code"], answer.headers) == (status, code, {"Retry-After": "7"})
    assert PLAYED.failure(status, None).headers == {}


def test_it_names_messages_and_files() -> None:
    assert isinstance(PLAYED, NamesMessages)
    assert isinstance(PLAYED, NamesFiles)
    assert PLAYED.message_id("ab" * 16) == "wamid." + "AB" * 16
