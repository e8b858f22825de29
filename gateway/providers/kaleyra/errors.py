"""What Kaleyra's codes and Meta's, which it passes on, mean to an agent and to an operator.

Meta's are numbers; Kaleyra's begin with letters, or are `NOT-SENT` where it did not pass a message on.
"""

from contracts.messages import FailureKind, StatusReason

Kind = FailureKind

_MEANINGS: tuple[tuple[Kind, str, frozenset[str]], ...] = (
    (
        Kind.NOT_ON_WHATSAPP,
        "This number cannot be reached on WhatsApp.",
        frozenset({"131026", "131030", "131021"}),
    ),
    (
        Kind.WINDOW_CLOSED,
        "More than 24 hours have passed since the customer's last message: send a template.",
        frozenset({"131047", "470"}),
    ),
    (
        Kind.BLOCKED,
        "WhatsApp does not deliver this message to this customer.",
        frozenset({"130472", "131049", "131050", "130497", "131037"}),
    ),
    (
        Kind.RATE_LIMITED,
        "Too many messages were sent; the limit must pass first.",
        frozenset({"4", "80007", "130429", "131048", "131056", "WAV2101", "429"}),
    ),
    (
        Kind.TEMPLATE,
        "The template does not exist, is not approved, or its parameters do not fit.",
        frozenset(
            {"132000", "132001", "132005", "132007", "132008", "132012", "132015", "132016", "132068", "132069"},
        ),
    ),
    (Kind.MEDIA, "The file could not be taken over by WhatsApp.", frozenset({"131052", "131053"})),
    (
        Kind.CONTENT,
        "Kaleyra found the message not valid.",
        frozenset({"WA400", "400", "100", "131008", "131009", "131051", "131062", "131063", "131064", "135000"}),
    ),
    (
        Kind.CREDENTIALS,
        "Kaleyra refuses the account's credentials: an administrator must look at them.",
        frozenset({"RBC001", "WA401", "401", "403", "0", "3", "10", "190", "131005"}),
    ),
    (
        Kind.ACCOUNT,
        "The account cannot send now (balance, payment, registration or a lock): an administrator must look at it.",
        frozenset({"E110", "368", "131031", "131042", "131045", "133010"}),
    ),
    (
        Kind.PROVIDER,
        "Kaleyra or WhatsApp had a fault of its own.",
        frozenset({"WA500", "500", "503", "1", "2", "131000", "131016", "131057", "133016"}),
    ),
    (
        Kind.BLOCKED,
        "Kaleyra did not pass the message on to WhatsApp: the customer opted out, or a limit or a rule forbids it.",
        frozenset({"NOT-SENT"}),
    ),
)
_BY_CODE = {code: (kind, sentence) for kind, sentence, codes in _MEANINGS for code in codes}
_UNKNOWN = (Kind.UNKNOWN, "The message was not delivered.")

TRANSIENT = frozenset(
    {"429", "500", "503", "WA500", "4", "80007", "130429", "131000", "131016", "131056", "131057", "133016", "1", "2"}
)
"""With these a message was certainly not accepted, and may be later."""

ACCOUNT_WIDE = frozenset({"4", "80007", "130429", "131016", "131057", "133016", "429", "503"})
"""These hold back all messages of the account, not those to one recipient."""

WAITS_S = {"WA500": 300.0}
"""Seconds that the documentation asks to wait; it names 5, 10 and 15 minutes for `WA500`."""


def reason(code: str, title: str = "") -> StatusReason:
    """A code in our words, with the provider's own beside it."""
    kind, sentence = _BY_CODE.get(code, _UNKNOWN)
    return StatusReason(code=code, title=title, kind=kind, sentence=sentence)
