"""What Twilio's answers to a message mean, the ones included that make no sense."""

from itertools import count

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import Text
from contracts.messages import FailureKind
from contracts.outbound import OutboundContent
from gateway.providers.delivery import Conversation, HttpReply, OutcomeUnknown, Refused, Sent, TryLater
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox.seam import ApiAnswer
from runtime.sandbox.twilio import PLAYED
from tests.gateway.providers.twilio.driver import SENDER, drive
from tests.gateway.providers.twilio.messages import BUTTONS, EVERYTHING, FILE_URL, message


def failed_with(answer: ApiAnswer) -> BaseException:
    with pytest.raises((Refused, TryLater, OutcomeUnknown)) as failure:
        drive(PROVIDER.deliver(message(Text(text="hi")), SENDER, None), lambda _call: answer)
    return failure.value


@pytest.mark.parametrize(
    ("answer", "after_s", "scope", "kind"),
    [
        (PLAYED.failure(429, 7), 7, "account", FailureKind.RATE_LIMITED),
        (PLAYED.failure(429, None), None, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(429, body=b"slow down"), None, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(429, headers={"Retry-After": "9" * 400}), 86400, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(400, json={"code": 63018}), None, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(400, json={"code": 21611}), None, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(400, json={"code": 63038}), 3600, "account", FailureKind.RATE_LIMITED),
        (ApiAnswer(400, json={"code": 63010}), None, "recipient", FailureKind.PROVIDER),
        (PLAYED.failure(500, None), None, "recipient", FailureKind.PROVIDER),
        (PLAYED.failure(503, 30), 30, "recipient", FailureKind.PROVIDER),
        (ApiAnswer(503, body=b"<html>"), None, "recipient", FailureKind.PROVIDER),
    ],
)
def test_what_was_certainly_not_taken_is_tried_later(
    answer: ApiAnswer, after_s: float | None, scope: str, kind: FailureKind
) -> None:
    failure = failed_with(answer)
    assert isinstance(failure, TryLater)
    assert (failure.after_s, failure.scope, failure.reason.kind) == (after_s, scope, kind)
    assert failure.reason.sentence


@pytest.mark.parametrize(
    "answer",
    [
        ApiAnswer(500, body=b"<html>"),
        ApiAnswer(502, body=b""),
        ApiAnswer(504, json={"error": "timeout"}),
        ApiAnswer(201, body=b"<html>"),
        ApiAnswer(201, json={"status": "queued"}),
        ApiAnswer(201, json={"sid": 7}),
        ApiAnswer(204),
    ],
)
def test_what_may_have_been_taken_is_unknown(answer: ApiAnswer) -> None:
    assert isinstance(failed_with(answer), OutcomeUnknown)


@pytest.mark.parametrize(
    ("answer", "code", "kind"),
    [
        (ApiAnswer(400, json={"code": 21610, "message": "opted out"}), "21610", FailureKind.BLOCKED),
        (ApiAnswer(400, json={"code": 63016}), "63016", FailureKind.WINDOW_CLOSED),
        (ApiAnswer(400, json={"code": 63024}), "63024", FailureKind.NOT_ON_WHATSAPP),
        (ApiAnswer(400, json={"code": 63019}), "63019", FailureKind.MEDIA),
        (ApiAnswer(400, json={"code": "63021", "type": "x", "detail": "newer form"}), "63021", FailureKind.CONTENT),
        (ApiAnswer(400, json={"code": 99999, "title": "new"}), "99999", FailureKind.UNKNOWN),
        (ApiAnswer(400, json={"code": True}), "http_400", FailureKind.PROVIDER),
        (ApiAnswer(401, body=b""), "http_401", FailureKind.CREDENTIALS),
        (ApiAnswer(403, json={"code": 99998}), "99998", FailureKind.ACCOUNT),
        (ApiAnswer(404, json=[]), "http_404", FailureKind.ACCOUNT),
        (ApiAnswer(302, headers={"Location": "https://evil.example.test"}), "http_302", FailureKind.PROVIDER),
        (
            ApiAnswer(201, json={"sid": "SM1", "status": "failed", "error_code": 63003}),
            "63003",
            FailureKind.NOT_ON_WHATSAPP,
        ),
    ],
)
def test_what_would_be_refused_again_is_refused(answer: ApiAnswer, code: str, kind: FailureKind) -> None:
    failure = failed_with(answer)
    assert isinstance(failure, Refused)
    assert (failure.reason.code, failure.reason.kind) == (code, kind)
    assert failure.reason.sentence


@pytest.mark.parametrize(
    "answer", [ApiAnswer(500), ApiAnswer(502, body=b"x"), ApiAnswer(201, json={}), ApiAnswer(201, body=b"x")]
)
def test_a_fault_while_a_content_is_made_leaves_no_doubt(answer: ApiAnswer) -> None:
    with pytest.raises(TryLater):
        drive(PROVIDER.deliver(message(BUTTONS), SENDER, None), lambda _call: answer)


SMALL = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=5)
NAMES = st.sampled_from(
    ["sid", "code", "message", "status", "types", "actions", "url", "error_code", "detail", "title"]
)
OBJECTS = st.recursive(SMALL, lambda some: st.lists(some, max_size=2) | st.dictionaries(NAMES, some, max_size=4))
STATUSES = st.sampled_from([200, 201, 400, 401, 429, 500, 503]) | st.integers(100, 599)
BODIES = st.binary(max_size=20) | OBJECTS.map(lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "date", "location"]), st.text(max_size=6), max_size=2)
REPLIES = st.lists(st.builds(HttpReply, STATUSES, HEADERS, BODIES), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([*EVERYTHING.values()]), REPLIES)
def test_whatever_is_answered_a_delivery_ends_in_one_of_its_four_ways(
    content: OutboundContent, replies: list[HttpReply]
) -> None:
    assert ending(PROVIDER.deliver(message(content), SENDER, FILE_URL), replies)


def ending(conversation: Conversation[Sent], replies: list[HttpReply]) -> str:
    """What a delivery ends with: the id of the message, or the words of its failure. Other errors pass through."""
    places = count()
    try:
        next(conversation)
        while True:
            conversation.send(replies[next(places) % len(replies)])
    except StopIteration as end:
        return str(end.value.provider_id)
    except (Refused, TryLater) as failure:
        return failure.reason.sentence
    except OutcomeUnknown as failure:
        return str(failure)
