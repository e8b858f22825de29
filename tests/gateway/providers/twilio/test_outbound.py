"""What is sent to Twilio, and what its answers mean, against the provider as the sandbox plays it."""

import json
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from contracts.content import ContactCard, Location, Reaction, Text
from contracts.messages import DeliveryState, FailureKind, MessageStatus
from contracts.outbound import (
    Button,
    OutboundContent,
    OutboundSignal,
    Section,
    SendContacts,
    SendMedia,
    Signal,
)
from gateway.providers.delivery import (
    Delivers,
    HoldsMedia,
    HoldsTemplates,
    HttpCall,
    Refused,
    Sent,
    Signals,
)
from gateway.providers.seam import Verdict, Webhook
from gateway.providers.twilio.endpoints import product_url
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox.seam import ApiAnswer
from runtime.sandbox.twilio import PLAYED
from tests.gateway.providers.twilio.driver import AT, PLAYED_NUMBER, SENDER, Conversed, drive, played_by
from tests.gateway.providers.twilio.messages import (
    BUTTONS,
    CARD,
    CONTACT,
    EVERYTHING,
    FILE_URL,
    MENU,
    PLACE,
    TEMPLATE,
    USER_ID,
    message,
)


def sent(content: OutboundContent, contact: str = CONTACT, reply_to: str | None = None) -> Conversed[Sent]:
    return drive(PROVIDER.deliver(message(content, contact, reply_to), SENDER, FILE_URL), played_by())


def answering(*replies: ApiAnswer) -> Callable[[HttpCall], ApiAnswer]:
    """Answers these first, and then as the played provider."""
    left, otherwise = list(replies), played_by()
    return lambda call: left.pop(0) if left and call.effect else otherwise(call)


def test_the_provider_has_every_part_of_the_way_out() -> None:
    for part in (Delivers, Signals, HoldsMedia, HoldsTemplates):
        assert isinstance(PROVIDER, part)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("text", "text", "Hello & welcome"),
        ("file of ours", "media", "the receipt"),
        ("file elsewhere", "media", ""),
        ("voice", "media", ""),
        ("place", "location", ""),
        ("bare place", "location", ""),
        ("template", "template", "Zoë o'clock"),
        ("template with a button", "template", "Friday orders/7"),
        ("buttons", "buttons", "Is it?"),
        ("list", "list", "Which size?"),
    ],
)
def test_what_twilio_has_a_form_for_is_taken(name: str, kind: str, words: str) -> None:
    conversed = sent(EVERYTHING[name])
    (accepted,) = conversed.turns[-1].answer.accepted
    assert conversed.result == Sent(provider_id=accepted.provider_id, state=DeliveryState.SENT)
    assert (accepted.kind, accepted.words, accepted.contact_key) == (kind, words, CONTACT)
    assert accepted.reference == "account-1:out/7 &"


@pytest.mark.parametrize("name", EVERYTHING)
def test_only_the_call_that_sends_has_an_effect(name: str) -> None:
    calls = sent(EVERYTHING[name]).calls
    assert [call.effect for call in calls] == [False] * (len(calls) - 1) + [True]


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("contact", [CONTACT, USER_ID])
def test_its_statuses_come_back_signed_to_the_accounts_url_with_our_id(name: str, contact: str) -> None:
    conversed = sent(EVERYTHING[name], contact)
    (accepted,) = conversed.turns[-1].answer.accepted
    request = PLAYED.reports(PLAYED_NUMBER, accepted, DeliveryState.READ, AT)
    url = f"https://hooks.example.test{request.path}"
    webhook = Webhook(request.method, url, request.headers, request.body, AT)
    assert request.path.partition("?")[0] == SENDER.webhook_path
    assert PROVIDER.verify(webhook, SENDER) is Verdict.GENUINE
    (item,) = PROVIDER.parse(webhook).items
    assert PROVIDER.belongs(item, SENDER)
    assert item.what == MessageStatus(
        provider_id=conversed.result.provider_id,
        contact_key=contact,
        state=DeliveryState.READ,
        provider_state="read",
        occurred_at=AT,
        reference="account-1:out/7 &",
    )


def test_without_a_public_address_no_callback_is_asked_for() -> None:
    nowhere = SENDER.model_copy(update={"domain": None})
    conversed = drive(PROVIDER.deliver(message(Text(text="hi")), nowhere, None), played_by())
    assert conversed.form == {"To": f"whatsapp:{CONTACT}", "From": "whatsapp:+15550002222", "Body": "hi"}


def test_an_answer_to_a_message_is_sent_without_the_quotation() -> None:
    assert sent(Text(text="yes"), reply_to="SM1").form["Body"] == "yes"


def test_a_file_of_ours_is_fetched_from_its_public_url_and_another_from_its_own() -> None:
    assert sent(EVERYTHING["file of ours"]).form["MediaUrl"] == FILE_URL
    assert sent(EVERYTHING["file elsewhere"]).form["MediaUrl"] == "https://shop.example.test/a.jpg"


@pytest.mark.parametrize(
    ("content", "body", "variables"),
    [
        (BUTTONS, "{{1}}", {"1": "Is it?"}),
        (BUTTONS.model_copy(update={"header": "Ann", "footer": "Thanks"}), "Ann\n\nIs it?\n\nThanks", None),
        (BUTTONS.model_copy(update={"text": "a{{b}}"}), "{{1}}", {"1": "a{{b}}"}),
        (BUTTONS.model_copy(update={"text": "five     blanks"}), "five     blanks", None),
        (MENU, "{{1}}", {"1": "Which size?"}),
        (
            MENU.model_copy(update={"sections": (Section(title="Sizes", rows=MENU.sections[0].rows),)}),
            "Which size?\n\nSizes",
            None,
        ),
    ],
)
def test_the_words_of_buttons_and_lists_are_a_variable_where_one_can_hold_them(
    content: OutboundContent, body: str, variables: dict[str, str] | None
) -> None:
    conversed = sent(content)
    ((_, fields),) = conversed.calls[0].json["types"].items()
    assert fields["body"] == body
    assert json.loads(conversed.form.get("ContentVariables", "null")) == variables


def test_a_list_has_its_rows_in_order() -> None:
    made = sent(MENU).calls[0]
    assert made.json["types"]["twilio/list-picker"]["items"] == [
        {"item": "Small", "id": "s", "description": "30 cm"},
        {"item": "Large", "id": "l"},
    ]


def test_a_place_says_its_name_and_its_address() -> None:
    made = sent(PLACE).calls[0]
    place = {"latitude": 12.9716, "longitude": 77.5946, "label": "Office, 1 Test Street"}
    assert made.json["types"] == {"twilio/location": place}


def test_a_content_is_kept_and_the_same_for_messages_with_the_same_buttons() -> None:
    one, other = sent(BUTTONS), sent(BUTTONS.model_copy(update={"text": "And now?"}))
    assert one.calls[0] == other.calls[0]
    assert one.calls[0].keep_s > 0
    assert not one.calls[0].renew


def test_a_content_that_is_gone_is_made_anew_and_the_message_sent_once_more() -> None:
    gone = ApiAnswer(400, json={"code": 21655, "message": "The ContentSid is Invalid", "status": 400})
    conversed = drive(PROVIDER.deliver(message(BUTTONS), SENDER, None), answering(gone))
    assert [(call.effect, call.renew) for call in conversed.calls] == [
        (False, False),
        (True, False),
        (False, True),
        (True, False),
    ]
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(BUTTONS), SENDER, None), answering(gone, gone))
    assert refusal.value.reason.kind is FailureKind.TEMPLATE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SendContacts(cards=(ContactCard(name="Ann"),)), "cannot send contact cards"),
        (Reaction(message_id="SM1", emoji="👍"), "cannot send reactions"),
        (SendMedia(media="voice", file_id="f1", caption="listen"), "cannot send words with a sound"),
        (MENU.model_copy(update={"sections": MENU.sections * 2}), "cannot send a list with several sections"),
        (BUTTONS.model_copy(update={"text": "a\n{{b}}"}), "cannot send “{{”"),
        (BUTTONS.model_copy(update={"buttons": (Button(payload="{{1}}", title="x"),)}), "cannot send “{{”"),
        (TEMPLATE.model_copy(update={"template_id": None}), "content SID is not known"),
        (TEMPLATE.model_copy(update={"template_id": "order_update"}), "content SID is not known"),
        (TEMPLATE.model_copy(update={"header_media": SendMedia(media="image", file_id="f1")}), "head of a template"),
        (TEMPLATE.model_copy(update={"header": {"1": "other"}}), "two values for the variable 1"),
        (CARD.model_copy(update={"buttons": {0: "other"}}), "template's button 0"),
        (CARD.model_copy(update={"buttons": {7: "other"}}), "template's button 7"),
    ],
)
def test_what_twilio_has_no_form_for_is_refused_with_a_sentence(content: OutboundContent, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        sent(content)
    assert refusal.value.reason.kind in {FailureKind.CONTENT, FailureKind.TEMPLATE}


def test_a_file_without_a_public_url_is_refused() -> None:
    with pytest.raises(Refused, match="public address") as refusal:
        drive(PROVIDER.deliver(message(EVERYTHING["file of ours"]), SENDER, None), played_by())
    assert refusal.value.reason.kind is FailureKind.MEDIA


@pytest.mark.parametrize(
    ("content", "code", "kind"),
    [
        (Text(text="x" * 1601), "21617", FailureKind.CONTENT),
        (Text(text=""), "21619", FailureKind.UNKNOWN),
        (TEMPLATE.model_copy(update={"template_id": "HX" + "9" * 32}), "21655", FailureKind.TEMPLATE),
        (TEMPLATE.model_copy(update={"body": {"1": "a\nb", "2": "c"}}), "21656", FailureKind.TEMPLATE),
        (TEMPLATE.model_copy(update={"body": {"1": "", "2": "c"}}), "21656", FailureKind.TEMPLATE),
        (TEMPLATE.model_copy(update={"body": {"1": "Ann"}}), "63028", FailureKind.TEMPLATE),
        (BUTTONS.model_copy(update={"buttons": (Button(payload="x", title="t" * 21),)}), "20001", FailureKind.UNKNOWN),
        (Location(latitude=91, longitude=0), "20001", FailureKind.UNKNOWN),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(content: OutboundContent, code: str, kind: FailureKind) -> None:
    with pytest.raises(Refused) as refusal:
        sent(content)
    assert (refusal.value.reason.code, refusal.value.reason.kind) == (code, kind)
    assert refusal.value.reason.title
    assert refusal.value.reason.sentence


def test_an_address_that_is_none_is_not_on_whatsapp() -> None:
    with pytest.raises(Refused) as refusal:
        sent(Text(text="hi"), contact="nobody")
    assert refusal.value.reason.kind is FailureKind.NOT_ON_WHATSAPP


def test_a_number_that_is_not_the_accounts_is_the_accounts_fault() -> None:
    other = SENDER.model_copy(update={"phone": "+15550009999"})
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(message(Text(text="hi")), other, None), played_by())
    assert (refusal.value.reason.code, refusal.value.reason.kind) == ("63007", FailureKind.ACCOUNT)


@pytest.mark.parametrize("secrets", [{"auth_token": SecretStr("wrong")}, {"auth_token": SecretStr("")}, {}])
def test_wrong_credentials_are_refused_as_such(secrets: dict[str, SecretStr]) -> None:
    wrong = SENDER.model_copy(update={"secrets": secrets})
    for conversation in (PROVIDER.deliver(message(Text(text="hi")), wrong, None), PROVIDER.check(wrong)):
        with pytest.raises(Refused) as refusal:
            drive(conversation, played_by())
        assert (refusal.value.reason.code, refusal.value.reason.kind) == ("20003", FailureKind.CREDENTIALS)
        assert "wrong" not in f"{refusal.value!r} {refusal.value.reason!r}"


def test_good_credentials_say_what_they_open() -> None:
    assert "Sandbox" in drive(PROVIDER.check(SENDER), played_by()).result


def test_a_suspended_account_is_refused_by_the_check() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.check(SENDER), lambda _call: ApiAnswer(200, json={"status": "suspended"}))
    assert refusal.value.reason.kind is FailureKind.ACCOUNT


def signal(kind: Signal, provider_id: str) -> OutboundSignal:
    return OutboundSignal(account_id=SENDER.id, contact_key=CONTACT, signal=kind, message_id=provider_id)


@pytest.mark.parametrize("part", ["", "-1"])
def test_typing_is_shown_on_the_customers_own_message(part: str) -> None:
    conversed = drive(PROVIDER.signal(signal(Signal.TYPING, f"SM{'0' * 32}{part}"), SENDER), played_by())
    assert [turn.answer.signal for turn in conversed.turns] == [("typing", f"SM{'0' * 32}")]
    assert not conversed.calls[0].effect


def test_a_read_mark_alone_is_passed_over() -> None:
    assert drive(PROVIDER.signal(signal(Signal.READ, "SM1"), SENDER), played_by()).turns == ()


@pytest.mark.parametrize("answer", [ApiAnswer(400), ApiAnswer(500), ApiAnswer(429)])
def test_a_signal_that_fails_is_not_missed(answer: ApiAnswer) -> None:
    assert drive(PROVIDER.signal(signal(Signal.TYPING, "SM1"), SENDER), lambda _call: answer).result is None


@pytest.mark.parametrize(
    ("api_url", "content"),
    [
        (None, "https://content.twilio.com"),
        ("https://api.twilio.com", "https://content.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://content.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:8099/twilio", "http://127.0.0.1:8099/twilio"),
        ("https://api.example.test", "https://api.example.test"),
        ("https://api.eviltwilio.com", "https://api.eviltwilio.com"),
    ],
)
def test_the_other_apis_are_beside_the_first_and_a_stand_in_has_all_under_one_root(
    api_url: str | None, content: str
) -> None:
    credentials = {"api_url": api_url} if api_url else {}
    assert product_url(SENDER.model_copy(update={"credentials": credentials}), "content") == content
