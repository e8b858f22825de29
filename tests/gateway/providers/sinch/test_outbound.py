"""What is sent to Sinch: every kind against the played API, and every class of its error answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.accounts import Account
from contracts.content import ContactCard, Location, Media, PhoneEntry, Reaction, Text
from contracts.messages import DeliveryState, FailureKind
from contracts.outbound import (
    Button,
    Buttons,
    ListMenu,
    OutboundContent,
    OutboundMessage,
    OutboundSignal,
    Row,
    Section,
    SendContacts,
    SendMedia,
    Signal,
    TemplateMessage,
)
from gateway.providers.delivery import (
    Delivers,
    DeliveryError,
    HoldsMedia,
    HoldsTemplates,
    HttpReply,
    OutcomeUnknown,
    Refused,
    Sent,
    Signals,
    TryLater,
)
from gateway.providers.sinch.provider import PROVIDER
from tests.gateway.providers.sinch.driving import TOKEN, Sandbox, drive, reply
from tests.gateway.providers.sinch.sample import ACCOUNT, API, PUBLIC, SECRETS

FILE = "https://files.example.test/f"
ANN = ContactCard(name="Ann T", phones=(PhoneEntry(phone="+15550003333", type="CELL"),), emails=("a@example.test",))
BUTTONS = (Button(payload="yes", title="Yes"), Button(payload="no", title="No"))
ROWS = (Section(title="S", rows=(Row(payload="r1", title="Row", description="d"), Row(payload="r2", title="Other"))),)
PROJECT = PUBLIC["project_id"]


def message(content: OutboundContent, **changed: str) -> OutboundMessage:
    whole = OutboundMessage(id="out-1", account_id=ACCOUNT.id, contact_key="+15550001111", content=content)
    return whole.model_copy(update=changed)


def template(**changed: object) -> TemplateMessage:
    return TemplateMessage(name="order_update", language="en-US").model_copy(update=changed)


def sent_body(content: OutboundContent, media_url: str | None = None) -> dict[str, Any]:
    sandbox = Sandbox()
    sandbox.drive(PROVIDER.deliver(message(content), ACCOUNT, media_url))
    (accepted,) = sandbox.accepted
    return accepted.raw


KINDS: list[tuple[str, OutboundContent, dict[str, Any]]] = [
    ("text", Text(text="hi"), {"text_message": {"text": "hi"}}),
    (
        "file by link",
        SendMedia(media="image", url="https://x.example.test/a.jpg"),
        {"media_message": {"url": "https://x.example.test/a.jpg"}},
    ),
    (
        "uploaded file",
        SendMedia(media="document", file_id="f1", filename="a.pdf"),
        {"media_message": {"url": FILE, "filename_override": "a.pdf"}},
    ),
    (
        "file with caption",
        SendMedia(media="video", file_id="f1", caption="look"),
        {"card_message": {"title": "look", "media_message": {"url": FILE}}},
    ),
    ("voice", SendMedia(media="voice", file_id="f1"), {"media_message": {"url": FILE}}),
    ("sticker", SendMedia(media="sticker", file_id="f1"), {"media_message": {"url": FILE}}),
    (
        "location",
        Location(latitude=12.97, longitude=0.0, name="Office", address="1 Test St"),
        {
            "location_message": {
                "title": "Office",
                "label": "1 Test St",
                "coordinates": {"latitude": 12.97, "longitude": 0.0},
            }
        },
    ),
    (
        "location without a name",
        Location(latitude=12.97, longitude=77.59),
        {"location_message": {"title": "12.97, 77.59", "coordinates": {"latitude": 12.97, "longitude": 77.59}}},
    ),
    (
        "contact card",
        SendContacts(cards=(ANN.model_copy(update={"organisation": "X"}),)),
        {
            "contact_info_message": {
                "name": {"full_name": "Ann T"},
                "phone_numbers": [{"phone_number": "+15550003333", "type": "CELL"}],
                "email_addresses": [{"email_address": "a@example.test"}],
                "organization": {"company": "X"},
            }
        },
    ),
    (
        "buttons",
        Buttons(text="Pick", footer="f", buttons=BUTTONS),
        {
            "choice_message": {
                "text_message": {"text": "Pick"},
                "choices": [
                    {"text_message": {"text": "Yes"}, "postback_data": "yes"},
                    {"text_message": {"text": "No"}, "postback_data": "no"},
                ],
                "message_properties": {"whatsapp_footer": "f"},
            }
        },
    ),
    (
        "list",
        ListMenu(text="Pick", button="Menu", header="h", footer="f", sections=ROWS),
        {
            "list_message": {
                "title": "Pick",
                "description": "f",
                "sections": [
                    {
                        "title": "S",
                        "items": [
                            {"choice": {"title": "Row", "description": "d", "postback_data": "r1"}},
                            {"choice": {"title": "Other", "postback_data": "r2"}},
                        ],
                    }
                ],
                "message_properties": {"menu": "Menu", "whatsapp_header": "h"},
            }
        },
    ),
]


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in KINDS], ids=[case[0] for case in KINDS])
def test_every_kind_is_sent_in_the_form_of_sinch(content: OutboundContent, expected: dict[str, Any]) -> None:
    assert sent_body(content, FILE) == expected


def test_a_message_goes_to_its_recipient_on_whatsapp_alone_with_our_id() -> None:
    sandbox = Sandbox()
    sent = sandbox.drive(PROVIDER.deliver(message(Text(text="hi")), ACCOUNT, None))
    (accepted,) = sandbox.accepted
    assert sent == Sent(provider_id=accepted.provider_id, state=DeliveryState.SENT)
    assert (accepted.contact_key, accepted.reference, accepted.words) == ("+15550001111", "out-1", "hi")
    token, call = sandbox.calls
    assert token.basic == (PUBLIC["key_id"], SECRETS["key_secret"])
    assert (token.url, token.form, token.effect) == (
        f"{API}/oauth2/token",
        (("grant_type", "client_credentials"),),
        False,
    )
    assert 0 < token.keep_s < 3600
    assert (call.url, call.effect) == (f"{API}/v1/projects/{PROJECT}/messages:send", True)
    assert call.json["channel_priority_order"] == ["WHATSAPP"]
    assert call.json["message_metadata"] == call.json["correlation_id"] == "out-1"


def test_a_long_id_of_ours_goes_along_as_metadata_alone() -> None:
    sandbox = Sandbox()
    sandbox.drive(PROVIDER.deliver(message(Text(text="hi"), id="x" * 129), ACCOUNT, None))
    assert sandbox.calls[-1].json["message_metadata"] == "x" * 129
    assert "correlation_id" not in sandbox.calls[-1].json
    assert len(sandbox.accepted) == 1


def test_a_customer_without_a_number_is_reached_by_the_business_scoped_id() -> None:
    sandbox = Sandbox()
    one = message(Text(text="hi"), contact_key="US.13491208655302741918")
    sandbox.drive(PROVIDER.deliver(one, ACCOUNT, None))
    assert [accepted.contact_key for accepted in sandbox.accepted] == ["US.13491208655302741918"]


TEMPLATES: list[tuple[TemplateMessage, dict[str, str]]] = [
    (
        template(
            header_media=SendMedia(media="image", file_id="f1"),
            body={"1": "Ann", "2": "42"},
            buttons={0: "CONFIRM_42", 1: "abc"},
        ),
        {
            "header[1]image.link": FILE,
            "body[1]text": "Ann",
            "body[2]text": "42",
            "button[0]quick_reply[1]payload": "CONFIRM_42",
            "button[1]url[1]text": "abc",
            "button[2]quick_reply[1]payload": "",
        },
    ),
    (template(), {"button[0]quick_reply[1]payload": "", "button[2]quick_reply[1]payload": ""}),
    (template(name="recontact", language="en"), {}),
    (
        template(name="nowhere", header={"1": "Hello"}, buttons={0: "p"}),
        {"header[1]text": "Hello", "button[0]quick_reply[1]payload": "p"},
    ),
    (
        template(
            name="recontact",
            language="en",
            header_media=SendMedia(media="document", url="https://x.example.test/a", filename="a.pdf"),
        ),
        {"header[1]document.link": "https://x.example.test/a", "header[1]document.filename": "a.pdf"},
    ),
]


@pytest.mark.parametrize(("content", "parameters"), TEMPLATES)
def test_a_template_is_named_with_its_language_and_parameters(
    content: TemplateMessage, parameters: dict[str, str]
) -> None:
    told = sent_body(content, FILE)["template_message"]["channel_template"]["WHATSAPP"]
    assert told == {
        "template_id": content.name,
        "language_code": content.language.replace("-", "_"),
        "parameters": parameters,
    }


def test_the_buttons_are_those_of_the_template_in_its_language() -> None:
    buttons = [{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}, {"type": "URL"}]}]
    entries = [
        {"name": "order_update", "language": language, "details": {"components": parts}}
        for language, parts in (("it", []), ("en-US", buttons))
    ]
    content = template(buttons={1: "abc"})
    replies = [TOKEN, reply(200, {"templates": entries}), TOKEN, reply(200, {"message_id": "01OUT"})]
    _, calls = drive(PROVIDER.deliver(message(content), ACCOUNT, None), replies)
    told = calls[-1].json["message"]["template_message"]["channel_template"]["WHATSAPP"]["parameters"]
    assert told == {"button[0]quick_reply[1]payload": "", "button[1]url[1]text": "abc"}


def test_a_template_that_cannot_be_looked_up_is_sent_all_the_same() -> None:
    content = template(buttons={0: "p"})
    replies = [TOKEN, reply(403), TOKEN, reply(200, {"message_id": "01OUT"})]
    sent, calls = drive(PROVIDER.deliver(message(content), ACCOUNT, None), replies)
    assert sent.provider_id == "01OUT"
    assert [call.effect for call in calls] == [False, False, False, True]


NOT_EXPRESSED: list[tuple[OutboundMessage, FailureKind]] = [
    (message(Text(text="hi"), reply_to="01IN"), FailureKind.CONTENT),
    (message(Reaction(message_id="01IN", emoji="👍")), FailureKind.CONTENT),
    (message(SendContacts(cards=(ANN, ANN))), FailureKind.CONTENT),
    (message(Buttons(text="Pick", header="h", buttons=BUTTONS)), FailureKind.CONTENT),
    (message(SendMedia(media="voice", file_id="f1", caption="c")), FailureKind.CONTENT),
    (message(SendMedia(media="image", file_id="f1")), FailureKind.MEDIA),
    (message(template(body={"name": "Ann"})), FailureKind.CONTENT),
    (message(template(header_media=SendMedia(media="sticker", file_id="f1"))), FailureKind.CONTENT),
]


@pytest.mark.parametrize(("one", "kind"), NOT_EXPRESSED)
def test_what_sinch_has_no_form_for_is_refused_and_never_sent(one: OutboundMessage, kind: FailureKind) -> None:
    sandbox = Sandbox()
    with pytest.raises(Refused) as refusal:
        sandbox.drive(PROVIDER.deliver(one, ACCOUNT, None))
    assert refusal.value.reason.kind is kind
    assert refusal.value.reason.sentence
    assert not any(call.effect for call in sandbox.calls)


@pytest.mark.parametrize("base", [API, f"{API}/", f"{API}/v1", f"{API}/v1/"])
def test_the_base_url_may_end_as_it_likes(base: str) -> None:
    account = with_credentials(base_url=base)
    sandbox = Sandbox()
    assert sandbox.drive(PROVIDER.check(account)) == "The keys open the Sinch app Sandbox a1."
    assert sandbox.calls[-1].url == f"{API}/v1/projects/{PROJECT}/apps/{PUBLIC['app_id']}"


def with_credentials(**changed: str) -> Account:
    kept = {name: value for name, value in {**PUBLIC, **changed}.items() if value}
    return ACCOUNT.model_copy(update={"credentials": kept})


def test_blank_addresses_are_those_of_sinch() -> None:
    account = with_credentials(auth_url="", provisioning_url="")
    _, calls = drive(PROVIDER.templates(account), [TOKEN, reply(200, {"templates": []})])
    assert [call.url for call in calls] == [
        "https://auth.sinch.com/oauth2/token",
        f"https://provisioning.api.sinch.com/v1/projects/{PROJECT}/whatsapp/templates",
    ]


def test_a_token_that_has_expired_is_renewed_once() -> None:
    sandbox = Sandbox()
    sandbox.drive(PROVIDER.deliver(message(Text(text="one")), ACCOUNT, None))
    sandbox.later(timedelta(hours=2))
    sandbox.drive(PROVIDER.deliver(message(Text(text="two")), ACCOUNT, None))
    assert [accepted.words for accepted in sandbox.accepted] == ["one", "two"]
    assert [call.renew for call in sandbox.calls] == [False, False, False, True, False]


def test_a_token_that_is_refused_twice_is_the_fault_of_the_keys() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(Text(text="hi")), ACCOUNT, None), [TOKEN, reply(401), TOKEN, reply(401)])
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize("missing", ["base_url", "project_id", "app_id", "key_id"])
def test_an_account_without_its_credentials_is_refused(missing: str) -> None:
    with pytest.raises(Refused) as refusal:
        Sandbox().drive(PROVIDER.deliver(message(Text(text="hi")), with_credentials(**{missing: ""}), None))
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS


def test_an_account_without_its_key_secret_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Sandbox().drive(PROVIDER.check(ACCOUNT.model_copy(update={"secrets": {}})))
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS


def failing(replies: Sequence[HttpReply]) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        drive(PROVIDER.deliver(message(Text(text="hi")), ACCOUNT, None), replies)
    return error.value


def rpc(code: str, words: str) -> dict[str, Any]:
    return {"error": {"code": 1, "message": words, "status": code, "details": []}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, rpc("INVALID_ARGUMENT", "no"), FailureKind.CONTENT, "INVALID_ARGUMENT 400"),
        (400, rpc("INVALID_ARGUMENT", "Template x is unknown"), FailureKind.TEMPLATE, "INVALID_ARGUMENT 400"),
        (403, rpc("PERMISSION_DENIED", "no"), FailureKind.ACCOUNT, "PERMISSION_DENIED 403"),
        (404, rpc("NOT_FOUND", "no such project"), FailureKind.ACCOUNT, "NOT_FOUND 404"),
        (404, rpc("NOT_FOUND", "no such template"), FailureKind.TEMPLATE, "NOT_FOUND 404"),
        (413, None, FailureKind.CONTENT, "HTTP 413"),
        (501, rpc("UNIMPLEMENTED", ""), FailureKind.PROVIDER, "UNIMPLEMENTED 501"),
        (302, None, FailureKind.ACCOUNT, "HTTP 302"),
    ],
)
def test_a_final_no_is_refused_with_a_reason(status: int, body: object, kind: FailureKind, code: str) -> None:
    error = failing([TOKEN, reply(status, body)])
    assert isinstance(error, Refused)
    assert (error.reason.kind, error.reason.code, bool(error.reason.sentence)) == (kind, code, True)


@pytest.mark.parametrize(
    ("given", "kind", "after"),
    [
        (reply(429, rpc("RESOURCE_EXHAUSTED", "slow"), retry_after="7"), FailureKind.RATE_LIMITED, 7),
        (reply(429), FailureKind.RATE_LIMITED, None),
        (reply(500, rpc("INTERNAL", "?")), FailureKind.PROVIDER, None),
        (reply(503, None, retry_after="3"), FailureKind.PROVIDER, 3),
    ],
)
def test_what_may_succeed_later_holds_back_the_account(
    given: HttpReply, kind: FailureKind, after: float | None
) -> None:
    error = failing([TOKEN, given])
    assert isinstance(error, TryLater)
    assert (error.reason.kind, error.after_s, error.scope) == (kind, after, "account")


@pytest.mark.parametrize("given", [reply(502), reply(504), reply(408), reply(200, {}), HttpReply(200, {}, b"<html>")])
def test_an_answer_that_was_lost_on_its_way_leaves_the_outcome_unknown(given: HttpReply) -> None:
    assert isinstance(failing([TOKEN, given]), OutcomeUnknown)


@pytest.mark.parametrize(
    ("given", "error", "kind"),
    [
        (reply(401, {"error": "invalid_client"}), Refused, FailureKind.CREDENTIALS),
        (reply(400, {"error": "invalid_request"}), Refused, FailureKind.CREDENTIALS),
        (reply(404), Refused, FailureKind.CREDENTIALS),
        (reply(429), TryLater, FailureKind.RATE_LIMITED),
        (reply(504), TryLater, FailureKind.PROVIDER),
        (reply(200, {"access_token": "a\nb"}), TryLater, FailureKind.PROVIDER),
        (reply(200, {}), TryLater, FailureKind.PROVIDER),
    ],
)
def test_without_a_token_nothing_was_sent(given: HttpReply, error: type[Refused | TryLater], kind: FailureKind) -> None:
    failure = failing([given])
    assert isinstance(failure, error)
    assert isinstance(failure, Refused | TryLater)
    assert failure.reason.kind is kind


REPLIES = st.builds(
    HttpReply,
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text(max_size=5) | st.just("9" * 400)),
    st.binary(max_size=40)
    | st.sampled_from([b'{"error": 7}', b'{"error": {"status": []}}', b'{"message_id": 7}', b'{"templates": [{}, 7]}']),
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(REPLIES, min_size=8, max_size=8), st.booleans(), st.booleans())
def test_whatever_is_answered_a_delivery_ends_as_the_seam_says(
    replies: list[HttpReply], has_token: bool, is_template: bool
) -> None:
    content = template() if is_template else Text(text="hi")
    given = ([TOKEN] if has_token else []) + replies
    try:
        sent, _ = drive(PROVIDER.deliver(message(content), ACCOUNT, None), given)
    except (Refused, TryLater, OutcomeUnknown):
        return
    assert sent.provider_id


@pytest.mark.parametrize(("signal", "name"), [(Signal.READ, "read"), (Signal.TYPING, "typing")])
def test_signals_are_events_of_the_conversation(signal: Signal, name: str) -> None:
    sandbox = Sandbox()
    one = OutboundSignal(account_id=ACCOUNT.id, contact_key="+15550001111", signal=signal, message_id="01IN")
    sandbox.drive(PROVIDER.signal(one, ACCOUNT))
    assert sandbox.signals == [(name, "01IN")]
    assert not any(call.effect for call in sandbox.calls)


def test_a_signal_that_is_not_taken_says_so() -> None:
    one = OutboundSignal(account_id=ACCOUNT.id, contact_key="+15550001111", signal=Signal.READ, message_id="01IN")
    with pytest.raises(TryLater):
        drive(PROVIDER.signal(one, ACCOUNT), [TOKEN, reply(504)])


def test_the_app_of_another_project_does_not_pass_the_check() -> None:
    with pytest.raises(Refused) as refusal:
        Sandbox().drive(PROVIDER.check(with_credentials(app_id="01OTHER")))
    assert refusal.value.reason.kind is FailureKind.ACCOUNT


def test_a_file_is_fetched_from_its_url_without_credentials() -> None:
    media = Media(kind="image", url="https://files.example.test/a.jpg", filename="a.jpg")
    download, calls = drive(PROVIDER.locate(media, ACCOUNT), [])
    assert not calls
    assert (download.call.url, download.call.headers, download.hosts) == (media.url, {}, ())
    assert download.filename == "a.jpg"


def test_a_file_without_a_url_is_gone() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.locate(Media(kind="image", media_id="1"), ACCOUNT), [])
    assert refusal.value.reason.kind is FailureKind.MEDIA


def test_sinch_implements_the_whole_way_out() -> None:
    for seam in (Delivers, Signals, HoldsMedia, HoldsTemplates):
        assert isinstance(PROVIDER, seam)
