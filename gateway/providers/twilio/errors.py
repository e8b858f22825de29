"""What Twilio's error codes mean, for the statuses and for the answers of its API alike.

The codes and their meaning are those of Twilio's error dictionary. A code that is not here is passed on with Twilio's
own words: the dictionary grows, and its changes must not cost a reason.
"""

from typing import NamedTuple

from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import DeliveryError, HttpReply, OutcomeUnknown, Refused, TryLater

MAX_TITLE = 500
MAX_WAIT_S = 24 * 3600
SERVER_ERROR, UNAVAILABLE, TOO_MANY = 500, 503, 429


class Meaning(NamedTuple):
    """What a code means to us, and to an agent."""

    kind: FailureKind
    sentence: str


_BAD_NUMBER = Meaning(FailureKind.NOT_ON_WHATSAPP, "This contact cannot be reached on WhatsApp.")
_BLOCKED = Meaning(FailureKind.BLOCKED, "The contact does not take messages from this number.")
_BUSY = Meaning(FailureKind.RATE_LIMITED, "Too many messages were sent at once.")
_NO_MEDIA = Meaning(FailureKind.MEDIA, "WhatsApp could not fetch the file, or does not take files of its type or size.")
_NOT_A_SENDER = Meaning(FailureKind.ACCOUNT, "The account's number is not a WhatsApp sender of this Twilio account.")
_NUMBER_NOT_READY = Meaning(FailureKind.ACCOUNT, "The account's number is not fully set up at WhatsApp.")
_BAD_CONTENT = Meaning(FailureKind.CONTENT, "WhatsApp does not take a message of this form.")
_TOO_LONG = Meaning(FailureKind.CONTENT, "The message is too long: Twilio takes 1,600 characters.")
_BAD_TEMPLATE = Meaning(FailureKind.TEMPLATE, "The template does not exist at WhatsApp, or not in this language.")
_BAD_PARAMETERS = Meaning(
    FailureKind.TEMPLATE, "The template's parameters do not fit: one is missing, empty, or has line breaks."
)
_CREDENTIALS = Meaning(FailureKind.CREDENTIALS, "Twilio does not accept the account's credentials.")
_SUSPENDED = Meaning(FailureKind.ACCOUNT, "The account is not active at Twilio.")
_PROVIDER = Meaning(FailureKind.PROVIDER, "WhatsApp had a fault of its own.")

MEANINGS: dict[str, Meaning] = {
    "12300": _NO_MEDIA,
    "20003": _CREDENTIALS,
    "20005": _SUSPENDED,
    "20404": Meaning(FailureKind.ACCOUNT, "Twilio does not know the account, or what was asked for there."),
    "20429": _BUSY,
    "21211": _BAD_NUMBER,
    "21606": _NOT_A_SENDER,
    "21610": Meaning(FailureKind.BLOCKED, "The contact has opted out of messages."),
    "21611": _BUSY,
    "21614": _BAD_NUMBER,
    "21617": _TOO_LONG,
    "21620": _NO_MEDIA,
    "21655": _BAD_TEMPLATE,
    "21656": _BAD_PARAMETERS,
    "21658": _TOO_LONG,
    "21660": _NOT_A_SENDER,
    "30001": Meaning(FailureKind.RATE_LIMITED, "The message waited too long at Twilio to be sent."),
    "63001": Meaning(FailureKind.ACCOUNT, "WhatsApp does not let the account's number send."),
    "63003": _BAD_NUMBER,
    "63005": _BAD_CONTENT,
    "63007": _NOT_A_SENDER,
    "63010": _PROVIDER,
    "63012": _PROVIDER,
    "63013": Meaning(FailureKind.CONTENT, "The message is against WhatsApp's policy."),
    "63014": _BLOCKED,
    "63016": Meaning(
        FailureKind.WINDOW_CLOSED,
        "The contact's last message is more than 24 hours old: only an approved template can be sent.",
    ),
    "63017": _BUSY,
    "63018": _BUSY,
    "63019": _NO_MEDIA,
    "63020": _NUMBER_NOT_READY,
    "63021": _BAD_CONTENT,
    "63022": _NUMBER_NOT_READY,
    "63023": _PROVIDER,
    "63024": _BAD_NUMBER,
    "63025": _NO_MEDIA,
    "63027": _BAD_TEMPLATE,
    "63028": _BAD_PARAMETERS,
    "63029": Meaning(FailureKind.TEMPLATE, "The contact's phone could not load the template."),
    "63030": _BAD_CONTENT,
    "63032": Meaning(FailureKind.BLOCKED, "WhatsApp holds messages to this contact back."),
    "63033": _BLOCKED,
    "63037": _NO_MEDIA,
    "63038": Meaning(FailureKind.RATE_LIMITED, "The account's messages of this day are used up."),
}

WITHOUT_CODE: dict[str, Meaning] = {
    "undelivered": Meaning(FailureKind.UNKNOWN, "WhatsApp did not deliver the message."),
    "failed": Meaning(FailureKind.UNKNOWN, "Twilio could not send the message."),
    "canceled": Meaning(FailureKind.UNKNOWN, "The message was canceled at Twilio before it was sent."),
}
"""What is said of a failed message where Twilio gives no code, by the word for its state."""

HTTP_MEANINGS: dict[int, Meaning] = {401: _CREDENTIALS, 403: _SUSPENDED, 429: _BUSY, 404: MEANINGS["20404"]}
"""What an answer means whose body says nothing."""

WAITS: dict[str, float | None] = {
    "20429": None,
    "21611": None,
    "30001": None,
    "63017": None,
    "63018": None,
    "63038": 3600,
}
"""Codes that say "later", with the seconds to wait where we know better than to guess. All of them are limits of the
account or its number, so it is the account that waits. The daily limit (63038) is asked for every hour."""

PASSING = frozenset({"63010", "63012"})
"""Faults inside of Twilio or the channel, of one message: it was not accepted, and may be a moment later."""


def reason_of_status(word: str, code: str | None, title: str) -> StatusReason:
    """Why a message has failed, by its state and Twilio's code for it."""
    if code:
        return reason(code, title)
    meaning = WITHOUT_CODE.get(word, WITHOUT_CODE["failed"])
    return StatusReason(code=word, title=title, kind=meaning.kind, sentence=meaning.sentence)


def reason(code: str, title: str = "", otherwise: Meaning | None = None) -> StatusReason:
    """What is to be said of a code; `otherwise` when it is not in the table."""
    unknown = Meaning(FailureKind.UNKNOWN, f"Twilio refuses or cannot deliver the message (error {code}).")
    meaning = MEANINGS.get(code) or otherwise or unknown
    return StatusReason(code=code, title=title[:MAX_TITLE], kind=meaning.kind, sentence=meaning.sentence)


def code_of(reply: HttpReply) -> str:
    """Twilio's code in an error answer, of the older form or the newer one; empty when it has none."""
    code = reply.object().get("code")
    return str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""


def failure(reply: HttpReply, *, effect: bool) -> DeliveryError:
    """What an answer without success means. `effect`: the call may have put something before the customer.

    Twilio's own error object says that no message was made. A server error without one comes from something on the
    way, which cannot know.
    """
    code = code_of(reply)
    why = _reason_of_reply(reply, code)
    if code in WAITS or reply.status == TOO_MANY:
        return TryLater(why, _wait(reply, WAITS.get(code)), scope="account")
    if reply.status >= SERVER_ERROR:
        is_certain = not effect or bool(code) or reply.status == UNAVAILABLE
        return TryLater(why, _wait(reply, None)) if is_certain else OutcomeUnknown(why.sentence)
    return TryLater(why, _wait(reply, None)) if code in PASSING else Refused(why)


def unreadable(reply: HttpReply, *, effect: bool) -> DeliveryError:
    """What an answer of success means that does not say what it should."""
    words = "Twilio answered something that cannot be understood."
    if effect:
        return OutcomeUnknown(words)
    return TryLater(StatusReason(code=f"http_{reply.status}", kind=FailureKind.PROVIDER, sentence=words))


def _reason_of_reply(reply: HttpReply, code: str) -> StatusReason:
    body = reply.object()
    title = next((text for name in ("message", "detail", "title") if isinstance(text := body.get(name), str)), "")
    fault = Meaning(FailureKind.PROVIDER, f"Twilio answered with an error (HTTP {reply.status}).")
    otherwise = HTTP_MEANINGS.get(reply.status) or (fault if reply.status >= SERVER_ERROR or not code else None)
    return reason(code or f"http_{reply.status}", title, otherwise)


def _wait(reply: HttpReply, known: float | None) -> float | None:
    asked = reply.retry_after_s()
    return known if asked is None else min(asked, MAX_WAIT_S)
