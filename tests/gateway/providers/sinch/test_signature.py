"""Sinch's signature by its vectors, and how old it may be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Verdict, Webhook
from gateway.providers.sinch.provider import PROVIDER
from tests.gateway.providers.sinch.sample import ACCOUNT, STRANGER, URL

OWN_BODY = (
    '{"app_id":"01TESTAPP0000000000000001","project_id":"00000000-0000-4000-8000-000000000001",'
    '"accepted_time":"2026-01-01T00:00:00.123456Z","event_time":"2026-01-01T00:00:00.120Z","message":'
    '{"id":"01TESTMSG0000000000000001","direction":"TO_APP","contact_message":{"text_message":{"text":"café 😀"}},'
    '"channel_identity":{"channel":"WHATSAPP","identity":"15550001111","app_id":""}}}'
).encode()
SDK_BODY = (
    b'{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z",'
    b'"project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":'
    b'{"message_id":"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF",'
    b'"status":"QUEUED_ON_CHANNEL","contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}'
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
PREFIX = "x-sinch-webhook-signature"
HEADERS = {
    PREFIX: "DsBhlOxsTfuOQh12t2YDH3wJQuLCXdad/jhp3pyDSMg=",
    f"{PREFIX}-nonce": "01TESTNONCE000000000000001",
    f"{PREFIX}-timestamp": "1767225600",
    f"{PREFIX}-algorithm": "HmacSHA256",
}


def webhook(at: datetime = AT, changed: Mapping[str, str | None] = MappingProxyType({})) -> Webhook:
    changes = {f"{PREFIX}-{name}" if name != "signature" else PREFIX: value for name, value in changed.items()}
    headers = {name: value for name, value in {**HEADERS, **changes}.items() if value is not None}
    return Webhook(method="POST", url=URL, headers=headers, body=OWN_BODY, received_at=at)


def with_secrets(**secrets: str) -> Account:
    return ACCOUNT.model_copy(update={"secrets": {name: SecretStr(secret) for name, secret in secrets.items()}})


def test_our_own_vector_is_genuine() -> None:
    assert len(OWN_BODY) == 378
    assert PROVIDER.verify(webhook(), ACCOUNT) is Verdict.GENUINE


def test_the_vector_of_the_sdk_is_genuine() -> None:
    headers = {
        PREFIX: "Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk=",
        f"{PREFIX}-nonce": "01FJA8B4A7BM43YGWSG9GBV067",
        f"{PREFIX}-timestamp": "1634579353",
    }
    at = datetime.fromtimestamp(1634579353, UTC)
    given = Webhook(method="POST", url=URL, headers=headers, body=SDK_BODY, received_at=at)
    assert PROVIDER.verify(given, with_secrets(webhook_secret="foo_secret1234")) is Verdict.GENUINE


@pytest.mark.parametrize("missing", ["signature", "nonce", "timestamp"])
def test_without_one_of_its_three_headers_it_is_not_signed(missing: str) -> None:
    assert PROVIDER.verify(webhook(changed={missing: None}), ACCOUNT) is Verdict.UNSIGNED
    assert PROVIDER.verify(webhook(changed={missing: "  "}), ACCOUNT) is Verdict.UNSIGNED


def test_the_algorithm_may_be_left_out_but_not_be_another() -> None:
    assert PROVIDER.verify(webhook(changed={"algorithm": None}), ACCOUNT) is Verdict.GENUINE
    assert PROVIDER.verify(webhook(changed={"algorithm": "HmacSHA1"}), ACCOUNT) is Verdict.FORGED


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "01TESTNONCE000000000000002"},
        {"timestamp": "1767225601"},
        {"signature": HEADERS[PREFIX].rstrip("=")},
        {"signature": HEADERS[PREFIX].lower()},
        {"timestamp": "1767225600.0"},
        {"timestamp": "+1767225600"},
        {"timestamp": "１７６７２２５６００"},  # noqa: RUF001 - digits that are not ASCII are the point
        {"timestamp": "9" * 400},
    ],
)
def test_whatever_is_changed_of_what_is_signed_makes_it_forged(changed: dict[str, str]) -> None:
    assert PROVIDER.verify(webhook(changed=changed), ACCOUNT) is Verdict.FORGED


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(minutes=-5), Verdict.GENUINE),
        (timedelta(minutes=-5, seconds=-1), Verdict.FORGED),
        (timedelta(hours=46), Verdict.GENUINE),
        (timedelta(hours=48), Verdict.GENUINE),
        (timedelta(hours=48, seconds=1), Verdict.FORGED),
    ],
)
def test_a_retry_of_two_days_is_taken_and_an_older_signature_is_not(age: timedelta, verdict: Verdict) -> None:
    assert PROVIDER.verify(webhook(AT + age), ACCOUNT) is verdict


def test_the_age_can_be_set_for_an_account() -> None:
    strict = ACCOUNT.model_copy(update={"credentials": {**ACCOUNT.credentials, "webhook_max_age_hours": "1"}})
    assert PROVIDER.verify(webhook(AT + timedelta(hours=1)), strict) is Verdict.GENUINE
    assert PROVIDER.verify(webhook(AT + timedelta(hours=1, seconds=1)), strict) is Verdict.FORGED


def test_while_the_secret_is_changed_both_are_accepted() -> None:
    both = with_secrets(webhook_secret="new", webhook_secret_previous="sinch_hook_secret_0001")
    assert PROVIDER.verify(webhook(), both) is Verdict.GENUINE
    assert PROVIDER.verify(webhook(), with_secrets(webhook_secret="new")) is Verdict.FORGED


def test_of_several_accounts_those_whose_secret_signed_are_candidates() -> None:
    sibling = ACCOUNT.model_copy(update={"id": "account-3", "phone": "+15550007777"})
    assert PROVIDER.candidates(webhook(), (STRANGER, ACCOUNT, sibling)) == (ACCOUNT, sibling)
    assert PROVIDER.candidates(webhook(changed={"nonce": None}), (STRANGER, ACCOUNT, sibling)) == ()
