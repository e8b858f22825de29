"""The console over real HTTP and a real MongoDB; only the broker is left out, for it is not what is tested here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet
from pydantic import SecretStr

from console.app import build_console
from console.dependencies import ConsoleDependencies
from contracts.errors import Unavailable
from runtime.broker import Publisher
from runtime.configuration import ConfigurationCache
from runtime.crypto import SecretBox
from runtime.publishing import Outbox
from runtime.store.agent_queues import AgentQueues
from runtime.store.answers import AnswerStore
from runtime.store.assignments import Assignments
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.interactions import InteractionStore
from runtime.store.media import GridFSMedia
from runtime.store.offers import OfferStore
from runtime.store.outbound import OutboundStore
from runtime.store.presence import PresenceStore
from runtime.store.templates import TemplateStore

Json = Any
"""Whatever a body may hold."""
TOKEN = "token-of-the-tests"
MOST_BYTES = 5_000_000  # more than any other body of the API may have
AUTH_TOKEN = "8f1d-auth-token-that-nobody-may-see"
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


class RecordingPublisher(Publisher):
    """Keeps what is published; `down` makes it refuse, as a broker that is away."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, Any]] = []
        self.down = False

    async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
        if self.down:
            raise Unavailable("RabbitMQ: away")
        self.published.append((exchange, key, orjson.loads(body)))

    def on(self, exchange: str) -> list[Any]:
        return [body for where, _key, body in self.published if where == exchange]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Json:
        return orjson.loads(self.text)

    @property
    def faults(self) -> dict[str, str]:
        return {fault["field"]: fault["rule"] for fault in self.json["errors"]}


@dataclass
class Console:
    """The API as a client sees it; `answers` keeps every text that it ever gave."""

    client: TestClient[Any, Any]
    publisher: RecordingPublisher
    dependencies: ConsoleDependencies
    store: Store
    answers: list[str] = field(default_factory=list)

    async def call(self, method: str, path: str, json: Json = None, **options: Json) -> Answer:
        headers = {"Authorization": f"Bearer {TOKEN}"} | options.pop("headers", {})
        if json is not None:
            options["data"] = orjson.dumps(json)
            headers = {"Content-Type": "application/json"} | headers
        async with self.client.request(method, path, headers=headers, **options) as response:
            answer = Answer(response.status, dict(response.headers), await response.text())
        self.answers.append(answer.text)
        return answer

    async def create(self, kind: str, **fields: Json) -> Json:
        answer = await self.call("POST", f"/api/{kind}", fields)
        assert answer.status == 201, answer.text
        return answer.json

    async def account(self, **fields: Json) -> Json:
        return await self.create("accounts", **account_fields(**fields))


def account_fields(**fields: Json) -> dict[str, Any]:
    credentials = {"account_sid": "AC" + "0" * 32, "auth_token": AUTH_TOKEN}
    basis = {
        "name": "Shop",
        "key": "SHOP",
        "list_id": "customers",
        "type": "twilio",
        "phone": "+390123456789",
        "credentials": credentials,
    }
    return {**basis, **fields}


@pytest.fixture
async def console(store: Store) -> AsyncIterator[Console]:
    publisher = RecordingPublisher()
    dependencies = _dependencies(store, publisher)
    async with TestClient(TestServer(build_console(dependencies))) as client:
        yield Console(client, publisher, dependencies, store)


@pytest.fixture
async def shop(console: Console) -> Console:
    """A console with a contact list, two agents and a queue."""
    await console.create("lists", id="customers", name="Customers")
    await console.create("agents", id="ada", name="Ada")
    await console.create("agents", id="ben", name="Ben")
    await console.create("queues", id="support", name="Support", agents=["ada", "ben"])
    return console


def _dependencies(store: Store, publisher: Publisher) -> ConsoleDependencies:
    interactions, offers = InteractionStore(store), OfferStore(store)
    presence = PresenceStore(store, lambda: NOW)
    queues = AgentQueues(store, interactions)
    configuration = ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()]))
    return ConsoleDependencies(
        configuration_store=configuration,
        configuration_cache=ConfigurationCache(configuration, 60),
        interactions=interactions,
        assignments=Assignments(store, interactions, queues, presence, offers, lambda: NOW),
        presence=presence,
        agent_queues=queues,
        dead_letters=DeadLetterStore(store),
        outbound=OutboundStore(store),
        answers=AnswerStore(store),
        templates=TemplateStore(store),
        media=GridFSMedia(store, lambda: NOW),
        media_max_bytes=MOST_BYTES,
        outbox=Outbox(publisher, 16),
        token=SecretStr(TOKEN),
        clock=lambda: NOW,
        public_url="https://wa.example.org/",
        webhook_hosts=frozenset({"hooks.example"}),
        figures=FigureStore(store),
    )
