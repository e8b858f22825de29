"""The configuration in use: refreshed when told and when not, and kept when a refresh fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from contracts.configuration import Configuration
from contracts.errors import Unavailable
from contracts.queues import Agent
from runtime.configuration import ConfigurationCache
from runtime.crypto import SecretBox
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from tests.patience import so

NEVER_S, SOON_S = 3600.0, 0.05
ADA, BEN = Agent(id="ada", name="Ada"), Agent(id="ben", name="Ben")


@pytest.fixture
def source(store: Store) -> ConfigurationStore:
    return ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()]))


@pytest.fixture
async def cache(source: ConfigurationStore) -> AsyncIterator[ConfigurationCache]:
    await source.put(ADA)
    cache = ConfigurationCache(source, NEVER_S)
    await cache.start()
    yield cache
    await cache.stop()


async def test_after_the_start_there_is_a_configuration(cache: ConfigurationCache) -> None:
    assert cache.current.agents == {"ada": ADA}


async def test_a_change_is_taken_over_when_somebody_tells_of_it(
    cache: ConfigurationCache, source: ConfigurationStore
) -> None:
    seen: list[Configuration] = []
    cache.subscribe(seen.append)
    await source.put(BEN)

    await asyncio.gather(*(cache.changed() for _ in range(5)))

    assert cache.current.version == 2
    assert seen == [cache.current]


async def test_telling_of_no_change_changes_nothing(cache: ConfigurationCache) -> None:
    before = cache.current

    await cache.changed()

    assert cache.current is before


async def test_a_change_that_nobody_told_of_is_found_by_looking(source: ConfigurationStore) -> None:
    cache = ConfigurationCache(source, SOON_S)
    await cache.start()
    try:
        await source.put(BEN)
        await so(lambda: "ben" in cache.current.agents)
    finally:
        await cache.stop()


async def test_after_the_stop_nothing_is_looked_at_any_more(source: ConfigurationStore) -> None:
    cache = ConfigurationCache(source, SOON_S)
    await cache.start()
    await cache.stop()
    await source.put(BEN)

    await asyncio.sleep(4 * SOON_S)

    assert cache.current.version == 0


async def test_a_restored_backup_with_a_lower_version_is_taken_over(
    cache: ConfigurationCache, source: ConfigurationStore, store: Store
) -> None:
    await source.put(BEN)
    await cache.changed()
    await store.database["agents"].delete_one({"_id": "ben"})
    await store.database["installation"].update_one({"_id": "configuration"}, {"$set": {"version": 1}})

    await cache.changed()

    assert cache.current.agents == {"ada": ADA}


@pytest.mark.parametrize("failure", [Unavailable("MongoDB: away"), ZeroDivisionError()])
async def test_a_refresh_that_fails_leaves_the_old_one_in_use_and_the_next_one_heals_it(
    source: ConfigurationStore, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    await source.put(ADA)
    cache = ConfigurationCache(source, SOON_S)
    await cache.start()

    async def broken() -> Configuration:
        raise failure

    try:
        with capture_logs() as logs, monkeypatch.context() as patched:
            patched.setattr(source, "load", broken)
            await source.put(BEN)
            await so(lambda: sum(line["event"] == "configuration.refresh_failed" for line in logs) >= 2)
            assert cache.current.agents == {"ada": ADA}
        await so(lambda: "ben" in cache.current.agents)
    finally:
        await cache.stop()


async def test_a_start_without_a_database_says_so(source: ConfigurationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> Configuration:
        raise Unavailable("MongoDB: away")

    monkeypatch.setattr(source, "load", away)

    with pytest.raises(Unavailable):
        await ConfigurationCache(source, SOON_S).start()
