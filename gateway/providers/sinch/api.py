"""How Sinch is called: with a token that the account's keys are exchanged for, under the region of its base URL."""

from dataclasses import replace
from http import HTTPStatus

from contracts.accounts import Account
from contracts.messages import FailureKind
from gateway.providers.delivery import Conversation, DeliveryError, HttpCall, HttpReply, Refused, TryLater
from gateway.providers.sinch.errors import failure, reason_of
from gateway.providers.sinch.manifest import AUTH_URL, PROVISIONING_URL

KEEP_TOKEN_S = 3300
"""A token is good for an hour; it is replaced five minutes before."""


def conversation_url(account: Account, path: str) -> str:
    """A URL of the Conversation API; the base URL may be given with its version."""
    base = _credential(account, "base_url").rstrip("/").removesuffix("/v1")
    return f"{base}/v1/projects/{_credential(account, 'project_id')}/{path}"


def provisioning_url(account: Account, path: str) -> str:
    """A URL of the Provisioning API, which has no regions."""
    base = account.credentials.get("provisioning_url") or PROVISIONING_URL
    return f"{base}/v1/projects/{_credential(account, 'project_id')}/{path}"


def app_id(account: Account) -> str:
    """The account's app."""
    return _credential(account, "app_id")


def authorised(account: Account, call: HttpCall) -> Conversation[HttpReply]:
    """The reply to a call that was made with a token; when that is refused, once more with a new one."""
    token = yield from _token(account, renew=False)
    reply = yield _with_token(call, token)
    if reply.status != HTTPStatus.UNAUTHORIZED:
        return reply
    token = yield from _token(account, renew=True)
    return (yield _with_token(call, token))


def _token(account: Account, renew: bool) -> Conversation[str]:
    reply = yield HttpCall(
        "POST",
        f"{account.credentials.get('auth_url') or AUTH_URL}/oauth2/token",
        form=(("grant_type", "client_credentials"),),
        basic=(_credential(account, "key_id"), _secret(account, "key_secret")),
        keep_s=KEEP_TOKEN_S,
        renew=renew,
    )
    if not reply.ok:
        raise _token_refusal(reply)
    token = reply.object().get("access_token")
    if not (isinstance(token, str) and token.isascii() and token.isprintable() and token.strip()):
        raise TryLater(reason_of(FailureKind.PROVIDER, "no token"), scope="account")
    return token


def _token_refusal(reply: HttpReply) -> DeliveryError:
    """A final no of the token endpoint is about the keys, whatever its status."""
    error = failure(reply)
    if isinstance(error, Refused):
        return Refused(reason_of(FailureKind.CREDENTIALS, error.reason.code, error.reason.title))
    return error


def _with_token(call: HttpCall, token: str) -> HttpCall:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


def _credential(account: Account, name: str) -> str:
    value = account.credentials.get(name)
    if not value:
        raise Refused(reason_of(FailureKind.CREDENTIALS, f"{name} is missing"))
    return value


def _secret(account: Account, name: str) -> str:
    secret = account.secrets.get(name)
    if secret is None or not secret.get_secret_value():
        raise Refused(reason_of(FailureKind.CREDENTIALS, f"{name} is missing"))
    return secret.get_secret_value()
