"""Why Sinch does not deliver: its codes in reports, and its error answers to our calls.

An error answer has the form `{"error": {"code", "message", "status"}}`; the token endpoint and the Provisioning API
have forms of their own. Sinch knows no idempotency key, so a gateway's word that it lost the answer is no refusal.
"""

from http import HTTPStatus

from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import DeliveryError, HttpReply, OutcomeUnknown, Refused, TryLater
from gateway.providers.sinch import wire

NO_SUB_CODE = frozenset({None, "", "UNSPECIFIED_SUB_CODE"})
LONGEST_WORDS = 500

SENTENCES = {
    FailureKind.NOT_ON_WHATSAPP: "The customer cannot be reached on WhatsApp under this number.",
    FailureKind.WINDOW_CLOSED: "The customer's last message is more than 24 hours ago: only a template can be sent.",
    FailureKind.BLOCKED: "The customer, or WhatsApp's policy, does not allow messages from this number.",
    FailureKind.RATE_LIMITED: "Too many messages were sent in a short time.",
    FailureKind.TEMPLATE: "The template does not exist in this language, or its parameters do not fit.",
    FailureKind.MEDIA: "The file could not be fetched, or WhatsApp does not take its type or size.",
    FailureKind.CONTENT: "The provider does not accept the message in this form.",
    FailureKind.CREDENTIALS: "The provider does not accept the account's keys.",
    FailureKind.ACCOUNT: "The account's project, app or WhatsApp sender at the provider is not in order.",
    FailureKind.PROVIDER: "The provider could not handle the message.",
    FailureKind.UNKNOWN: "The provider gave no reason that we know.",
}

CODES = {
    "UNKNOWN": FailureKind.UNKNOWN,
    "INTERNAL_ERROR": FailureKind.PROVIDER,
    "RATE_LIMITED": FailureKind.RATE_LIMITED,
    "RECIPIENT_INVALID_CHANNEL_IDENTITY": FailureKind.NOT_ON_WHATSAPP,
    "RECIPIENT_NOT_REACHABLE": FailureKind.NOT_ON_WHATSAPP,
    "RECIPIENT_NOT_OPTED_IN": FailureKind.BLOCKED,
    "OUTSIDE_ALLOWED_SENDING_WINDOW": FailureKind.WINDOW_CLOSED,
    "CHANNEL_FAILURE": FailureKind.PROVIDER,
    "CHANNEL_BAD_CONFIGURATION": FailureKind.ACCOUNT,
    "CHANNEL_CONFIGURATION_MISSING": FailureKind.ACCOUNT,
    "MEDIA_TYPE_UNSUPPORTED": FailureKind.MEDIA,
    "MEDIA_TOO_LARGE": FailureKind.MEDIA,
    "MEDIA_NOT_REACHABLE": FailureKind.MEDIA,
    "NO_CHANNELS_LEFT": FailureKind.PROVIDER,
    "TEMPLATE_NOT_FOUND": FailureKind.TEMPLATE,
    "TEMPLATE_INSUFFICIENT_PARAMETERS": FailureKind.TEMPLATE,
    "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION": FailureKind.TEMPLATE,
    "DELIVERY_TIMED_OUT": FailureKind.PROVIDER,
    "DELIVERY_REJECTED_DUE_TO_POLICY": FailureKind.BLOCKED,
    "CONTACT_NOT_FOUND": FailureKind.NOT_ON_WHATSAPP,
    "BAD_REQUEST": FailureKind.CONTENT,
    "UNKNOWN_APP": FailureKind.ACCOUNT,
    "NO_CHANNEL_IDENTITY_FOR_CONTACT": FailureKind.NOT_ON_WHATSAPP,
    "CHANNEL_REJECT": FailureKind.CONTENT,
    "NO_PERMISSION": FailureKind.CREDENTIALS,
    "NO_PROFILE_AVAILABLE": FailureKind.ACCOUNT,
    "UNSUPPORTED_OPERATION": FailureKind.CONTENT,
    "INACTIVE_CREDENTIAL": FailureKind.CREDENTIALS,
    "MESSAGE_EXPIRED": FailureKind.PROVIDER,
    "MESSAGE_SPLIT_REQUIRED": FailureKind.CONTENT,
    "DELIVERY_REPORT_TIME_OUT": FailureKind.PROVIDER,
}
"""`reason.code` of a delivery report; what is missing here is unknown."""

CHANNEL_CODES = {
    "130429": FailureKind.RATE_LIMITED,
    "131026": FailureKind.NOT_ON_WHATSAPP,
    "131047": FailureKind.WINDOW_CLOSED,
    "131048": FailureKind.RATE_LIMITED,
    "131049": FailureKind.BLOCKED,
    "131050": FailureKind.BLOCKED,
    "131051": FailureKind.CONTENT,
    "131053": FailureKind.MEDIA,
    "131056": FailureKind.RATE_LIMITED,
    "132000": FailureKind.TEMPLATE,
    "132001": FailureKind.TEMPLATE,
    "132012": FailureKind.TEMPLATE,
    "132015": FailureKind.TEMPLATE,
}
"""`reason.channel_code`, WhatsApp's own: it is finer than Sinch's, and counts first."""

REFUSALS: dict[int, FailureKind] = {
    HTTPStatus.BAD_REQUEST: FailureKind.CONTENT,
    HTTPStatus.UNAUTHORIZED: FailureKind.CREDENTIALS,
    HTTPStatus.FORBIDDEN: FailureKind.ACCOUNT,
    HTTPStatus.NOT_FOUND: FailureKind.ACCOUNT,  # the wrong region has no such project, and answers so
    HTTPStatus.NOT_IMPLEMENTED: FailureKind.PROVIDER,
}
"""Answers that are final. Any other of 300 to 499 is, too: a redirect means that the address is wrong."""

TRY_LATER: dict[int, FailureKind] = {
    HTTPStatus.TOO_MANY_REQUESTS: FailureKind.RATE_LIMITED,
    HTTPStatus.INTERNAL_SERVER_ERROR: FailureKind.PROVIDER,
    HTTPStatus.SERVICE_UNAVAILABLE: FailureKind.PROVIDER,
}
"""Sinch's own word that it has not accepted the call. 502, 504 and 408 are words of a gateway that lost the answer."""


def reason_of(kind: FailureKind, code: str, title: str = "") -> StatusReason:
    """A reason with the sentence of its kind."""
    return StatusReason(code=code, title=title, kind=kind, sentence=SENTENCES[kind])


def report_reason(reason: wire.Reason) -> StatusReason:
    """Why a delivery report says that a message failed. The code is Sinch's, its sub-code's and WhatsApp's own."""
    code, channel_code = reason.code or "UNKNOWN", reason.channel_code or ""
    kind = CHANNEL_CODES.get(channel_code) or CODES.get(code, FailureKind.UNKNOWN)
    sub_code = None if reason.sub_code in NO_SUB_CODE else reason.sub_code
    codes = "/".join(part for part in (code, sub_code, channel_code) if part)
    return reason_of(kind, codes, reason.description or "")


def failure(reply: HttpReply, effect: bool = False) -> DeliveryError:
    """What an error answer means. `effect`: whether the call may have put something before the customer.

    What has to wait concerns the whole account: a full queue, or a used-up rate, is the app's or the project's.
    """
    code, words = _error(reply)
    if (kind := _refusal(reply.status, words)) is not None:
        return Refused(reason_of(kind, code, words))
    if effect and reply.status not in TRY_LATER:
        return OutcomeUnknown(f"the provider answered {code}")
    kind = TRY_LATER.get(reply.status, FailureKind.PROVIDER)
    return TryLater(reason_of(kind, code, words), reply.retry_after_s(), scope="account")


def _refusal(status: int, words: str) -> FailureKind | None:
    """Why an answer is a final no; None when it is not final."""
    if status in TRY_LATER or status == HTTPStatus.REQUEST_TIMEOUT:
        return None
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND} and "template" in words.lower():
        return FailureKind.TEMPLATE
    if status in REFUSALS:
        return REFUSALS[status]
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return FailureKind.ACCOUNT
    return FailureKind.CONTENT if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR else None


def _error(reply: HttpReply) -> tuple[str, str]:
    """The code and the words of an error answer, whichever of Sinch's forms it has."""
    body = reply.object()
    error = body.get("error")
    if isinstance(error, dict):
        code, words = error.get("status"), error.get("message")
    else:
        code, words = error or body.get("errorCode"), body.get("error_description") or body.get("message")
    known = code if code and isinstance(code, str) else "HTTP"
    return f"{known[:100]} {reply.status}", words[:LONGEST_WORDS] if isinstance(words, str) else ""
