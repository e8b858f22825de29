"""Meta's error codes: why a message was not delivered, what an agent or an operator can do, and whether to try again.

The same codes come in answers of the API and in the statuses of messages that it took first. Source: "Error codes" and
"Throughput" of Meta's documentation, the facts of which are in the README. A code without a line is `UNKNOWN`.
"""

from enum import Enum, auto
from typing import NamedTuple

from contracts.messages import FailureKind, StatusReason


class Treatment(Enum):
    """What an answer with a code says of the call. `UNCERTAIN`: it may have had its effect all the same."""

    REFUSED = auto()
    RECIPIENT_LATER = auto()
    ACCOUNT_LATER = auto()
    UNCERTAIN = auto()


class Rule(NamedTuple):
    """What a code means: `wait_s` is what Meta's documentation asks to wait, where it says so."""

    kind: FailureKind
    sentence: str
    treatment: Treatment = Treatment.REFUSED
    wait_s: float | None = None


_TOKEN = Rule(FailureKind.CREDENTIALS, "Meta does not accept the account's authorization token. Tell an administrator.")
_PERMISSION = Rule(FailureKind.CREDENTIALS, "The account's token may not do this at Meta. Tell an administrator.")
_PARAMETER = Rule(FailureKind.CONTENT, "WhatsApp does not accept this message: a part of it is missing or not allowed.")
_BUSY = Rule(FailureKind.RATE_LIMITED, "Too many messages at once; it will be tried again.", Treatment.ACCOUNT_LATER)
_DOWN = Rule(FailureKind.PROVIDER, "WhatsApp is out of service for the moment.", Treatment.ACCOUNT_LATER)
_UNCERTAIN = Rule(
    FailureKind.PROVIDER, "WhatsApp reported a fault; the message may have been sent.", Treatment.UNCERTAIN
)
_LOCKED = Rule(FailureKind.ACCOUNT, "Meta has restricted this WhatsApp account. Tell an administrator.")
_UNREGISTERED = Rule(FailureKind.ACCOUNT, "This number is not registered at WhatsApp. Tell an administrator.")
_NO_NUMBER = Rule(FailureKind.CONTENT, "This kind of message needs the customer's phone number, which is hidden.")
_TEMPLATE_PARAMETERS = Rule(FailureKind.TEMPLATE, "The parameters do not fit the template.")
_TEMPLATE_CLOSED = Rule(FailureKind.TEMPLATE, "Meta has stopped this template. Choose another one.")
_FLOW = Rule(FailureKind.TEMPLATE, "The flow of this template cannot be used at the moment.")
_UNKNOWN = Rule(FailureKind.UNKNOWN, "WhatsApp could not deliver the message.")

CODES: dict[int, Rule] = {
    0: _TOKEN,
    1: _UNCERTAIN,  # "invalid request or possible server error"
    2: _UNCERTAIN,
    3: _PERMISSION,
    4: _BUSY,
    10: _PERMISSION,
    33: _UNREGISTERED,
    100: _PARAMETER,
    190: _TOKEN,
    **dict.fromkeys(range(200, 300), _PERMISSION),
    368: _LOCKED,
    80007: _BUSY,
    130429: _BUSY,
    130472: Rule(FailureKind.BLOCKED, "WhatsApp withholds marketing messages from this customer."),
    130497: Rule(FailureKind.ACCOUNT, "This account may not write to customers of that country."),
    131000: Rule(FailureKind.PROVIDER, "WhatsApp failed to send the message.", Treatment.RECIPIENT_LATER),
    131005: _PERMISSION,
    131008: _PARAMETER,
    131009: _PARAMETER,
    131016: _DOWN,
    131021: Rule(FailureKind.CONTENT, "A number cannot write to itself."),
    131026: Rule(
        FailureKind.NOT_ON_WHATSAPP,
        "The message cannot be delivered: the number is not on WhatsApp, or its owner has an old version or has not "
        "agreed to the terms.",
    ),
    131030: Rule(FailureKind.ACCOUNT, "This is a test number, and the customer is not on its list of recipients."),
    131031: _LOCKED,
    131037: Rule(FailureKind.ACCOUNT, "The display name of this number is not approved. Tell an administrator."),
    131042: Rule(FailureKind.ACCOUNT, "Meta has a problem with the account's payment. Tell an administrator."),
    131045: _UNREGISTERED,
    131047: Rule(
        FailureKind.WINDOW_CLOSED,
        "More than 24 hours have passed since the customer's last message. Send a template.",
    ),
    131048: Rule(
        FailureKind.RATE_LIMITED,
        "WhatsApp holds this number back: too many of its messages were blocked or reported. Tell an administrator.",
    ),
    131049: Rule(
        FailureKind.RATE_LIMITED,
        "WhatsApp did not deliver this marketing message: the customer gets many. Do not try again within 24 hours.",
    ),
    131050: Rule(FailureKind.BLOCKED, "The customer does not want marketing messages from you."),
    131051: Rule(FailureKind.CONTENT, "WhatsApp does not know this kind of message."),
    131052: Rule(FailureKind.MEDIA, "The file could not be had from WhatsApp."),
    131053: Rule(FailureKind.MEDIA, "WhatsApp could not take the file.", Treatment.RECIPIENT_LATER),
    131056: Rule(
        FailureKind.RATE_LIMITED,
        "Too many messages to this customer at once; it will be tried again.",
        Treatment.RECIPIENT_LATER,
        wait_s=6,
    ),
    131057: _DOWN,
    131062: _NO_NUMBER,
    131063: _NO_NUMBER,
    131064: _NO_NUMBER,
    132000: _TEMPLATE_PARAMETERS,
    132001: Rule(FailureKind.TEMPLATE, "There is no such template in this language, or it is not approved."),
    132005: Rule(FailureKind.TEMPLATE, "With its parameters the template is too long."),
    132007: Rule(FailureKind.TEMPLATE, "The template breaks a policy of WhatsApp."),
    132008: _TEMPLATE_PARAMETERS,
    132012: _TEMPLATE_PARAMETERS,
    132015: _TEMPLATE_CLOSED,
    132016: _TEMPLATE_CLOSED,
    132068: _FLOW,
    132069: _FLOW,
    133010: _UNREGISTERED,
    133016: _BUSY,
    135000: _PARAMETER,
    137000: Rule(FailureKind.UNKNOWN, "The customer's phone has changed its identity; WhatsApp did not deliver."),
}


_BY_DIGITS = {str(code): rule for code, rule in CODES.items()}


def rule_of(code: object) -> Rule | None:
    """The line of a code, written as a number or as digits; None when there is none."""
    return _BY_DIGITS.get(str(code))


def reason_of(code: object, title: str) -> StatusReason:
    """Why a message failed, by Meta's code, with Meta's own words."""
    rule = rule_of(code) or _UNKNOWN
    return StatusReason(code=str(code), title=title, kind=rule.kind, sentence=rule.sentence)
