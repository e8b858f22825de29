"""Every kind of message goes out as Kaleyra takes it, and every answer is understood as what it is."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import ContactCard, Location, MediaKind, PhoneEntry, Reaction, Text
from contracts.messages import FailureKind
from contracts.outbound import (
    Button,
    Buttons,
    ListMenu,
    OutboundContent,
    OutboundSignal,
    Row,
    Section,
    SendContacts,
    SendMedia,
    Signal,
    TemplateMessage,
)
from gateway.providers.delivery import OutcomeUnknown, Refused, Sent, TryLater
from gateway.providers.kaleyra.provider import PROVIDER
from tests.gateway.providers.kaleyra.driver import Kaleyra, always, drive, message
from tests.gateway.providers.kaleyra.sample import ACCOUNT, API_URL

LINK = "https://files.example.test/a"
TEMPLATE = TemplateMessage(name="order_update", language="en")

KINDS: dict[str, tuple[OutboundContent, dict[str, Any]]] = {
    "text": (Text(text="hello"), {"type": "text", "text": {"preview_url": False, "body": "hello"}}),
    "image": (
        SendMedia(media="image", url=LINK, caption="look"),
        {"type": "image", "image": {"link": LINK, "caption": "look"}},
    ),
    "video": (SendMedia(media="video", url=LINK), {"type": "video", "video": {"link": LINK}}),
    "audio": (SendMedia(media="audio", url=LINK), {"type": "audio", "audio": {"link": LINK}}),
    "voice": (SendMedia(media="voice", url=LINK), {"type": "audio", "audio": {"link": LINK, "voice": True}}),
    "document": (
        SendMedia(media="document", url=LINK, filename="a.pdf"),
        {"type": "document", "document": {"link": LINK, "filename": "a.pdf"}},
    ),
    "sticker": (SendMedia(media="sticker", url=LINK), {"type": "sticker", "sticker": {"link": LINK}}),
    "location": (
        Location(latitude=12.5, longitude=77.5, name="Office"),
        {"type": "location", "location": {"latitude": 12.5, "longitude": 77.5, "name": "Office"}},
    ),
    "contacts": (
        SendContacts(
            cards=(
                ContactCard(
                    name="Ann",
                    phones=(PhoneEntry(phone="+15550003333", type="CELL", wa_id="15550003333"),),
                    emails=("a@example.test",),
                    organisation="X",
                ),
            )
        ),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ann", "first_name": "Ann"},
                    "phones": [{"phone": "+15550003333", "type": "CELL", "wa_id": "15550003333"}],
                    "emails": [{"email": "a@example.test"}],
                    "org": {"company": "X"},
                }
            ],
        },
    ),
    "buttons": (
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
    "list": (
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
    "reaction": (
        Reaction(message_id="wamid.KIN1", emoji="👍"),
        {"type": "reaction", "reaction": {"message_id": "wamid.KIN1", "emoji": "👍"}},
    ),
    "template": (TEMPLATE, {"type": "template", "template": {"name": "order_update", "language": {"code": "en"}}}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted_as_kaleyra_writes_it(kind: str) -> None:
    content, part = KINDS[kind]
    kaleyra = Kaleyra()
    sent = drive(PROVIDER.deliver(message(content), ACCOUNT, None), kaleyra)
    (accepted,), (call,) = kaleyra.accepted, kaleyra.calls
    frame = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550001111"}
    assert accepted.raw == {**frame, **part}
    assert (sent.provider_id, accepted.reference) == (accepted.provider_id, "our-id-1")
    assert (call.method, call.effect) == ("POST", True)
    assert call.url == f"{API_URL}/v2/HXAP1600000000IN/whatsapp/%2B15550002222/messages"


def test_an_answer_names_the_message_that_it_answers_and_a_reaction_does_not_twice() -> None:
    kaleyra = Kaleyra()
    drive(PROVIDER.deliver(message(Text(text="yes"), reply_to="wamid.KIN1"), ACCOUNT, None), kaleyra)
    drive(PROVIDER.deliver(message(KINDS["reaction"][0], reply_to="wamid.KIN1"), ACCOUNT, None), kaleyra)
    assert [accepted.raw.get("context") for accepted in kaleyra.accepted] == [{"message_id": "wamid.KIN1"}, None]


def test_a_customer_without_a_number_is_named_by_the_business_scoped_id() -> None:
    kaleyra = Kaleyra()
    drive(PROVIDER.deliver(message(Text(text="yes"), contact="US.1349"), ACCOUNT, None), kaleyra)
    assert kaleyra.accepted[0].contact_key == "US.1349"
    assert "to" not in kaleyra.accepted[0].raw


def test_a_file_of_ours_is_fetched_by_its_link_where_it_has_one() -> None:
    kaleyra, content = Kaleyra(), SendMedia(media="image", file_id="f1", mime_type="image/jpeg")
    drive(PROVIDER.deliver(message(content), ACCOUNT, LINK), kaleyra)
    assert kaleyra.accepted[0].raw["image"] == {"link": LINK}


def test_a_file_of_ours_without_a_link_is_handed_in_before_it_is_sent() -> None:
    kaleyra, content = Kaleyra(), SendMedia(media="image", file_id="f1", mime_type="image/jpeg", filename="a.jpg")
    drive(PROVIDER.deliver(message(content), ACCOUNT, None), kaleyra)
    (file,) = kaleyra.files.values()
    assert (file.content, file.mime_type, file.filename) == (b"the file", "image/jpeg", "a.jpg")
    assert kaleyra.accepted[0].raw["image"] == {"id": file.media_id}
    assert [call.effect for call in kaleyra.calls] == [False, True]


def test_a_file_that_gets_no_id_is_not_sent() -> None:
    content = SendMedia(media="image", file_id="f1")
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(content), ACCOUNT, None), always(200, {"code": "WA200"}))
    assert refusal.value.reason.kind is FailureKind.MEDIA


def test_a_template_has_its_parameters_and_its_buttons_what_the_template_says_that_they_are() -> None:
    kaleyra = Kaleyra()
    content = TEMPLATE.model_copy(
        update={"header": {"1": "77"}, "body": {"2": "shoes", "1": "Ann"}, "buttons": {1: "77", 0: "THANKS"}}
    )
    drive(PROVIDER.deliver(message(content), ACCOUNT, None), kaleyra)
    quick = {"type": "button", "sub_type": "quick_reply", "index": "0"}
    link = {"type": "button", "sub_type": "url", "index": "1"}
    assert kaleyra.accepted[0].raw["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "77"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "shoes"}]},
        {**quick, "parameters": [{"type": "payload", "payload": "THANKS"}]},
        {**link, "parameters": [{"type": "text", "text": "77"}]},
    ]
    assert [(call.effect, call.keep_s > 0) for call in kaleyra.calls] == [(False, True), (True, False)]


def test_a_template_may_name_its_parameters_and_have_a_file_in_its_header() -> None:
    kaleyra = Kaleyra()
    header = SendMedia(media="image", url=LINK)
    content = TEMPLATE.model_copy(update={"header_media": header, "body": {"first_name": "Ann"}})
    drive(PROVIDER.deliver(message(content), ACCOUNT, None), kaleyra)
    assert kaleyra.accepted[0].raw["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ann"}]},
    ]


@pytest.mark.parametrize("media", ["audio", "voice", "sticker"])
def test_what_whatsapp_has_no_caption_for_is_refused_with_one(media: MediaKind) -> None:
    kaleyra = Kaleyra()
    with pytest.raises(Refused, match="This provider cannot send an audio file or a sticker with a caption"):
        drive(PROVIDER.deliver(message(SendMedia(media=media, url=LINK, caption="x")), ACCOUNT, None), kaleyra)
    assert not kaleyra.calls


@pytest.mark.parametrize("signal", list(Signal))
def test_signals_name_the_message_and_put_nothing_before_the_customer(signal: Signal) -> None:
    kaleyra = Kaleyra()
    told = OutboundSignal(account_id="account-1", contact_key="+1", signal=signal, message_id="wamid.KIN1")
    drive(PROVIDER.signal(told, ACCOUNT), kaleyra)
    assert kaleyra.signals == [(signal.value, "wamid.KIN1")]
    assert not kaleyra.calls[0].effect


@pytest.mark.parametrize(
    "body",
    [
        {"code": "WA200", "data": {"message_id": "k1"}},
        {"data": [{"message_id": "k1"}]},
        {"messages": [{"id": "k1"}]},
        {"message_id": "k1"},
        {"id": "k1", "error": {}},
        {"code": "E000", "data": {"id": "k1"}, "error": None},
    ],
)
def test_the_id_is_found_wherever_clients_have_met_it(body: object) -> None:
    assert drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(202, body)) == Sent("k1")


def test_a_message_accepted_without_an_id_goes_by_our_reference() -> None:
    sent = drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(200, {"code": "WA200"}))
    assert sent == Sent("our-id-1")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"code": "RBC001", "message": "Wrong SID"}, FailureKind.CREDENTIALS),
        (200, {"code": "RBC001", "message": "Wrong SID"}, FailureKind.CREDENTIALS),
        (500, {"code": "WA401"}, FailureKind.CREDENTIALS),
        (403, None, FailureKind.CREDENTIALS),
        (402, {"code": "E110"}, FailureKind.ACCOUNT),
        (200, {"code": "WAV2101"}, FailureKind.RATE_LIMITED),
        (400, {"code": "WA400"}, FailureKind.CONTENT),
        (400, {"error": {"code": 131047, "message": "Re-engagement"}}, FailureKind.WINDOW_CLOSED),
        (200, {"errors": [{"code": 131026}]}, FailureKind.NOT_ON_WHATSAPP),
        (400, {"error": {"code": 132001}}, FailureKind.TEMPLATE),
        (200, {"id": "k1", "error": {"to": "is not valid"}}, FailureKind.UNKNOWN),
        (200, {"error": "no"}, FailureKind.UNKNOWN),
        (200, {"code": "E13001", "message": "no"}, FailureKind.UNKNOWN),
        (404, b"<html>", FailureKind.UNKNOWN),
        (301, b"", FailureKind.UNKNOWN),
    ],
)
def test_what_kaleyra_would_refuse_again_is_refused(status: int, body: object, kind: FailureKind) -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(status, body))
    assert refusal.value.reason.kind is kind
    assert refusal.value.reason.sentence


def test_a_refusal_holds_the_providers_code_and_words() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(200, {"error": {"to": "is not valid"}}))
    assert (refusal.value.reason.code, refusal.value.reason.title) == ("error", "to: is not valid")


@pytest.mark.parametrize(
    ("status", "body", "headers", "after_s", "scope"),
    [
        (429, {"code": "429"}, {"retry-after": "7"}, 7, "account"),
        (429, b"", {}, None, "account"),
        (500, {"code": "WA500"}, {}, 300, "recipient"),
        (200, {"code": "WA500"}, {}, 300, "recipient"),
        (500, b"", {}, None, "recipient"),
        (503, b"", {"retry-after": "30"}, 30, "account"),
        (408, b"", {}, None, "recipient"),
        (400, {"error": {"code": 130429}}, {}, None, "account"),
        (400, {"error": {"code": 131056}}, {}, None, "recipient"),
    ],
)
def test_what_was_certainly_not_taken_is_tried_later(
    status: int, body: object, headers: dict[str, str], after_s: float | None, scope: str
) -> None:
    with pytest.raises(TryLater) as later:
        drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(status, body, headers))
    assert (later.value.after_s, later.value.scope) == (after_s, scope)


@pytest.mark.parametrize(("status", "body"), [(502, b""), (504, b"<html>"), (200, b""), (200, {}), (202, [1])])
def test_what_may_have_been_taken_is_unknown(status: int, body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        drive(PROVIDER.deliver(message(Text(text="x")), ACCOUNT, None), always(status, body))


@pytest.mark.parametrize("status", [502, 504])
def test_a_step_before_the_sending_is_simply_made_again_when_its_outcome_is_unknown(status: int) -> None:
    file = SendMedia(media="image", file_id="f1")
    for content in (file, TEMPLATE.model_copy(update={"buttons": {0: "x"}})):
        with pytest.raises(TryLater):
            drive(PROVIDER.deliver(message(content), ACCOUNT, None), always(status))


@pytest.mark.parametrize("lost", ["base_url", "account_sid", "waba_id", "api_key"])
def test_an_account_without_its_credentials_is_refused_before_any_call(lost: str) -> None:
    public = {name: value for name, value in ACCOUNT.credentials.items() if name != lost}
    secret = {name: value for name, value in ACCOUNT.secrets.items() if name != lost}
    kaleyra, stripped = Kaleyra(), ACCOUNT.model_copy(update={"credentials": public, "secrets": secret})
    conversation: Any = PROVIDER.check(stripped) if lost == "waba_id" else None
    with pytest.raises(Refused) as refusal:
        drive(conversation or PROVIDER.deliver(message(Text(text="x")), stripped, None), kaleyra)
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS
    assert not kaleyra.calls


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=5)
    | st.sampled_from(["WA200", "WA500", "131047"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["code", "message", "error", "errors", "data", "messages", "id", "message_id", "paging"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
CONTENTS = [*(content for content, _ in KINDS.values()), SendMedia(media="image", file_id="f1")]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from([*CONTENTS, TEMPLATE.model_copy(update={"buttons": {0: "x"}})]),
    st.sampled_from([100, 200, 201, 204, 301, 400, 401, 404, 408, 429, 500, 502, 503, 504, 599]),
    JSON | st.binary(max_size=20),
    st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text(max_size=5)),
)
def test_whatever_is_answered_a_delivery_ends_or_raises_one_of_the_three_errors(
    content: OutboundContent, status: int, body: object, headers: dict[str, str]
) -> None:
    with suppress(Refused, TryLater, OutcomeUnknown):
        assert drive(PROVIDER.deliver(message(content), ACCOUNT, None), always(status, body, headers)).provider_id
