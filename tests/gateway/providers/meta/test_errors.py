"""What an answer of Meta's means for a message: refused, to be tried later, or not known."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import Media, Text
from contracts.messages import FailureKind
from contracts.outbound import OutboundContent, OutboundSignal, SendMedia, Signal, TemplateMessage
from gateway.providers.delivery import Conversation, HttpReply, OutcomeUnknown, Refused, TryLater
from gateway.providers.meta.errors import CODES, Treatment, reason_of
from gateway.providers.meta.provider import PROVIDER
from runtime.sandbox.meta import PLAYED
from tests.gateway.providers.meta.driver import SENDER, TOKEN, Meta, drive, message, says

TEXT = message(Text(text="hi"))


def fails(status: int, body: object = None, headers: dict[str, str] | None = None) -> Exception:
    with pytest.raises((Refused, TryLater, OutcomeUnknown)) as caught:
        drive(PROVIDER.deliver(TEXT, SENDER, None), says(status, body, headers))
    return caught.value


def error(code: object, **more: object) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) words", "type": "OAuthException", "code": code, **more}}


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_is_treated_as_it_says_whatever_the_status(code: int) -> None:
    rule = CODES[code]
    for status in (400, 500):
        fault = fails(status, error(code))
        match rule.treatment:
            case Treatment.REFUSED:
                assert isinstance(fault, Refused)
            case Treatment.RECIPIENT_LATER:
                assert isinstance(fault, TryLater)
                assert (fault.scope, fault.after_s) == ("recipient", rule.wait_s)
            case Treatment.ACCOUNT_LATER:
                assert isinstance(fault, TryLater)
                assert fault.scope == "account"
            case Treatment.UNCERTAIN:
                assert isinstance(fault, OutcomeUnknown)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (190, FailureKind.CREDENTIALS),
        (0, FailureKind.CREDENTIALS),
        (10, FailureKind.CREDENTIALS),
        (250, FailureKind.CREDENTIALS),
        (368, FailureKind.ACCOUNT),
        (131042, FailureKind.ACCOUNT),
        (131026, FailureKind.NOT_ON_WHATSAPP),
        (131047, FailureKind.WINDOW_CLOSED),
        (131050, FailureKind.BLOCKED),
        (131048, FailureKind.RATE_LIMITED),
        (132015, FailureKind.TEMPLATE),
        (131052, FailureKind.MEDIA),
        (100, FailureKind.CONTENT),
    ],
)
def test_a_refusal_says_why_in_a_sentence_with_metas_code_and_words(code: int, kind: FailureKind) -> None:
    fault = fails(400, error(code, error_data={"details": "more of it"}))
    assert isinstance(fault, Refused)
    assert (fault.reason.code, fault.reason.kind) == (str(code), kind)
    assert fault.reason.title == f"(#{code}) words: more of it"
    assert fault.reason.sentence.endswith(".")


def test_every_sentence_is_one() -> None:
    sentences = {reason_of(code, "").sentence for code in [*CODES, 199999]}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


def test_a_code_that_is_not_known_is_refused_or_tried_later_as_meta_says() -> None:
    refused, later = fails(400, error(199999)), fails(400, error(199999, is_transient=True))
    assert isinstance(refused, Refused)
    assert isinstance(later, TryLater)
    assert (refused.reason.code, later.scope) == ("199999", "recipient")


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_a_refusal_without_a_code_is_one(status: int) -> None:
    fault = fails(status, b"<html></html>")
    assert isinstance(fault, Refused)
    assert fault.reason.code == f"HTTP {status}"


def test_an_answer_401_is_about_the_token_even_without_a_code() -> None:
    fault = fails(401)
    assert isinstance(fault, Refused)
    assert fault.reason.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, None),
        (200, b""),
        (200, b"<html></html>"),
        (200, {"messages": []}),
        (200, {"messages": [{}]}),
        (200, {"messages": [{"id": ""}]}),
        (200, {"messages": [{"id": 7}]}),
        (200, {"messages": ["wamid.1"]}),
        (200, {"messages": {"id": "wamid.1"}}),
        (200, error(199999)),
        (302, None),
        (408, None),
        (500, None),
        (500, error(199999)),
        (500, error(1)),
        (502, b"<html></html>"),
        (503, error(2)),
        (504, None),
        (599, error(None)),
    ],
)
def test_what_does_not_say_whether_the_message_was_taken_leaves_it_unknown(status: int, body: object) -> None:
    assert isinstance(fails(status, body), OutcomeUnknown)


@pytest.mark.parametrize(
    ("headers", "after_s"),
    [({}, None), ({"retry-after": "7"}, 7.0), ({"retry-after": "9" * 400}, 86400.0), ({"retry-after": "soon"}, None)],
)
def test_a_limit_holds_the_account_back_for_as_long_as_it_says(headers: dict[str, str], after_s: float | None) -> None:
    for fault in (fails(429, None, headers), fails(400, error(130429), headers)):
        assert isinstance(fault, TryLater)
        assert (fault.scope, fault.after_s, fault.reason.kind) == ("account", after_s, FailureKind.RATE_LIMITED)


def test_the_limit_of_one_customer_holds_back_that_customer_alone() -> None:
    fault = fails(400, error(131056))
    assert isinstance(fault, TryLater)
    assert (fault.scope, fault.after_s) == ("recipient", 6)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, TryLater), (500, TryLater), (501, OutcomeUnknown), (502, OutcomeUnknown), (503, OutcomeUnknown)],
)
def test_the_errors_that_the_sandbox_gives_on_demand_are_understood(status: int, expected: type[Exception]) -> None:
    answer = PLAYED.failure(status, 3 if status == 429 else None)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    fault = fails(answer.status, answer.json or answer.body, headers)
    assert isinstance(fault, expected)
    assert status != 429 or getattr(fault, "after_s", None) == 3


def test_a_token_that_meta_quotes_is_told_to_nobody() -> None:
    fault = fails(401, error(190, message=f"Malformed access token {TOKEN}"))
    assert isinstance(fault, Refused)
    assert fault.reason.title == "Malformed access token ..."
    assert TOKEN not in f"{fault!r} {fault} {fault.reason!r}"


@pytest.mark.parametrize("status", [200, 302, 500, 503])
@pytest.mark.parametrize("body", [None, {"data": "x"}, error(1)])
def test_a_call_without_an_effect_is_simply_made_again(status: int, body: object) -> None:
    file = message(SendMedia(media="image", file_id="file-1"))
    typing = OutboundSignal(account_id="a", contact_key="+1", signal=Signal.TYPING, message_id="wamid.IN1")
    conversations: list[Conversation[Any]] = [
        PROVIDER.deliver(file, SENDER, None),
        PROVIDER.templates(SENDER),
        PROVIDER.locate(Media(kind="image", media_id="1"), SENDER),
    ]
    if status != 200 or body != {"data": "x"}:
        conversations.append(PROVIDER.signal(typing, SENDER))
        conversations.append(PROVIDER.check(SENDER))
    if status == 200 and body == {"data": "x"}:
        del conversations[2]  # a file without a URL is one that is gone
    for conversation in conversations:
        with pytest.raises(TryLater):
            drive(conversation, says(status, body))


quick = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SCALARS = st.none() | st.booleans() | st.integers(-10, 200_000) | st.floats(allow_nan=False) | st.text(max_size=6)
JUNK = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)


def shaped(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object as Meta writes it, of which any field may be missing or be something else."""
    return JUNK | st.fixed_dictionaries({}, optional={name: JUNK | field for name, field in fields.items()})


CODE = st.sampled_from([100, 190, 131000, 131056, 130429, "131047", 1])
BUTTON = shaped(type=st.sampled_from(["QUICK_REPLY", "URL", "CALL"]))
COMPONENT = shaped(type=st.sampled_from(["BODY", "BUTTONS"]), buttons=st.lists(BUTTON, max_size=2))
TEMPLATE = shaped(name=st.just("order_update"), language=st.just("en_US"), components=st.lists(COMPONENT, max_size=2))
NUMBER = shaped(id=st.just("200000000000002"), display_phone_number=st.text(max_size=3))
OBJECT = shaped(
    error=shaped(code=CODE, error_subcode=st.just(33), error_data=shaped(details=st.text()), message=st.text()),
    messages=st.lists(shaped(id=st.just("wamid.1")), max_size=2),
    data=st.lists(TEMPLATE | NUMBER, max_size=3),
    paging=shaped(next=st.just("x"), cursors=shaped(after=st.text(max_size=1))),
    id=st.just("7"),
    url=st.just("https://lookaside.fbsbx.com/1"),
    sha256=st.text(max_size=3),
)
REPLIES = st.builds(
    HttpReply,
    st.sampled_from([200, 200, 201, 301, 400, 401, 404, 408, 429, 500, 503]) | st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text(max_size=6) | st.just("9" * 500)),
    st.binary(max_size=20) | OBJECT.map(orjson.dumps),
)
CONTENTS: list[OutboundContent] = [
    Text(text="hi"),
    SendMedia(media="image", file_id="file-1"),
    TemplateMessage(name="order_update", language="en_US", body={"1": "Ann"}, buttons={0: "x"}),
]


def outcome(conversation: Conversation[Any], replies: list[HttpReply], *errors: type[Exception]) -> object:
    """What it ends in when these replies come, the last one again and again: a result, or one of these errors."""
    left = iter(replies)
    try:
        return drive(conversation, lambda _: next(left, replies[-1]))
    except errors as fault:
        return str(fault)


@quick
@given(st.sampled_from(CONTENTS), st.lists(REPLIES, min_size=1, max_size=4))
def test_whatever_is_replied_a_delivery_ends_in_one_of_its_three_errors_or_is_sent(
    content: OutboundContent, replies: list[HttpReply]
) -> None:
    conversation = PROVIDER.deliver(message(content), SENDER, None)
    assert outcome(conversation, replies, Refused, TryLater, OutcomeUnknown)


@quick
@given(st.lists(REPLIES, min_size=1, max_size=4))
def test_whatever_is_replied_what_has_no_effect_is_never_of_unknown_outcome(replies: list[HttpReply]) -> None:
    media = Media(kind="image", media_id="1", url="https://lookaside.fbsbx.com/1")
    for conversation in (PROVIDER.check(SENDER), PROVIDER.locate(media, SENDER), PROVIDER.templates(SENDER)):
        assert outcome(conversation, replies, Refused, TryLater) is not None


def test_a_wrong_token_is_refused_before_anything_else() -> None:
    stranger = SENDER.model_validate({**SENDER.model_dump(), "secrets": {"authorization_token": "other"}})
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.deliver(TEXT, stranger, None), Meta())
    assert (refusal.value.reason.code, refusal.value.reason.kind) == ("190", FailureKind.CREDENTIALS)
