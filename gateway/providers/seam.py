"""The seam that every provider implements: what it is, whether a webhook is its own, and what is in it.

Everything here is pure: bytes and values in, values out. Adding a provider is adding one folder with a `provider.py`
that has a `PROVIDER`, and one folder of fixtures under `tests/gateway/providers/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from contracts.accounts import Account
from contracts.base import Instant, Value
from contracts.messages import InboundMessage, MessageStatus


class Credentials(BaseModel):
    """Base of a provider's credential form. Fields of type `SecretStr` are encrypted at rest and never shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Limits(Value):
    """How fast a provider takes messages, as it states: from one number, and from it to one customer.

    So many `per_second` on average, and up to `burst` at once; one to a customer every `recipient_interval_s` on
    average, 0 where nothing is stated, and up to `recipient_burst` at once.
    """

    per_second: Annotated[float, Field(gt=0)] = 20
    burst: Annotated[int, Field(ge=1)] = 20
    recipient_interval_s: Annotated[float, Field(ge=0)] = 0
    recipient_burst: Annotated[int, Field(ge=1)] = 1


class Manifest(Value):
    """What a provider is: its name in URLs and accounts, its label, its credential form, the size of its webhooks, and
    how fast it may be sent messages.

    `max_body` is in bytes. `receives` is false for a provider whose accounts can be configured but whose webhooks are
    not taken yet.
    """

    name: str
    label: str
    credentials: type[Credentials]
    max_body: Annotated[int, Field(gt=0)] = 1024 * 1024
    receives: bool = True
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Webhook:
    """One HTTP request as it came: `url` is the external one, byte for byte as the provider called it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: Instant

    def header(self, name: str) -> str:
        """A header's value whatever the case of its name, stripped; empty when it is missing."""
        value = self.headers.get(name)  # aiohttp's own mapping does not mind the case; a plain one is searched
        if value is None:
            value = next((value for key, value in self.headers.items() if key.lower() == name), "")
        return value.strip()


class Verdict(StrEnum):
    """Whether a webhook is what it claims to be."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"
    FORGED = "forged"


class BadItem(Value):
    """An item of a webhook that cannot be understood: why, and its raw form."""

    reason: str
    raw: dict[str, Any] | str


class Notice(Value):
    """Something that is neither a message nor a status: what the provider calls it, about whom, and its raw form."""

    kind: str
    contact_key: str = ""
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a webhook tells, and whom it is for in the provider's words, as far as it says.

    `address` is the number, or the provider's id of it; `owner` the provider's account that the number belongs to.
    """

    what: InboundMessage | MessageStatus | Notice | BadItem
    address: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """Every item of a webhook, in its order. Bad ones stand among them, and never cost a good one its place."""

    items: tuple[Item, ...]


class MalformedWebhook(ValueError):
    """The body as a whole is not what the provider sends; `str(error)` says which rule it breaks."""


class Provider(Protocol):
    """What a provider's folder implements."""

    manifest: Manifest

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether the account's provider sent this: checked over the raw bytes, in constant time, closed on doubt."""
        ...

    def parse(self, webhook: Webhook) -> Parsed:
        """Every item of the body.

        Raises:
            MalformedWebhook: the body as a whole cannot be read.
        """
        ...

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether an item is the account's own: a true signature does not let one account speak for another."""
        ...

    def reply(self) -> tuple[str, str]:
        """Content type and text of the answer 200 that the provider understands as "taken, nothing to say"."""
        ...


@runtime_checkable
class Handshake(Protocol):
    """A provider that checks the URL by a GET before it sends anything."""

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        """The answer to a handshake in plain text; None when the query does not hold the account's token."""
        ...


@runtime_checkable
class SharedCallback(Protocol):
    """A provider that may send the items of several accounts to one URL."""

    def candidates(self, webhook: Webhook, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
        """Of these accounts of the provider, those whose secret verifies the webhook."""
        ...


@runtime_checkable
class SecretUrl(Protocol):
    """A provider that signs nothing, so that nobody may be able to guess an account's callback URL."""

    def callback_query(self, account: Account) -> str:
        """The query that belongs behind the account's webhook URL; empty while the account lacks its secret."""
        ...
