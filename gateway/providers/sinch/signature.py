"""Sinch's signature: HMAC-SHA256 with the webhook secret over the raw body, a nonce and a timestamp, joined by dots.

A webhook that was registered without a secret is not signed at all, and is refused here. An old timestamp is refused,
but not one of a few hours: a retry may keep its first one. What is repeated within that time is recognised by the id
of the message, not by the nonce: a retry after our 503 must be taken.
"""

import base64
import hmac
from collections.abc import Iterator
from datetime import datetime

from contracts.accounts import Account
from gateway.providers.seam import Verdict, Webhook
from gateway.providers.sinch.manifest import MAX_AGE_HOURS

SIGNATURE = "x-sinch-webhook-signature"
NONCE = "x-sinch-webhook-signature-nonce"
TIMESTAMP = "x-sinch-webhook-signature-timestamp"
ALGORITHM = "x-sinch-webhook-signature-algorithm"
OURS = frozenset({"", "hmacsha256"})
SECRETS = ("webhook_secret", "webhook_secret_previous")
"""The second is there while the secret is being changed."""

MOST_DIGITS = 12
AHEAD_S = 300
"""How far Sinch's clock may be ahead of ours."""


def verify(webhook: Webhook, account: Account) -> Verdict:
    """Whether one of the account's webhook secrets signed the body, not too long ago."""
    signature, nonce, stamp = (webhook.header(name) for name in (SIGNATURE, NONCE, TIMESTAMP))
    if not (signature and nonce and stamp):
        return Verdict.UNSIGNED
    if webhook.header(ALGORITHM).lower() not in OURS or not _is_recent(stamp, webhook.received_at, account):
        return Verdict.FORGED
    signed = webhook.body + b"." + _bytes(nonce) + b"." + _bytes(stamp)
    given = _bytes(signature)
    genuine = [hmac.compare_digest(given, _sign(signed, secret)) for secret in _secrets(account)]
    return Verdict.GENUINE if any(genuine) else Verdict.FORGED


def _is_recent(stamp: str, now: datetime, account: Account) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= MOST_DIGITS):
        return False
    most = int(account.credentials.get("webhook_max_age_hours") or MAX_AGE_HOURS) * 3600
    return -AHEAD_S <= now.timestamp() - int(stamp) <= most


def _secrets(account: Account) -> Iterator[str]:
    """The account's webhook secrets; never an empty one, with which anybody could sign."""
    found = (account.secrets.get(name) for name in SECRETS)
    return (secret.get_secret_value() for secret in found if secret is not None and secret.get_secret_value())


def _sign(signed: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.digest(_bytes(secret), signed, "sha256"))


def _bytes(text: str) -> bytes:
    """A header may hold halves of surrogate pairs, where a client sent bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")
