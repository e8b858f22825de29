"""Two accounts at Meta, and its signature."""

from dataclasses import replace

from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Item, Webhook
from runtime.sandbox.meta import MetaNumber, signed

URL = "https://hooks.example.test/webhooks/meta/a1"
SIGNS_URL = False
EMPTY = {"app_secret": SecretStr("")}

NUMBER = MetaNumber(
    url=URL,
    waba_id="100000000000001",
    phone_number_id="200000000000002",
    phone="+15550002222",
    app_secret=SecretStr("meta_app_secret_0001"),
    verify_token=SecretStr("meta_verify_token_0001"),
)
ACCOUNT = Account(
    id="account-1",
    name="Meta",
    key="a1",
    list_id="everybody",
    type="meta",
    phone=NUMBER.phone,
    credentials={"account_sid": NUMBER.waba_id, "app_id": "1", "phone_number_id": NUMBER.phone_number_id},
    secrets={"app_secret": NUMBER.app_secret, "verify_token": NUMBER.verify_token},
)
STRANGER = ACCOUNT.model_copy(
    update={
        "id": "account-2",
        "credentials": {"account_sid": "100000000000003", "app_id": "2", "phone_number_id": "200000000000004"},
        "secrets": {"app_secret": SecretStr("meta_app_secret_0002")},
    }
)


def sign(webhook: Webhook) -> Webhook:
    """The webhook as Meta sends it to the account."""
    return sign_with(webhook, NUMBER.app_secret.get_secret_value())


def sign_with(webhook: Webhook, secret: str) -> Webhook:
    """The webhook signed with any secret."""
    request = signed(NUMBER.model_copy(update={"app_secret": SecretStr(secret)}), webhook.body)
    return replace(webhook, headers=request.headers)


def is_for_account(item: Item) -> bool:
    """Whether an item of a fixture is meant for the account."""
    return item.address in {None, NUMBER.phone_number_id} and item.owner in {None, NUMBER.waba_id}
