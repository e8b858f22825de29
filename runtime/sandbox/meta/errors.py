"""Errors as the Graph API writes them, with the HTTP statuses of Meta's list of error codes."""

import hashlib
from typing import Any

from runtime.sandbox.seam import ApiAnswer

TITLES = {
    1: "An unknown error has occurred.",
    2: "Service temporarily unavailable",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}
STATUSES = {2: 503, 190: 401, 131000: 500, 132001: 404}
"""Everything else is a 400, the limits of messages a second included."""

NO_SUCH_OBJECT = 33
"""The subcode of an id that does not exist, or that the token may not see."""


class GraphError(Exception):
    """The API refuses a call."""

    def __init__(self, code: int, details: str, subcode: int | None = None) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.subcode = subcode


def title_of(code: int) -> str:
    """What Meta calls an error; a general word for one that the sandbox does not know."""
    return TITLES.get(code, "Message failed to send")


def answer(error: GraphError, status: int | None = None, headers: dict[str, str] | None = None) -> ApiAnswer:
    """The answer that says so; `status` where it is not the one of the list."""
    said: dict[str, Any] = {
        "message": f"(#{error.code}) {title_of(error.code)}",
        "type": "OAuthException",
        "code": error.code,
        "error_data": {"messaging_product": "whatsapp", "details": error.details},
        "fbtrace_id": "A" + hashlib.sha256(error.details.encode()).hexdigest()[:22],
    }
    if error.subcode is not None:
        said["error_subcode"] = error.subcode
    return ApiAnswer(status=status or STATUSES.get(error.code, 400), json={"error": said}, headers=headers or {})


def no_such_object(object_id: str) -> GraphError:
    """The refusal of an id."""
    details = f"Object with ID '{object_id}' does not exist or cannot be loaded due to missing permissions"
    return GraphError(100, details, NO_SUCH_OBJECT)
