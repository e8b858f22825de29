"""The parameters of a request, wherever they stand."""

from datetime import UTC, datetime

import pytest

from gateway.providers.seam import MalformedWebhook, Webhook
from gateway.providers.twilio.form import fields

FORM = "application/x-www-form-urlencoded"


def webhook(body: bytes = b"", content_type: str = FORM, method: str = "POST", query: str = "acc=a1") -> Webhook:
    return Webhook(
        method=method,
        url=f"https://hooks.example.test/webhooks/twilio/a1?{query}",
        headers={"content-type": content_type},
        body=body,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_form_keeps_blanks_and_trims_nothing() -> None:
    assert fields(webhook(b"a=+1+&b=&c&d=%20%00%E2%82%AC")) == {"a": " 1 ", "b": "", "c": "", "d": " \0€"}


def test_of_a_repeated_parameter_the_first_counts() -> None:
    assert fields(webhook(b"a=1&b=2&a=3")) == {"a": "1", "b": "2"}


def test_the_query_of_a_post_is_not_part_of_its_form() -> None:
    assert fields(webhook(b"a=1", query="From=whatsapp:%2B15550001111")) == {"a": "1"}


def test_the_parameters_of_a_get_are_its_query() -> None:
    assert fields(webhook(method="get", query="a=1%2B&b=#rc=5")) == {"a": "1+", "b": ""}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (webhook(b"a=%FF"), "the parameters must be UTF-8"),
        (webhook(b"a=\xff"), "the form must be UTF-8"),
        (webhook(method="GET", query="a=\udcff"), "the parameters must be UTF-8"),
        (webhook(b"&".join([b"a=1"] * 1001)), "there must be no more than 1000 parameters"),
        (webhook(b"a=1", "text/plain"), "the content type must be"),
        (webhook(b"a=1", ""), "the content type must be"),
        (webhook(b"a=1", "application/json"), "the body must be JSON"),
    ],
)
def test_what_twilio_does_not_write_is_malformed(given: Webhook, rule: str) -> None:
    with pytest.raises(MalformedWebhook, match=rule):
        fields(given)
