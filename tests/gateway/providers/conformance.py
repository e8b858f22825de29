"""What every provider's tests are made of: its fixtures, and what its folder of tests must say in `sample.py`.

A fixture is `<case>.json` (a request: `method`, `headers`, and a body as `json`, `form` or raw `text`) beside
`<case>.expected.json`: the list of items it holds, or `{"malformed": rule}`. In a GET the form is the query.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlencode

from pydantic import SecretStr, TypeAdapter

from contracts.accounts import Account
from contracts.messages import InboundMessage, MessageStatus
from gateway.providers.seam import BadItem, Item, Notice, Parsed, Provider, Webhook
from gateway.registry import providers

RECEIVED_AT = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
HERE = Path(__file__).parent
TAGS = {InboundMessage: "message", MessageStatus: "status", Notice: "notice", BadItem: "bad"}
Json = Any
ITEM = TypeAdapter(Item)
RAW = frozenset({"raw", "response"})
EMPTY: tuple[Json, ...] = (None, "", False, [], {})


@dataclass(frozen=True)
class Fixture:
    """A request and what is in it."""

    provider: str
    case: str
    request: dict[str, Json]
    expected: Json

    @property
    def method(self) -> str:
        """POST unless it says otherwise."""
        return str(self.request.get("method", "POST"))

    @property
    def content_type(self) -> str:
        """The type that goes with the kind of body."""
        given = self.request.get("headers", {}).get("Content-Type")
        return str(given or ("application/x-www-form-urlencoded" if "form" in self.request else "application/json"))

    @property
    def is_malformed(self) -> bool:
        """Whether the body as a whole is refused."""
        return isinstance(self.expected, dict)

    def encoded(self) -> bytes:
        """The body, or the query of a GET."""
        if "form" in self.request:
            return urlencode(self.request["form"]).encode()
        if "json" in self.request:
            return json.dumps(self.request["json"], separators=(",", ":")).encode()
        return str(self.request["text"]).encode()

    def webhook(self, url: str) -> Webhook:
        """The request as it comes in, without a signature."""
        is_query = self.method == "GET"
        return Webhook(
            method=self.method,
            url=f"{url}?{self.encoded().decode()}" if is_query else url,
            headers={} if is_query else {"Content-Type": self.content_type},
            body=b"" if is_query else self.encoded(),
            received_at=RECEIVED_AT,
        )


class Sample(Protocol):
    """What `tests/gateway/providers/<name>/sample.py` says of its provider.

    `STRANGER` is another account there, with other secrets and another number; `sign` signs as the provider does, by
    means of `runtime.sandbox`; `SIGNS_URL` tells whether the URL is part of what is signed; `EMPTY` are the
    account's secrets left blank. A provider that signs nothing and shows a token instead says `SIGNS_BODY = False`
    (see `signs_body`).
    """

    URL: str
    ACCOUNT: Account
    STRANGER: Account
    EMPTY: dict[str, SecretStr]
    SIGNS_URL: bool

    def sign(self, webhook: Webhook) -> Webhook:
        """The webhook as the provider would send it to the account."""
        ...

    def sign_with(self, webhook: Webhook, secret: str) -> Webhook:
        """The webhook signed with any secret."""
        ...

    def is_for_account(self, item: Item) -> bool:
        """Whether an item of a fixture is meant for the account."""
        ...


def sample(provider: str) -> Sample:
    """The sample of a provider."""
    return cast("Sample", import_module(f"tests.gateway.providers.{provider}.sample"))


def signs_body(provider: str) -> bool:
    """Whether the signature covers the body. With a token it does not: other bytes are genuine then as well."""
    return bool(getattr(sample(provider), "SIGNS_BODY", True))


def is_proof(header: str) -> bool:
    """Whether a header, by its name, is what shows that a webhook is genuine."""
    return "signature" in header.lower() or header.lower() == "authorization"


def fixtures_of(provider: str) -> list[Fixture]:
    """All fixtures of a provider."""
    requests = (path for path in (HERE / provider / "fixtures").glob("*.json") if ".expected" not in path.suffixes)
    return [_load(provider, path) for path in sorted(requests)]


def _load(provider: str, path: Path) -> Fixture:
    expected = path.with_suffix(".expected.json")
    return Fixture(provider, path.stem, json.loads(path.read_text()), json.loads(expected.read_text()))


def receiving() -> dict[str, Provider]:
    """The providers that the suite is run for."""
    return dict(providers())


def every_fixture() -> list[Fixture]:
    """The fixtures of all providers that receive."""
    return [fixture for provider in receiving() for fixture in fixtures_of(provider)]


def shown(parsed: Parsed) -> list[Json]:
    """Items as the expected files write them: what they are, then where they belong; empty fields are left out."""
    return [_shown(item) for item in parsed.items]


def _shown(item: Item) -> Json:
    dumped = ITEM.dump_python(item, mode="json", exclude_none=True)
    return {TAGS[type(item.what)]: without_empty(dumped.pop("what")), **dumped}


def without_empty(value: Json) -> Json:
    """A value without its empty fields; raw forms stay as they are."""
    if isinstance(value, list):
        return [without_empty(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {name: part if name in RAW else without_empty(part) for name, part in value.items()}
    return {name: part for name, part in kept.items() if part not in EMPTY or name in RAW}
