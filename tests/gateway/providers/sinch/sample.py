"""Two accounts at Sinch, and its signature."""

from dataclasses import replace

from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Item, Webhook
from runtime.sandbox.seam import PlayedNumber
from runtime.sandbox.sinch.webhooks import signed

URL = "https://hooks.example.test/webhooks/sinch/a1"
SIGNS_URL = False
EMPTY = {"webhook_secret": SecretStr("")}
API = "https://sandbox.example.test/sinch"

SECRETS = {"key_secret": "sinch_key_secret_0001", "webhook_secret": "sinch_hook_secret_0001"}
PUBLIC = {
    "base_url": API,
    "auth_url": API,
    "provisioning_url": API,
    "project_id": "00000000-0000-4000-8000-000000000001",
    "app_id": "01TESTAPP0000000000000001",
    "key_id": "00000000-0000-4000-8000-000000000002",
}
NUMBER = PlayedNumber(
    provider="sinch",
    account_key="a1",
    phone="+15550002222",
    webhook_url=URL,
    api_url=API,
    credentials={**PUBLIC, **SECRETS},
)
ACCOUNT = Account(
    id="account-1",
    name="Sinch",
    key="a1",
    list_id="everybody",
    type="sinch",
    phone=NUMBER.phone,
    credentials=PUBLIC,
    secrets={name: SecretStr(secret) for name, secret in SECRETS.items()},
)
STRANGER = ACCOUNT.model_copy(
    update={
        "id": "account-2",
        "phone": "+15550006666",
        "credentials": {**PUBLIC, "app_id": "01TESTAPP0000000000000002"},
        "secrets": {name: SecretStr(f"{secret}x") for name, secret in SECRETS.items()},
    }
)
OWNER = f"{PUBLIC['project_id']}/{PUBLIC['app_id']}"


def sign(webhook: Webhook) -> Webhook:
    """The webhook as Sinch sends it to the account."""
    return sign_with(webhook, SECRETS["webhook_secret"])


def sign_with(webhook: Webhook, secret: str) -> Webhook:
    """The webhook signed with any secret."""
    request = signed(URL, secret, webhook.body, webhook.received_at)
    return replace(webhook, headers=request.headers)


def is_for_account(item: Item) -> bool:
    """Whether an item of a fixture is meant for the account."""
    return item.address in {None, NUMBER.phone} and item.owner in {OWNER, PUBLIC["app_id"]}
