"""A real MongoDB for tests: started once, emptied before each test that asks for `store`."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from runtime.embedded.mongodb import MongoDB
from runtime.embedded.ports import PortBook
from runtime.store import agent_queues, configuration, deadletters, interactions, offers, presence
from runtime.store.client import Store

MODULES = (agent_queues, configuration, deadletters, interactions, offers, presence)


@pytest.fixture(scope="session")
async def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    directory = tmp_path_factory.mktemp("mongodb")
    server = MongoDB(directory, PortBook(directory / "ports.json"))
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


@pytest.fixture(scope="session")
async def session_store(mongo_url: str) -> AsyncIterator[Store]:
    store = Store(SecretStr(mongo_url), "test", [module.INDEXES for module in MODULES])
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


@pytest.fixture
async def store(session_store: Store) -> Store:
    for name in await session_store.database.list_collection_names():
        await session_store.database[name].delete_many({})
    return session_store
