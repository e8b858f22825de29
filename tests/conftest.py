"""Real services for the tests that need them, started once and only when the first such test asks."""

from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from hypothesis import settings
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr

from contracts.base import new_id
from runtime.broker import Broker
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.ports import PortBook
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.embedded.services import EmbeddedServices
from runtime.foundation import INDEXES
from runtime.settings import Settings
from runtime.store.client import Store
from tests.emptying import Emptying
from tests.parts import PARTITIONS, Parts, broker_of
from tests.queues import forget_queues

settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("steady")  # everywhere the same examples; --hypothesis-profile=search looks for new ones


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests named after a set: its order differs from process to process, and workers would not agree."""
    for item in items:
        given = getattr(item, "callspec", None)  # only a parametrized test has one
        values = given.params.values() if given else ()
        if any(isinstance(value, set | frozenset) and len(value) > 1 and str(value) in item.name for value in values):
            raise pytest.UsageError(f"{item.nodeid} is named after a set: give its parameters as a list, or ids")


@pytest.fixture(scope="session")
async def mongodb(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoDB]:
    directory = tmp_path_factory.mktemp("mongodb")
    server = MongoDB(directory, PortBook(directory / "ports.json"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture(scope="session")
async def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMQ]:
    directory = tmp_path_factory.mktemp("rabbitmq")
    node = RabbitMQ(directory, PortBook(directory / "ports.json"), management=False)
    await node.start()
    try:
        yield node
    finally:
        await node.stop()


@pytest.fixture(scope="session")
async def session_store(mongodb: MongoDB) -> AsyncIterator[Store]:
    store = Store(SecretStr(mongodb.url), "test", INDEXES)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


@pytest.fixture(scope="session")
async def services(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServices]:
    """A broker and a database of our own, which a test may stop if it starts them again."""
    services = EmbeddedServices(tmp_path_factory.mktemp("services"), standard_ports=False, management=False)
    async with services:
        yield services


@pytest.fixture(scope="session")
def emptying(session_store: Store) -> Emptying:
    return Emptying(session_store.database)


@pytest.fixture
async def store(session_store: Store, emptying: Emptying) -> Store:
    """A database with its indexes and nothing in it."""
    await emptying()
    return session_store


@pytest.fixture
async def broker(rabbitmq: RabbitMQ) -> AsyncIterator[Broker]:
    """A connection to a broker whose queues are there and empty."""
    await forget_queues(rabbitmq.url, PARTITIONS)
    broker = broker_of(rabbitmq.url)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def parts(store: Store, broker: Broker) -> Parts:
    """Router, worker and what they stand on, over an empty database."""
    return Parts(store, broker)


@pytest.fixture
async def installation(mongodb: MongoDB, rabbitmq: RabbitMQ) -> AsyncIterator[Settings]:
    """Settings of an installation of its own: an empty database, and a broker without our queues."""
    await forget_queues(rabbitmq.url, PARTITIONS)
    name = f"test_{new_id()[-8:]}"
    yield Settings(
        amqp_url=SecretStr(rabbitmq.url),
        mongo_url=SecretStr(mongodb.url),
        database=name,
        partitions=PARTITIONS,
        secret_key=SecretStr(Fernet.generate_key().decode()),
        console_token=SecretStr("token-of-the-tests"),
        heartbeat_s=0.2,
        member_ttl_s=1.5,
    )
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongodb.url)
    await client.drop_database(name)
    client.close()
