"""The sandbox signs as Meta does, by the vector of Meta's description; what it says is read as it is meant."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from contracts.messages import InboundMessage, MessageStatus
from gateway.providers.meta.provider import PROVIDER
from gateway.providers.seam import Webhook
from runtime.sandbox import meta
from tests.gateway.providers.conformance import HERE

NUMBER = meta.MetaNumber(
    url="https://hooks.example.test/webhooks/meta/a1",
    waba_id="100000000000001",
    phone_number_id="200000000000002",
    phone="+15550002222",
    app_secret=SecretStr("meta_app_secret_0001"),
    verify_token=SecretStr("t & k"),
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
CONTACT = "+15550001111"


def told(*messages: meta.Part, statuses: tuple[meta.Part, ...] = ()) -> list[Any]:
    request = meta.request(NUMBER, messages, statuses, {CONTACT: "Zoë"})
    webhook = Webhook(method="POST", url=NUMBER.url, headers=request.headers, body=request.body, received_at=AT)
    return [item.what for item in PROVIDER.parse(webhook).items]


def test_the_vector_of_the_description_is_signed_as_it_says() -> None:
    body = json.loads((HERE / "meta" / "fixtures" / "text_escaped.json").read_text())["text"].encode()
    signature = meta.signed(NUMBER, body).headers["X-Hub-Signature-256"]
    assert signature == "sha256=e8f0a54e6d8fd22375dfe09f368c7b82c828706790dac88ef5ef636c191c33db"


def test_json_is_written_as_meta_writes_it() -> None:
    assert meta.encode({"a": "é/😀"}) == rb'{"a":"\u00e9\/\ud83d\ude00"}'


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (meta.text(CONTACT, "wamid.1", AT, "hello"), "text"),
        (meta.image(CONTACT, "wamid.1", AT, "receipt"), "image"),
        (meta.document(CONTACT, "wamid.1", AT, "a.pdf"), "document"),
        (meta.button(CONTACT, "wamid.1", AT, "yes", "Yes", "wamid.0"), "button_reply"),
        (meta.row(CONTACT, "wamid.1", AT, "row", "Row", "wamid.0"), "list_reply"),
        (meta.quick_reply(CONTACT, "wamid.1", AT, "42", "Confirm", "wamid.0"), "quick_reply"),
    ],
)
def test_each_message_is_read_as_what_it_is_meant(part: meta.Part, kind: str) -> None:
    (message,) = told(part)
    assert isinstance(message, InboundMessage)
    assert (message.content.kind, message.contact_key, message.profile_name) == (kind, CONTACT, "Zoë")
    assert (message.provider_id, message.sent_at) == ("wamid.1", AT)


def test_a_batch_holds_its_messages_and_statuses_in_order() -> None:
    messages = [meta.text(CONTACT, f"wamid.{number}", AT, str(number)) for number in range(50)]
    items = told(*messages, statuses=(meta.status(CONTACT, "wamid.out", AT, "read", "ours"),))
    assert [item.provider_id for item in items] == [*(f"wamid.{number}" for number in range(50)), "wamid.out"]
    assert isinstance(items[-1], MessageStatus)
    assert items[-1].reference == "ours"


def test_the_handshake_asks_by_the_token() -> None:
    request = meta.handshake(NUMBER, "1158201444")
    path, _, query = request.path.partition("?")
    assert (request.method, path) == ("GET", "/webhooks/meta/a1")
    assert parse_qs(query) == {
        "hub.mode": ["subscribe"],
        "hub.challenge": ["1158201444"],
        "hub.verify_token": ["t & k"],
    }


def test_the_secret_is_nowhere_in_a_request() -> None:
    request = meta.request(NUMBER, [meta.text(CONTACT, "wamid.1", AT, "hello")])
    assert "meta_app_secret_0001" not in f"{request!r} {NUMBER!r}"
