"""The way out of the seam: what a provider is asked for, as a conversation of HTTP calls and replies.

A delivery is a generator: it yields `HttpCall`s, is sent `HttpReply`s, and returns what came of it. It does no I/O, so
it reads from top to bottom and is tested without a server. `gateway/send` drives it. It raises

Refused              the provider says no, and would say so again: why, with a sentence for the agent
├── (FailureKind tells what can be done about it)
TryLater             it was certainly not accepted, and may be later: `after_s` is what the provider asks for
OutcomeUnknown       the provider may have it: never sent again on our own
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

import orjson

from contracts.accounts import Account
from contracts.content import Media
from contracts.errors import SwitchboardError
from contracts.messages import DeliveryState, FailureKind, StatusReason
from contracts.outbound import OutboundMessage, OutboundSignal, Template

R = TypeVar("R")
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of ours in a multipart call; the shell streams it from the media store. `field` is the form field.

    An empty `mime_type` or `filename` means the one that the media store has.
    """

    file_id: str
    field: str
    mime_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request to a provider. At most one of `json`, `form` and `upload` is its body, but that the fields of
    `form` stand before the file of an `upload`.

    `effect`: whether it may put something before the customer. When such a call is cut off after it left, its outcome
    is unknown; any other is simply made again. `headers` may hold credentials: they are never logged. `basic` is user
    and password. `keep_s`: for so many seconds a successful reply may be given again to the same call, for tokens;
    `renew` asks for a new one all the same.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: tuple[tuple[str, str], ...] | None = None
    upload: Upload | None = None
    basic: tuple[str, str] | None = field(default=None, repr=False)
    effect: bool = False
    keep_s: float = 0
    renew: bool = False


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the range of HTTP's successes

    def object(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def answered_at(self) -> datetime:
        """When it was made, by the date that it bears: a conversation has no clock. 1970 where it bears none."""
        try:
            at = parsedate_to_datetime(self.headers.get("date", ""))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return UNDATED

    def retry_after_s(self) -> float | None:
        """The seconds of `Retry-After`, where it is there as a number."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isascii() and value.isdigit() else None


Conversation = Generator[HttpCall, HttpReply, R]
"""A conversation with a provider that ends in an `R`."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken a message: its id for it, and how far it says it has come."""

    provider_id: str
    state: DeliveryState = DeliveryState.SENT


@dataclass(frozen=True, slots=True)
class Download:
    """Where a file is: `call` fetches it. `hosts` are those to which the call's credentials may go, and no others:
    a redirect elsewhere is followed without them. `sha256` is what the provider says of it, in hexadecimal."""

    call: HttpCall
    hosts: tuple[str, ...]
    mime_type: str = ""
    filename: str | None = None
    sha256: str | None = None


class DeliveryError(SwitchboardError):
    """The root of what a delivery may raise."""


class Refused(DeliveryError):
    """The provider refuses this message (or we do, for it could not express it)."""

    def __init__(self, reason: StatusReason) -> None:
        super().__init__(reason.sentence or reason.title or reason.code)
        self.reason = reason


class TryLater(DeliveryError):
    """Not accepted, certainly; `after_s` seconds is what the provider asks to wait, None when it does not say.

    `scope` says what is held back: this message's `recipient`, or the whole `account` (a rate limit of the number).
    """

    def __init__(self, reason: StatusReason, after_s: float | None = None, scope: str = "recipient") -> None:
        super().__init__(reason.sentence or reason.title or reason.code)
        self.reason = reason
        self.after_s = after_s
        self.scope = scope


class OutcomeUnknown(DeliveryError):
    """The provider may or may not have accepted the message."""


def cannot_express(what: str) -> Refused:
    """The refusal of a content that a provider's API has no form for; `what` completes "cannot send ..."."""
    sentence = f"This provider cannot send {what}."
    return Refused(StatusReason(code="unsupported", kind=FailureKind.CONTENT, sentence=sentence))


@runtime_checkable
class Delivers(Protocol):
    """A provider that sends."""

    def deliver(self, message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
        """Send a message. `media_url` is a public URL of the message's uploaded file, for a provider that fetches it.

        The caller fills in `account.domain` with the public URL where the account has none: Twilio is told with each
        message where to report on it.

        Raises:
            Refused, TryLater, OutcomeUnknown: see the module.
        """
        ...

    def check(self, account: Account) -> Conversation[str]:
        """Whether the credentials are good, by a call without effect; a sentence that says what they open.

        Raises:
            Refused, TryLater: they are not, or it cannot be said now.
        """
        ...


@runtime_checkable
class Signals(Protocol):
    """A provider that takes read marks or typing indicators."""

    def signal(self, signal: OutboundSignal, account: Account) -> Conversation[None]:
        """Give a signal; one that the provider does not have is passed over without a call."""
        ...


@runtime_checkable
class HoldsMedia(Protocol):
    """A provider whose customers' files are fetched from it."""

    def locate(self, media: Media, account: Account) -> Conversation[Download]:
        """Where the file of an inbound message is.

        Raises:
            Refused, TryLater: it is gone, or cannot be had now.
        """
        ...


@runtime_checkable
class HoldsTemplates(Protocol):
    """A provider whose templates can be read."""

    def templates(self, account: Account) -> Conversation[tuple[Template, ...]]:
        """All templates of an account, page after page."""
        ...
