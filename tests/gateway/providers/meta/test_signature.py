"""Meta's signature and handshake, by the vectors of its description."""

import hmac
import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.meta.provider import PROVIDER
from gateway.providers.seam import Verdict, Webhook
from tests.gateway.providers.conformance import HERE
from tests.gateway.providers.meta.sample import ACCOUNT, STRANGER, URL

BODY = json.loads((HERE / "meta" / "fixtures" / "text_escaped.json").read_text())["text"].encode()
SIGNATURE = "sha256=e8f0a54e6d8fd22375dfe09f368c7b82c828706790dac88ef5ef636c191c33db"


def webhook(headers: dict[str, str], body: bytes = BODY) -> Webhook:
    return Webhook(method="POST", url=URL, headers=headers, body=body, received_at=datetime(2026, 1, 1, tzinfo=UTC))


def signed(signature: str = SIGNATURE, body: bytes = BODY) -> Webhook:
    return webhook({"X-Hub-Signature-256": signature}, body)


def with_secrets(**secrets: str) -> Account:
    return ACCOUNT.model_copy(update={"secrets": {name: SecretStr(secret) for name, secret in secrets.items()}})


def test_the_vector_is_genuine() -> None:
    assert len(BODY) == 438
    assert PROVIDER.verify(signed(), ACCOUNT) is Verdict.GENUINE


def test_the_same_json_written_with_other_bytes_is_forged() -> None:
    same = json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":")).encode()
    own = hmac.digest(b"meta_app_secret_0001", same, "sha256").hex()
    assert (len(same), own) == (422, "1480a6d65ad1fc9a40204e69dbef804c3d5de6904aaa495885262a32a71af1c2")
    assert PROVIDER.verify(signed(body=same), ACCOUNT) is Verdict.FORGED
    assert PROVIDER.verify(signed(f"sha256={own}", same), ACCOUNT) is Verdict.GENUINE


@pytest.mark.parametrize(
    "signature",
    [
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.upper(),
        SIGNATURE[:-1],
        SIGNATURE + "0",
        "sha256=",
        f"sha1={'0' * 40}",
    ],
)
def test_a_signature_of_another_form_is_forged(signature: str) -> None:
    assert PROVIDER.verify(signed(signature), ACCOUNT) is Verdict.FORGED


def test_the_legacy_header_alone_is_no_signature() -> None:
    legacy = hmac.digest(b"meta_app_secret_0001", BODY, "sha1").hex()
    assert PROVIDER.verify(webhook({"X-Hub-Signature": f"sha1={legacy}"}), ACCOUNT) is Verdict.UNSIGNED


def test_a_blank_header_is_no_signature() -> None:
    assert PROVIDER.verify(signed("  "), ACCOUNT) is Verdict.UNSIGNED


def test_while_the_secret_is_reset_both_are_accepted() -> None:
    both = with_secrets(app_secret="new", app_secret_previous="meta_app_secret_0001")
    own = "sha256=" + hmac.digest(b"new", BODY, "sha256").hex()
    assert PROVIDER.verify(signed(), both) is Verdict.GENUINE
    assert PROVIDER.verify(signed(own), both) is Verdict.GENUINE
    assert PROVIDER.verify(signed(), with_secrets(app_secret="new")) is Verdict.FORGED


def test_of_several_accounts_those_of_the_app_that_signed_are_candidates() -> None:
    sibling = ACCOUNT.model_copy(update={"id": "account-3"})
    rotating = with_secrets(app_secret="new", app_secret_previous="meta_app_secret_0001")
    assert PROVIDER.candidates(signed(), (STRANGER, ACCOUNT, sibling, rotating)) == (ACCOUNT, sibling, rotating)


@pytest.mark.parametrize("given", [webhook({}), signed("sha256=0")])
def test_a_webhook_that_nobody_signed_has_no_candidates(given: Webhook) -> None:
    assert PROVIDER.candidates(given, (ACCOUNT, STRANGER, with_secrets(app_secret=""))) == ()


QUERY = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "meta_verify_token_0001"}


def test_the_handshake_is_answered_with_its_challenge() -> None:
    assert PROVIDER.challenge(QUERY, ACCOUNT) == "1158201444"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.verify_token": "other"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "é\udcff"},
    ],
)
def test_a_handshake_that_does_not_hold_the_token_is_not_answered(change: dict[str, str]) -> None:
    assert PROVIDER.challenge({**QUERY, **change}, ACCOUNT) is None


@pytest.mark.parametrize("missing", QUERY)
def test_a_handshake_that_lacks_something_is_not_answered(missing: str) -> None:
    assert PROVIDER.challenge({name: value for name, value in QUERY.items() if name != missing}, ACCOUNT) is None


@pytest.mark.parametrize("account", [STRANGER, with_secrets(verify_token="")])
def test_an_account_without_a_token_answers_no_handshake(account: Account) -> None:
    assert PROVIDER.challenge({**QUERY, "hub.verify_token": ""}, account) is None
