"""The sandbox signs as Twilio does, by the vectors of Twilio's description; what it says is read as it is meant."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from contracts.messages import DeliveryState, InboundMessage, MessageStatus
from gateway.providers.seam import BadItem, Notice, Webhook
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox import twilio

URL = "https://hooks.example.test/webhooks/twilio/inbound?acc=a1"
NUMBER = twilio.TwilioNumber(
    url=URL,
    account_sid="AC00000000000000000000000000000001",
    phone="+15550002222",
    auth_token=SecretStr("tw_test_token_0001"),
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
CONTACT = "+15550001111"
FILE = "https://api.twilio.com/file"


def told(form: twilio.Form) -> InboundMessage | MessageStatus | Notice | BadItem:
    request = twilio.request(NUMBER, form)
    webhook = Webhook(method="POST", url=URL, headers=request.headers, body=request.body, received_at=AT)
    (item,) = PROVIDER.parse(webhook).items
    return item.what


def test_the_vector_of_the_description_is_signed_as_it_says() -> None:
    form = {
        **twilio.text(NUMBER, CONTACT, "SM00000000000000000000000000000001", "Hello & welcome + 1 €", "Zoë Test"),
        "ReferralNumMedia": "0",
    }
    assert twilio.request(NUMBER, form).headers["X-Twilio-Signature"] == "SyIrhN28bgWpcXXSRF6yCVkOBdM="


def test_an_empty_value_is_signed_as_its_name() -> None:
    request = twilio.request(NUMBER, {"Body": "", "MessageSid": "SM1"})
    assert request.headers["X-Twilio-Signature"] == "DJsxLXJorlVL9vyhLhZjsUVgni0="


def test_json_is_signed_by_its_hash_in_the_query() -> None:
    request = twilio.json_request(NUMBER, b'{"hello":"world"}')
    assert request.headers["X-Twilio-Signature"] == "gRi6SHqu9xp4BG76jM0sDj/8owA="
    assert request.path.startswith("/webhooks/twilio/inbound?acc=a1&bodySHA256=93a23971a914e5ea")


def test_a_get_carries_the_form_in_its_query() -> None:
    request = twilio.query_request(NUMBER, {"Body": "a b"})
    assert (request.method, request.body) == ("GET", b"")
    assert request.path == "/webhooks/twilio/inbound?acc=a1&Body=a+b"


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (twilio.text(NUMBER, CONTACT, "SM1", "hello"), "text"),
        (twilio.media(NUMBER, CONTACT, "SM1", "image/jpeg", FILE, "receipt"), "image"),
        (twilio.media(NUMBER, CONTACT, "SM1", "application/pdf", FILE), "document"),
        (twilio.button(NUMBER, CONTACT, "SM1", "yes", "Yes", "SM0"), "button_reply"),
        (twilio.row(NUMBER, CONTACT, "SM1", "row", "Row", "SM0"), "list_reply"),
        (twilio.quick_reply(NUMBER, CONTACT, "SM1", "42", "Confirm", "SM0"), "quick_reply"),
    ],
)
def test_each_message_is_read_as_what_it_is_meant(form: twilio.Form, kind: str) -> None:
    message = told(form)
    assert isinstance(message, InboundMessage)
    assert (message.content.kind, message.contact_key, message.provider_id) == (kind, CONTACT, "SM1")


def test_a_status_is_read_as_what_it_is_meant() -> None:
    status = told(twilio.status(NUMBER, CONTACT, "SM9", "undelivered", "63016"))
    assert isinstance(status, MessageStatus)
    assert isinstance(status, MessageStatus)
    assert (status.state, status.contact_key) == (DeliveryState.FAILED, CONTACT)
    assert status.reason is not None
    assert status.reason.code == "63016"


def test_the_token_is_nowhere_in_a_request() -> None:
    request = twilio.request(NUMBER, twilio.text(NUMBER, CONTACT, "SM1", "hello"))
    assert "tw_test_token_0001" not in f"{request!r} {NUMBER!r}"
