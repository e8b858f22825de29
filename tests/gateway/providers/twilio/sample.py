"""Two accounts at Twilio, and its signature."""

from dataclasses import replace
from urllib.parse import parse_qsl

from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Item, Webhook
from runtime.sandbox.twilio import TwilioNumber, json_request, query_request, request

URL = "https://hooks.example.test/webhooks/twilio/a1"
SIGNS_URL = True
EMPTY = {"auth_token": SecretStr("")}

NUMBER = TwilioNumber(
    url=URL,
    account_sid="AC00000000000000000000000000000001",
    phone="+15550002222",
    auth_token=SecretStr("tw_test_token_0001"),
)
ACCOUNT = Account(
    id="account-1",
    name="Twilio",
    key="a1",
    list_id="everybody",
    type="twilio",
    phone=NUMBER.phone,
    credentials={"account_sid": NUMBER.account_sid},
    secrets={"auth_token": NUMBER.auth_token},
)
STRANGER = ACCOUNT.model_copy(
    update={
        "id": "account-2",
        "phone": "+15550006666",
        "secrets": {"auth_token": SecretStr("tw_test_token_0002")},
    }
)


def sign(webhook: Webhook) -> Webhook:
    """The webhook as Twilio sends it to the account."""
    return sign_with(webhook, NUMBER.auth_token.get_secret_value())


def sign_with(webhook: Webhook, secret: str) -> Webhook:
    """The webhook signed with any token."""
    number = NUMBER.model_copy(update={"auth_token": SecretStr(secret)})
    if webhook.method == "GET":
        sent = query_request(number, dict(parse_qsl(webhook.url.partition("?")[2], keep_blank_values=True)))
    elif "json" in webhook.header("content-type"):
        sent = json_request(number, webhook.body)
    else:
        sent = request(number, dict(parse_qsl(webhook.body.decode(), keep_blank_values=True)))
    url = "https://hooks.example.test" + sent.path
    return replace(webhook, url=url, headers={**webhook.headers, **sent.headers})


def is_for_account(item: Item) -> bool:
    """Whether an item of a fixture is meant for the account."""
    return item.address == NUMBER.phone and item.owner == NUMBER.account_sid
