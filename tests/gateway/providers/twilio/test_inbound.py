"""What the fixtures do not say of Twilio's webhooks: that they leave nothing out, and where a status has our id."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from contracts.messages import InboundMessage, MessageStatus
from gateway.providers.seam import MalformedWebhook, Webhook
from gateway.providers.twilio.form import with_reference
from gateway.providers.twilio.inbound import STATES, parse, sid_of
from tests.gateway.providers.conformance import fixtures_of, sample
from tests.gateway.providers.twilio.sample import URL

SID = "SM00000000000000000000000000000010"
STATUS = {
    "MessageSid": SID,
    "MessageStatus": "delivered",
    "From": "whatsapp:+15550002222",
    "To": "whatsapp:+15550001111",
    "AccountSid": "AC00000000000000000000000000000001",
}
KINDS = {
    *("text", "image", "video", "audio", "voice", "document", "sticker", "location"),
    *("button_reply", "list_reply", "quick_reply", "flow_reply", "unsupported"),
}


def fixture_items() -> list[object]:
    readable = (fixture for fixture in fixtures_of("twilio") if not fixture.is_malformed)
    return [item.what for fixture in readable for item in parse(fixture.webhook(sample("twilio").URL)).items]


def test_there_is_a_fixture_of_every_kind_of_message_that_twilio_knows() -> None:
    assert {what.content.kind for what in fixture_items() if isinstance(what, InboundMessage)} == KINDS


def test_there_is_a_fixture_of_every_word_for_a_state() -> None:
    assert {what.provider_state for what in fixture_items() if isinstance(what, MessageStatus)} == set(STATES)


def status(url: str) -> Webhook:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Webhook("POST", url, headers, urlencode(STATUS).encode(), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("reference", ["account-1:out:7", "a b&c=d/é?#%"])
@pytest.mark.parametrize("url", [URL, f"{URL}?acc=a1"])
def test_a_status_hands_our_id_back_in_the_url_that_it_was_asked_to_call(url: str, reference: str) -> None:
    (item,) = parse(status(with_reference(url, reference))).items
    assert isinstance(item.what, MessageStatus)
    assert (item.what.reference, item.what.provider_id) == (reference, SID)


@pytest.mark.parametrize("query", ["", "?reference=", "?acc=reference"])
def test_a_status_to_the_configured_url_has_no_id_of_ours(query: str) -> None:
    (item,) = parse(status(URL + query)).items
    assert isinstance(item.what, MessageStatus)
    assert item.what.reference is None


def test_our_id_that_is_no_text_is_malformed() -> None:
    with pytest.raises(MalformedWebhook):
        parse(status(f"{URL}?reference=%FF"))


def test_a_form_does_not_say_our_id() -> None:
    webhook = replace(status(URL), body=urlencode({**STATUS, "reference": "forged"}).encode())
    (item,) = parse(webhook).items
    assert isinstance(item.what, MessageStatus)
    assert item.what.reference is None


@pytest.mark.parametrize("provider_id", [SID, f"{SID}-1", f"{SID}-12"])
def test_every_part_of_a_message_has_twilios_one_id(provider_id: str) -> None:
    assert sid_of(provider_id) == SID
