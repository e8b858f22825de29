"""Meta's signature: HMAC-SHA256 with the app secret over the raw bytes of the body, in `X-Hub-Signature-256`.

The body must not be parsed and written again before: Meta escapes every non-ASCII character, and we would not.
"""

import hmac
from collections.abc import Iterator, Mapping

from contracts.accounts import Account
from gateway.providers.seam import Verdict, Webhook

HEADER = "x-hub-signature-256"
SECRETS = ("app_secret", "app_secret_previous")
"""The second is there while the app secret is being reset."""


def verify(webhook: Webhook, account: Account) -> Verdict:
    """Whether one of the account's app secrets signed the body."""
    signature = webhook.header(HEADER)
    if not signature:
        return Verdict.UNSIGNED
    for secret in _secrets(account):
        if _signed(webhook.body, signature, secret):
            return Verdict.GENUINE
    return Verdict.FORGED


def candidates(webhook: Webhook, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """The accounts of whose app secrets one signed the body; each secret is tried once, however many share it."""
    signature = webhook.header(HEADER)
    secrets = {secret for account in accounts for secret in _secrets(account)}
    signers = {secret for secret in secrets if _signed(webhook.body, signature, secret)}
    return tuple(account for account in accounts if not signers.isdisjoint(_secrets(account)))


def challenge(query: Mapping[str, str], account: Account) -> str | None:
    """Meta's challenge, when the handshake holds the account's verify token."""
    token = account.secrets.get("verify_token")
    if token is None or not token.get_secret_value() or query.get("hub.mode") != "subscribe":
        return None
    given = query.get("hub.verify_token", "")
    return query.get("hub.challenge") if hmac.compare_digest(_bytes(given), _bytes(token.get_secret_value())) else None


def _secrets(account: Account) -> Iterator[str]:
    """The account's app secrets; never an empty one, with which anybody could sign."""
    found = (account.secrets.get(name) for name in SECRETS)
    return (secret.get_secret_value() for secret in found if secret is not None and secret.get_secret_value())


def _signed(body: bytes, signature: str, secret: str) -> bool:
    expected = "sha256=" + hmac.digest(_bytes(secret), body, "sha256").hex()
    return hmac.compare_digest(_bytes(signature), _bytes(expected))


def _bytes(text: str) -> bytes:
    """Header and query text may hold halves of surrogate pairs, where a client sent bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")
