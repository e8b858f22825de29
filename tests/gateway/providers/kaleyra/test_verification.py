"""Nothing is signed, so everything hangs on two secrets: the one in the URL, and the one in a header."""

from base64 import b64encode

import pytest

from contracts.accounts import Account
from gateway.providers.kaleyra.provider import PROVIDER
from gateway.providers.seam import SecretUrl, Verdict, Webhook
from gateway.registry import webhook_path
from tests.gateway.providers.conformance import RECEIVED_AT
from tests.gateway.providers.kaleyra.sample import ACCOUNT, NUMBER, STRANGER, TOKEN, URL

BY_URL = ACCOUNT.model_copy(update={"credentials": {**ACCOUNT.credentials, "callbacks": "url"}})
SECRET_URL = NUMBER.webhook_url


def verdict(url: str, headers: dict[str, str], account: Account = ACCOUNT) -> Verdict:
    return PROVIDER.verify(Webhook("POST", url, headers, b"{}", RECEIVED_AT), account)


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer  {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": basic("switchboard", TOKEN)},
        {"Authorization": basic("", TOKEN)},
        {"X-Callback-Token": TOKEN},
    ],
)
def test_the_token_may_come_in_each_way_that_a_callback_profile_has(headers: dict[str, str]) -> None:
    assert verdict(SECRET_URL, headers) is Verdict.GENUINE


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Digest {TOKEN}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic !"},
        {"Authorization": basic(TOKEN, "")},
        {"Authorization": "Bearer wrong", "X-Callback-Token": TOKEN},
        {"X-Callback-Token": "é\udcff"},
    ],
)
def test_a_wrong_token_is_forged_even_at_the_right_url(headers: dict[str, str]) -> None:
    assert verdict(SECRET_URL, headers) is Verdict.FORGED
    assert verdict(SECRET_URL, headers, BY_URL) is Verdict.FORGED


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (URL, Verdict.UNSIGNED),
        (f"{URL}?token=", Verdict.UNSIGNED),
        (f"{URL}#{PROVIDER.callback_query(ACCOUNT)}", Verdict.UNSIGNED),
        (f"{URL}?token={TOKEN}", Verdict.FORGED),
        (f"{URL}?{PROVIDER.callback_query(STRANGER)}", Verdict.FORGED),
        (SECRET_URL[:-1], Verdict.FORGED),
    ],
)
def test_the_right_token_at_a_url_without_its_secret_is_refused(url: str, expected: Verdict) -> None:
    assert verdict(url, {"Authorization": f"Bearer {TOKEN}"}) is expected


@pytest.mark.parametrize("parameters", ["", "&from=1", "?from=1", "&token=x"])
def test_what_kaleyra_puts_behind_the_secret_does_not_change_it(parameters: str) -> None:
    assert verdict(SECRET_URL + parameters, {"Authorization": f"Bearer {TOKEN}"}) is Verdict.GENUINE


def test_an_account_whose_kaleyra_sends_no_header_goes_by_its_url_alone_and_no_other_does() -> None:
    assert verdict(SECRET_URL, {}, BY_URL) is Verdict.GENUINE
    assert verdict(URL, {}, BY_URL) is Verdict.UNSIGNED
    assert verdict(SECRET_URL, {}) is Verdict.UNSIGNED


def test_the_secret_of_the_url_is_each_accounts_own_and_shows_nothing_of_the_token() -> None:
    twin = ACCOUNT.model_copy(update={"key": "a2"})
    assert PROVIDER.callback_query(twin) != PROVIDER.callback_query(ACCOUNT)
    assert TOKEN not in PROVIDER.callback_query(ACCOUNT)
    assert len(PROVIDER.callback_query(ACCOUNT)) == len("token=") + 40


def test_the_registry_gives_the_path_with_its_secret() -> None:
    assert isinstance(PROVIDER, SecretUrl)
    assert URL.removesuffix("/webhooks/kaleyra/a1") + webhook_path(ACCOUNT) == SECRET_URL
    assert webhook_path(ACCOUNT.model_copy(update={"secrets": {}})) == "/webhooks/kaleyra/a1"
    assert webhook_path(ACCOUNT.model_copy(update={"type": "twilio"})) == "/webhooks/twilio/a1"
