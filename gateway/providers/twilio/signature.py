"""Twilio's signature: HMAC-SHA1 with the auth token over the URL and the form, in `X-Twilio-Signature`.

Signed is the URL as Twilio called it, byte for byte, followed by each form parameter's name and value, names in the
order of code points, the values of a repeated name once each and sorted. Twilio's signer is not consistent about the
port, so the URL counts with and without it. Other bodies are covered by a hash in the signed query, `bodySHA256`.
"""

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator

from contracts.accounts import Account
from gateway.providers.seam import MalformedWebhook, Verdict, Webhook
from gateway.providers.twilio.form import FORM, form_pairs, media_type, pairs, query_of

HEADER = "x-twilio-signature"
TOKENS = ("auth_token", "auth_token_previous")
DEFAULT_PORTS = {"https": "443", "http": "80"}


def verify(webhook: Webhook, account: Account) -> Verdict:
    """Whether one of the account's tokens signed the URL and everything that the request carries."""
    signature = webhook.header(HEADER)
    if not signature:
        return Verdict.UNSIGNED
    try:
        signed = _signed_parameters(webhook)
    except MalformedWebhook:
        signed = None
    if signed is None:
        return Verdict.FORGED
    given = _bytes(signature)
    expected = (_sign(url + signed, token) for token in _tokens(account) for url in url_variants(webhook.url))
    return Verdict.GENUINE if any(hmac.compare_digest(given, one) for one in expected) else Verdict.FORGED


def _signed_parameters(webhook: Webhook) -> str | None:
    """What is signed after the URL; None when the body is covered by nothing that is signed."""
    if webhook.method.upper() == "GET":
        return None if webhook.body else ""
    if media_type(webhook) == FORM:
        return _concatenated(form_pairs(webhook))
    return "" if _hash_in_query_fits(webhook) else None


def _concatenated(parameters: list[tuple[str, str]]) -> str:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in parameters:
        values[name].add(value)
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def _hash_in_query_fits(webhook: Webhook) -> bool:
    hashes = [value for name, value in pairs(query_of(webhook.url)) if name == "bodySHA256"]
    digest = hashlib.sha256(webhook.body).hexdigest()
    return len(hashes) == 1 and hmac.compare_digest(_bytes(hashes[0].lower()), digest.encode())


def url_variants(url: str) -> tuple[str, ...]:
    """The URL with its port (the scheme's own where it has none) and without it; user, host and the rest untouched."""
    scheme, mark, rest = url.partition("#")[0].partition("://")
    cut = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    authority, tail = rest[:cut], rest[cut:]
    user, at, place = authority.rpartition("@")
    bare, port = _split_port(place)
    port = port or DEFAULT_PORTS.get(scheme.lower(), "")
    start = scheme + mark + user + at
    return (f"{start}{bare}:{port}{tail}", f"{start}{bare}{tail}") if port else (f"{start}{bare}{tail}",)


def _split_port(place: str) -> tuple[str, str]:
    """Host and port; the colons inside the brackets of an IPv6 address are the host's own."""
    host, colon, port = place.rpartition(":")
    return (host, port) if colon and "]" not in port else (place, "")


def _tokens(account: Account) -> Iterator[str]:
    """The account's tokens; never an empty one, with which anybody could sign."""
    found = (account.secrets.get(name) for name in TOKENS)
    return (token.get_secret_value() for token in found if token is not None and token.get_secret_value())


def _sign(data: str, token: str) -> bytes:
    return base64.b64encode(hmac.digest(_bytes(token), _bytes(data), "sha1"))


def _bytes(text: str) -> bytes:
    """A URL or a header may hold halves of surrogate pairs, where a client sent bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")
