"""Calls of Kaleyra's API, second generation, and what its answers mean.

An answer with HTTP 200 may hold an error. Nothing makes a send safe to repeat: a call that may have been taken without
an answer that says so has an unknown outcome, and its status callback brings our `ref` back.
"""

from typing import Any
from urllib.parse import quote

from contracts.accounts import Account
from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import DeliveryError, HttpCall, HttpReply, OutcomeUnknown, Refused, TryLater
from gateway.providers.kaleyra.errors import ACCOUNT_WIDE, TRANSIENT, WAITS_S, reason

ACCEPTED = "WA200"
SUCCESSES = frozenset({ACCEPTED, "200", "202"})
SERVER_FAULT = 500
PASSING = {408: "recipient", 429: "account", 500: "recipient", 503: "account"}
"""Statuses with which nothing was taken, and what they hold back. Other server faults (502, 504) are those of something
in between, behind which the message may have been taken."""

Json = dict[str, Any]


def messages_url(account: Account) -> str:
    """Where messages and signals go."""
    return f"{_number_url(account)}/messages"


def media_url(account: Account) -> str:
    """Where files are handed in."""
    return f"{_number_url(account)}/media"


def templates_url(account: Account) -> str:
    """Where the templates of the business account are listed."""
    return f"{_root(account)}/{_credential(account, 'waba_id')}/message_templates"


def _number_url(account: Account) -> str:
    return f"{_root(account)}/{quote(account.phone, safe='')}"  # a bare plus could be taken for a blank


def _root(account: Account) -> str:
    return f"{_credential(account, 'base_url')}/v2/{_credential(account, 'account_sid')}/whatsapp"


def _credential(account: Account, name: str) -> str:
    value = account.credentials.get(name)
    if not value:
        raise Refused(_unconfigured(name))
    return value


def key_of(account: Account) -> dict[str, str]:
    """The header that opens the API.

    Raises:
        Refused: the account has no API key.
    """
    key = account.secrets.get("api_key")
    if key is None or not key.get_secret_value():
        raise Refused(_unconfigured("api_key"))
    return {"api-key": key.get_secret_value()}


def _unconfigured(name: str) -> StatusReason:
    sentence = f"The account has no {name}: an administrator must look at it."
    return StatusReason(code="unconfigured", kind=FailureKind.CREDENTIALS, sentence=sentence)


def get(url: str, account: Account, query: dict[str, str], keep_s: float = 0) -> HttpCall:
    """A call that only reads."""
    return HttpCall("GET", url, headers=key_of(account), query=query, keep_s=keep_s)


def identity(answer: Json) -> str:
    """The id in an answer, at any of the places where clients of this API have met it; empty when there is none."""
    data, messages = answer.get("data"), answer.get("messages")
    places = [
        (data, "message_id"),
        (_first(data), "message_id"),
        (_first(messages), "id"),
        (answer, "message_id"),
        (answer, "id"),
        (data, "id"),
    ]
    found = (part.get(name) for part, name in places if isinstance(part, dict))
    return next((value for value in found if isinstance(value, str) and value), "")


def _first(part: object) -> object:
    return part[0] if isinstance(part, list) and part else None


def error_of(answer: Json) -> tuple[str, str] | None:
    """Code and words of the error in an answer; None when it holds none."""
    error = answer.get("error") or _first(answer.get("errors")) or answer.get("errors")
    code, words = _word(answer.get("code")), _word(answer.get("message"))
    if isinstance(error, dict):
        return _word(error.get("code")) or code or "error", _words(error) or words
    if error:
        return code or "error", _word(error) or words
    is_success = not code or code.upper() in SUCCESSES or identity(answer)
    return None if is_success else (code, words)


def _words(error: Json) -> str:
    """An error's message; the first generation names the fields that it minds instead."""
    fields = (f"{name}: {text}" for name, text in error.items() if isinstance(text, str) and name != "code")
    return _word(error.get("message")) or "; ".join(fields)


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def examine(reply: HttpReply, *, effect: bool = False) -> Json:
    """The JSON of a reply that holds no error. `effect`: whether its call may have put something before the customer.

    Raises:
        Refused, TryLater: it holds one, or its status says so.
        OutcomeUnknown: it does not say what came of a call with an effect.
    """
    answer = reply.object()
    error = error_of(answer)
    if not reply.ok or error is not None:
        failure = _by_code(reply, *error) if error else _by_status(reply, str(reply.status), "")
        raise failure if effect or not isinstance(failure, OutcomeUnknown) else unclear(str(failure))
    return answer


def unclear(sentence: str) -> TryLater:
    """The error of a call without effect whose answer is of no use: it is simply made again."""
    return TryLater(StatusReason(code="unclear", kind=FailureKind.PROVIDER, sentence=sentence))


def _by_code(reply: HttpReply, code: str, title: str) -> DeliveryError:
    """The code decides; where we do not know it, the status does."""
    why = reason(code, title)
    if code in TRANSIENT:
        scope = "account" if code in ACCOUNT_WIDE else "recipient"
        return TryLater(why, reply.retry_after_s() or WAITS_S.get(code), scope=scope)
    return _by_status(reply, code, title) if why.kind is FailureKind.UNKNOWN else Refused(why)


def _by_status(reply: HttpReply, code: str, title: str) -> DeliveryError:
    why = reason(code, title)
    if reply.status in PASSING:
        return TryLater(why, reply.retry_after_s(), scope=PASSING[reply.status])
    if reply.status < SERVER_FAULT:
        return Refused(why)
    return OutcomeUnknown(f"Kaleyra answered {reply.status}: something between us may have passed the message on")
