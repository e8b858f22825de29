"""Whether a callback is Kaleyra's: it signs nothing, so what it sends must hold what only it was told.

Two things: the secret part of the callback URL (the query `token`, 160 bits), and the account's bearer token in a
header of the callback profile: `Authorization` as Bearer or as the password of Basic, or `X-Callback-Token`. The older
"Incoming URL" can send no header; an account set to `callbacks: url` goes by the URL alone.
"""

import hmac
import re
from base64 import b64decode

from contracts.accounts import Account
from gateway.providers.seam import Verdict, Webhook

BEARER_TOKEN = "bearer_token"  # noqa: S105 - the name of the credential, not its value
BY_URL = "url"
_PURPOSE = "kaleyra callback url of "
_DIGITS = 40
_IN_QUERY = re.compile(r"[?&]token=([0-9A-Za-z]*)")
_WITH_ITS_JOINT = re.compile(r"[?&]token=[0-9A-Za-z]*\??")


def verify(webhook: Webhook, account: Account) -> Verdict:
    """Whether the URL holds the account's secret part, and a header its bearer token. Any proof given must be right."""
    stored = account.secrets.get(BEARER_TOKEN)
    secret = stored.get_secret_value() if stored is not None else ""
    if not secret:
        return Verdict.FORGED
    in_url, in_header = _url_token(webhook.url), _header_token(webhook)
    by_url = account.credentials.get("callbacks") == BY_URL
    if not in_url or not (in_header or by_url):
        return Verdict.UNSIGNED
    url_is_right = _same(in_url, _token_of_url(account, secret))
    header_is_right = _same(in_header, secret) if in_header else by_url
    return Verdict.GENUINE if url_is_right and header_is_right else Verdict.FORGED


def callback_query(account: Account) -> str:
    """The query that makes the account's callback URL unguessable; empty while there is no bearer token.

    It is derived from the bearer token one way: the URL may be shown again, and shows nothing of the token.
    """
    stored = account.secrets.get(BEARER_TOKEN)
    secret = stored.get_secret_value() if stored is not None else ""
    return f"token={_token_of_url(account, secret)}" if secret else ""


def without_token(query: str) -> str:
    """A callback's query without our part. Kaleyra may have put its parameters behind it with a second question mark:
    what it does to a URL that has a query already, its documentation does not say."""
    return _WITH_ITS_JOINT.sub("&", f"?{query}", count=1).removeprefix("?")


def _token_of_url(account: Account, secret: str) -> str:
    purpose = _PURPOSE + account.key.lower()
    return hmac.digest(_bytes(secret), purpose.encode(), "sha256").hex()[:_DIGITS]


def _url_token(url: str) -> str:
    matched = _IN_QUERY.search(url.partition("#")[0])
    return matched.group(1) if matched else ""


def _header_token(webhook: Webhook) -> str:
    """The token in the headers; a scheme that we do not know is taken as a token, and so is wrong."""
    value = webhook.header("authorization")
    scheme, _, rest = value.partition(" ")
    match scheme.lower():
        case "bearer" if rest:
            return rest.strip()
        case "basic" if rest:
            return _password(rest) or value
        case _:
            return value or webhook.header("x-callback-token")


def _password(encoded: str) -> str:
    try:
        return b64decode(_bytes(encoded), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def _bytes(text: str) -> bytes:
    """Header and query text may hold halves of surrogate pairs, where a client sent bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")
