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

from console.access_masking import PURPOSE as MASKED
from console.access_parts import access_parts
from console.app import build_console
from console.dependencies import ConsoleDependencies
from console.importing import Importer, kinds_of
from console.live_hub import LiveHub
from contracts.errors import Unavailable
from contracts.pipeline import DeadLetterFigures, Pipeline
from contracts.replay import LogFacts
from contracts.topology import LIVE, Topology
from runtime.ai.assistant import Assistant
from runtime.broker import Broker, EventLog, Publisher
from runtime.clock import Clock, utc_now
from runtime.configuration import ConfigurationCache
from runtime.crypto import Sealer, SecretBox, Signer
from runtime.http.client import OutboundHttp
from runtime.http.endpoints import Endpoints
from runtime.metrics import Metrics
from runtime.publishing import Outbox
from runtime.settings import Settings
from runtime.store.account_checks import AccountCheckStore
from runtime.store.agent_queues import AgentQueues
from runtime.store.answers import AnswerStore
from runtime.store.assignments import Assignments
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.contact_batches import ContactBatches
from runtime.store.contacts import ContactStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.imports import ImportStore
from runtime.store.interaction_lists import InteractionLists
from runtime.store.interactions import InteractionStore
from runtime.store.lifecycle import LifecycleStore
from runtime.store.media import GridFSMedia
from runtime.store.notes import NoteStore
from runtime.store.offers import OfferStore
from runtime.store.outbound import OutboundStore
from runtime.store.presence import PresenceStore
from runtime.store.realtime import RealtimeStore
from runtime.store.rejections import RejectionStore
from runtime.store.replays import ReplayStore
from runtime.store.templates import TemplateStore
from runtime.store.video import VideoSessionStore
from runtime.store.whitelists import WhitelistRules
from runtime.video.generic import GenericVideo
from runtime.video.links import PURPOSE, VideoLinks

Json = Any
"""Whatever a body may hold."""
TOKEN = "token-of-the-tests"
MOST_BYTES = 5_000_000  # more than any other body of the API may have
AUTH_TOKEN = "8f1d-auth-token-that-nobody-may-see"
ENDPOINT_TIMEOUT_S, ENDPOINT_AT_ONCE = 1.0, 2
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
    answers: list[str] = field(default_factory=list, repr=False)

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


async def idle_pipeline() -> Pipeline:
    """A pipeline in which nothing moves."""
    dead_letters = DeadLetterFigures(open=0, waiting=0)
    return Pipeline(at=NOW, partitions=16, stages=(), dead_letters=dead_letters, journals=())


async def no_event_log() -> LogFacts:
    """An event log in which nothing is yet."""
    return LogFacts(max_bytes=10**9, max_age="7D")


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
    http = OutboundHttp("127.0.0.1", ENDPOINT_TIMEOUT_S)
    dependencies = console_dependencies(store, publisher, http)
    async with TestClient(TestServer(build_console(dependencies))) as client:
        yield Console(client, publisher, dependencies, store)
    await dependencies.importer.stop()
    await http.stop()


@pytest.fixture
async def shop(console: Console) -> Console:
    """A console with a contact list, two agents and a queue."""
    await console.create("lists", id="customers", name="Customers")
    await console.create("agents", id="ada", name="Ada")
    await console.create("agents", id="ben", name="Ben")
    await console.create("queues", id="support", name="Support", agents=["ada", "ben"])
    return console


def deaf_hub(configuration: ConfigurationCache, clock: Clock) -> LiveHub:
    """A live feed that hears nothing: its broker is nowhere."""
    nowhere = Broker(SecretStr("amqp://127.0.0.1:1"), Topology(exchanges=(), queues=()), "nowhere")
    return LiveHub(EventLog(nowhere, LIVE), configuration, Metrics(), clock)


def console_dependencies(
    store: Store, publisher: Publisher, http: OutboundHttp, clock: Clock = lambda: NOW
) -> ConsoleDependencies:
    """The console's parts over this database, by this clock."""
    interactions, offers, imports = InteractionStore(store), OfferStore(store), ImportStore(store, utc_now)
    presence = PresenceStore(store, clock)
    queues = AgentQueues(store, interactions)
    configuration = ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()]))
    assignments = Assignments(store, interactions, queues, presence, offers, clock)
    return ConsoleDependencies(
        configuration_store=configuration,
        configuration_cache=ConfigurationCache(configuration, 60),
        contacts=ContactStore(store),
        imports=imports,
        importer=Importer(imports, kinds_of(ContactBatches(store), WhitelistRules(store))),
        interactions=interactions,
        interaction_lists=InteractionLists(store),
        rejections=RejectionStore(store),
        lifecycle=LifecycleStore(store, interactions, assignments, presence, clock),
        notes=NoteStore(store),
        assignments=assignments,
        presence=presence,
        agent_queues=queues,
        dead_letters=DeadLetterStore(store),
        outbound=OutboundStore(store),
        answers=AnswerStore(store),
        templates=TemplateStore(store),
        account_checks=AccountCheckStore(store),
        whitelist_rules=WhitelistRules(store),
        media=GridFSMedia(store, clock),
        media_max_bytes=MOST_BYTES,
        assistant=Assistant(Endpoints(http, ENDPOINT_TIMEOUT_S, ENDPOINT_AT_ONCE)),
        video=GenericVideo(Endpoints(http, ENDPOINT_TIMEOUT_S, ENDPOINT_AT_ONCE)),
        video_sessions=VideoSessionStore(store),
        video_links=VideoLinks(Signer([Fernet.generate_key().decode()], PURPOSE), "https://desk.example.org/"),
        outbox=Outbox(publisher, 16),
        access=access_parts(store, Settings(), Sealer([Fernet.generate_key().decode()], MASKED)),
        token=SecretStr(TOKEN),
        clock=clock,
        public_url="https://wa.example.org/",
        webhook_hosts=frozenset({"hooks.example"}),
        replays=ReplayStore(store),
        event_log=no_event_log,
        pipeline=idle_pipeline,
        figures=FigureStore(store),
        live=deaf_hub(ConfigurationCache(configuration, 60), clock),
        realtime=RealtimeStore(store),
        service_level_s=60,
    )
