"""Signals about a customer's message, and whether the credentials of an account are good."""

import pytest

from contracts.messages import FailureKind
from contracts.outbound import OutboundSignal, Signal
from gateway.providers.delivery import Refused
from gateway.providers.meta.provider import PROVIDER
from tests.gateway.providers.meta.driver import SENDER, Meta, drive


@pytest.mark.parametrize(("signal", "told"), [(Signal.READ, "read"), (Signal.TYPING, "typing")])
def test_a_signal_is_given_without_an_effect(signal: Signal, told: str) -> None:
    meta = Meta()
    given = OutboundSignal(account_id="account-1", contact_key="+15550001111", signal=signal, message_id="wamid.IN1")
    assert drive(PROVIDER.signal(given, SENDER), meta) is None
    assert [answer.signal for answer in meta.answers] == [(told, "wamid.IN1")]
    assert not [call for call in meta.calls if call.effect]


def test_the_check_says_which_number_the_credentials_open() -> None:
    assert drive(PROVIDER.check(SENDER), Meta()) == "+15550002222 Sandbox"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"account_sid": "100000000000009"}, FailureKind.ACCOUNT),
        ({"phone_number_id": "200000000000009"}, FailureKind.ACCOUNT),
        ({"account_sid": ""}, FailureKind.CREDENTIALS),
    ],
)
def test_the_check_finds_ids_that_are_not_the_tokens_own(change: dict[str, str], kind: FailureKind) -> None:
    account = SENDER.model_copy(update={"credentials": {**SENDER.credentials, **change}})
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.check(account), Meta())
    assert refusal.value.reason.kind is kind


@pytest.mark.parametrize("secrets", [{}, {"authorization_token": "other"}])
def test_the_check_finds_a_token_that_is_missing_or_wrong(secrets: dict[str, str]) -> None:
    account = SENDER.model_validate({**SENDER.model_dump(), "secrets": secrets})
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.check(account), Meta())
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS
