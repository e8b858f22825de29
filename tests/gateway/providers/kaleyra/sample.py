"""Two accounts at Kaleyra, and what its callback profile sends to show that it is Kaleyra."""

from dataclasses import replace

from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.kaleyra.provider import PROVIDER
from gateway.providers.seam import Item, Webhook
from runtime.sandbox.kaleyra import signed
from runtime.sandbox.seam import PlayedNumber

URL = "https://hooks.example.test/webhooks/kaleyra/a1"
SIGNS_URL = False
SIGNS_BODY = False
EMPTY = {"bearer_token": SecretStr("")}

PHONE = "+15550002222"
WABA_ID = "100000000000001"
TOKEN = "kaleyra_bearer_token_0001"
API_URL = "https://api.example.test"

ACCOUNT = Account(
    id="account-1",
    name="Kaleyra",
    key="a1",
    list_id="everybody",
    type="kaleyra",
    phone=PHONE,
    credentials={"base_url": API_URL, "waba_id": WABA_ID, "account_sid": "HXAP1600000000IN"},
    secrets={"api_key": SecretStr("kaleyra_api_key_0001"), "bearer_token": SecretStr(TOKEN)},
)
STRANGER = ACCOUNT.model_copy(
    update={
        "id": "account-2",
        "phone": "+15550006666",
        "credentials": {"base_url": API_URL, "waba_id": "100000000000003", "account_sid": "HXAP1600000001IN"},
        "secrets": {"bearer_token": SecretStr("kaleyra_bearer_token_0002")},
    }
)


def number_with(token: str) -> PlayedNumber:
    """The account's number as Kaleyra has it, with this token and the URL that goes with it."""
    account = ACCOUNT.model_copy(update={"secrets": {"bearer_token": SecretStr(token)}})
    return PlayedNumber(
        provider="kaleyra",
        account_key=ACCOUNT.key,
        phone=PHONE,
        webhook_url=f"{URL}?{PROVIDER.callback_query(account)}",
        api_url=API_URL,
        credentials={**ACCOUNT.credentials, "api_key": "kaleyra_api_key_0001", "bearer_token": token},
    )


NUMBER = number_with(TOKEN)


def sign(webhook: Webhook) -> Webhook:
    """The webhook as Kaleyra sends it to the account."""
    return sign_with(webhook, TOKEN)


def sign_with(webhook: Webhook, secret: str) -> Webhook:
    """The webhook with any token, to the URL that goes with it; Kaleyra puts a GET's parameters behind that."""
    number = number_with(secret)
    parameters = webhook.url.partition("?")[2]
    url = number.webhook_url + (f"&{parameters}" if parameters else "")
    headers = {**signed(number, webhook.body).headers, **webhook.headers}
    return replace(webhook, url=url, headers=headers)


def is_for_account(item: Item) -> bool:
    """Whether an item of a fixture is meant for the account."""
    return item.address in {None, PHONE} and item.owner in {None, WABA_ID}
