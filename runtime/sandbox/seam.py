"""What the sandbox asks of each provider that it plays: its API as far as we call it, and its webhooks.

A played provider is pure: the sandbox's server holds the numbers, the faults and what customers' phones have got. What
a customer says is given in our own words, so that `parse(webhook)` of the real provider must give the same back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import Field

from contracts.base import Instant, Value
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.showing import Shown


class PlayedNumber(Value):
    """A number at a played provider: `webhook_url` is what was configured there, as the provider calls it.

    `credentials` are all fields of the provider's form, the secret ones included: they are worth nothing elsewhere.
    `api_url` is where the sandbox serves this provider.
    """

    provider: str
    account_key: str
    phone: str
    webhook_url: str
    api_url: str
    credentials: dict[str, str] = Field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request to the played API: `path` is below the provider's own root and begins with a slash; header names are
    in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: Instant


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the played provider took: its id for it, our reference if there was one, to whom, and what.

    `kind` and `words` are for people; `raw` is the message as it came.
    """

    provider_id: str
    reference: str | None
    contact_key: str
    kind: str
    words: str
    raw: dict[str, Any]
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """A file that the sandbox serves as a customer's media, or that was handed in to be sent."""

    media_id: str
    mime_type: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """The answer, and what it accepted. `json` or `body` is the content; `uploaded` is a file that was handed in: the
    sandbox keeps it among the files that later calls are given.

    `signal` is `read` or `typing` with the provider's id of the message concerned.
    """

    status: int
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
    uploaded: SandboxFile | None = None
    signal: tuple[str, str] | None = None


class PlayedProvider(Protocol):
    """One provider as the sandbox plays it."""

    name: str

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """Whose call this is, by its path or body and its credentials; None when nobody's."""
        ...

    def unauthorised(self) -> ApiAnswer:
        """What the provider answers to wrong credentials."""
        ...

    def answer(self, call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Carry a call out: check the body as the provider does, and answer as it does, its error answers included."""
        ...

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """An error answer on demand: 429 with or without `Retry-After`, 500, 503, in the provider's own form."""
        ...

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """The webhook by which the provider tells of a customer's message.

        Raises:
            ValueError: customers of this provider cannot say such a thing.
        """
        ...

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, at: Instant, code: str | None = None
    ) -> SignedRequest:
        """The webhook by which it tells how far a message has come; `code` is its error code where that is failed."""
        ...


@runtime_checkable
class PlaysBatches(Protocol):
    """A provider that may put several messages into one webhook."""

    def says_together(self, number: PlayedNumber, messages: tuple[InboundMessage, ...]) -> SignedRequest:
        """One webhook with all of them, in order.

        Raises:
            ValueError: customers of this provider cannot say such a thing.
        """
        ...


@runtime_checkable
class NamesMessages(Protocol):
    """A provider whose ids of messages have a form."""

    def message_id(self, digits: str) -> str:
        """An id as the provider gives it, made of 32 hexadecimal digits that nothing else has."""
        ...


@runtime_checkable
class NamesFiles(Protocol):
    """A provider that tells where a customer's file is."""

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """The URL of a file in the webhook, below `number.api_url`; `answer` serves it as the provider does."""
        ...


@runtime_checkable
class ShowsMessages(Protocol):
    """A provider whose messages a phone shows with all that is in them; of others it shows the words."""

    def shows(self, raw: Mapping[str, Any], files: Mapping[str, SandboxFile]) -> Shown | None:
        """What a phone shows of a message that was accepted as `raw`; None: its words are all there is."""
        ...
