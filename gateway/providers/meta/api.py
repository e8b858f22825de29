"""Calls to the Graph API, and what its answers mean.

An error is judged by its code (`errors.py`) and not by its HTTP status, for some of Meta's limits come as 400. An
answer without a known code is judged by its status: a refusal is one, whatever else is odd leaves the outcome open.
"""

from typing import Any

from contracts.accounts import Account
from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import (
    Conversation,
    DeliveryError,
    HttpCall,
    HttpReply,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from gateway.providers.meta.errors import CODES, Rule, Treatment, rule_of
from gateway.providers.meta.manifest import API_URL
from gateway.providers.payload import word

MAX_WAIT_S = 24 * 3600.0
"""What we wait at most, whatever `Retry-After` says."""

_NO_SUCH_OBJECT = (100, 33)
_MISTAKEN = Rule(
    FailureKind.ACCOUNT,
    "Meta knows no such number or file, or the account's token may not see it. Tell an administrator.",
)
_REFUSED = Rule(FailureKind.UNKNOWN, "WhatsApp refused the message.")
_TRANSIENT = Rule(FailureKind.PROVIDER, "WhatsApp could not take the message now.", Treatment.RECIPIENT_LATER)
_ODD = Rule(FailureKind.PROVIDER, "WhatsApp gave no answer that can be understood.", Treatment.UNCERTAIN)
BY_STATUS = {401: CODES[190], 408: _ODD, 429: CODES[130429]}
"""What answers without a known code mean. Every other status of a client's fault is a refusal, all the rest is odd."""


def url_of(account: Account, *path: str) -> str:
    """A URL of the API."""
    return "/".join((account.credentials.get("api_url") or API_URL, *path))


def id_of(account: Account, name: str) -> str:
    """One of the account's ids.

    Raises:
        Refused: the account has none.
    """
    found = account.credentials.get(name)
    if not found:
        raise _incomplete(name)
    return found


def authorization(account: Account) -> dict[str, str]:
    """The header that every call needs.

    Raises:
        Refused: the account has no token.
    """
    return {"Authorization": f"Bearer {_token(account)}"}


def _token(account: Account) -> str:
    secret = account.secrets.get("authorization_token")
    if secret is None or not secret.get_secret_value():
        raise _incomplete("authorization_token")
    return secret.get_secret_value()


def _incomplete(name: str) -> Refused:
    sentence = f"The account lacks its {name}. Tell an administrator."
    return Refused(StatusReason(code="incomplete", kind=FailureKind.CREDENTIALS, sentence=sentence))


def asked(account: Account, *path: str, query: dict[str, str], keep_s: float = 0) -> Conversation[dict[str, Any]]:
    """The object that a call without effect is answered with.

    Raises:
        Refused, TryLater: there is none.
    """
    call = HttpCall("GET", url_of(account, *path), authorization(account), query, keep_s=keep_s)
    return (yield from answered(call, account))


def answered(call: HttpCall, account: Account) -> Conversation[dict[str, Any]]:
    """The object in the answer to a call.

    Raises:
        Refused, TryLater, OutcomeUnknown: it was no success; the last only of a call with an effect.
    """
    reply = yield call
    found = reply.object()
    if not reply.ok or not found or "error" in found:
        raise fault_of(reply, account, effect=call.effect)
    return found


def fault_of(reply: HttpReply, account: Account, *, effect: bool) -> DeliveryError:
    """What an answer that is no success says of a call; `effect` tells whether it may have had one."""
    error = reply.object().get("error")
    error = error if isinstance(error, dict) else {}
    rule, reason = _judged(reply.status, error, _token(account))
    after_s = _after_s(reply, rule)
    match rule.treatment:
        case Treatment.REFUSED:
            return Refused(reason)
        case Treatment.RECIPIENT_LATER:
            return TryLater(reason, after_s, "recipient")
        case Treatment.ACCOUNT_LATER:
            return TryLater(reason, after_s, "account")
        case Treatment.UNCERTAIN:
            return OutcomeUnknown(f"{reason.sentence} ({reason.code})") if effect else TryLater(reason, after_s)


def _judged(status: int, error: dict[str, Any], token: str) -> tuple[Rule, StatusReason]:
    code, title = _code(error), _title(error).replace(token, "...")
    known = _MISTAKEN if (code, error.get("error_subcode")) == _NO_SUCH_OBJECT else rule_of(code)
    rule = known or _by_status(status, transient=error.get("is_transient") is True)
    named = f"HTTP {status}" if code is None else str(code)
    return rule, StatusReason(code=named, title=title, kind=rule.kind, sentence=rule.sentence)


def _code(error: dict[str, Any]) -> int | str | None:
    code = error.get("code")
    return code if isinstance(code, int | str) else None


def _title(error: dict[str, Any]) -> str:
    """Meta's words. They quote a token that is malformed, so whoever keeps them takes it out."""
    data = error.get("error_data")
    details = word(data, "details") or (data if isinstance(data, str) else "")
    words = word(error, "error_user_title") or word(error, "message")
    return f"{words}: {details}" if words and details else words or details


def _by_status(status: int, *, transient: bool) -> Rule:
    if rule := BY_STATUS.get(status):
        return rule
    if 400 <= status < 500:  # noqa: PLR2004 - the range of HTTP's refusals
        return _TRANSIENT if transient else _REFUSED
    return _ODD


def _after_s(reply: HttpReply, rule: Rule) -> float | None:
    asked_s = reply.retry_after_s()
    return rule.wait_s if asked_s is None else min(asked_s, MAX_WAIT_S)
