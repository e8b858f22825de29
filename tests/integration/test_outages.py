import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from runtime.embedded.services import EmbeddedServices
from tests.integration.accounts import queue_step
from tests.integration.site import HASTE, Site, eventually, health, running
from tests.integration.traffic import traffic

MESSAGES = 400
BEHIND = ("router", "worker", "clock")
EVERY = (*BEHIND, "gateway", "console")
RECOVERY_S = 30.0
AWAY_S = [4.0]
"""How long the database is away, in seconds. Any figure does; 20 s were tried by hand."""


@pytest.fixture(scope="module")
async def services(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServices]:
    """A broker and a database that the tests here may stop."""
    services = EmbeddedServices(tmp_path_factory.mktemp("services"), standard_ports=False, management=False)
    async with services:
        yield services


@pytest.fixture(scope="module")
async def fragile_site(services: EmbeddedServices, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """An installation over them."""
    endpoints = services.endpoints
    directory = tmp_path_factory.mktemp("fragile")
    async with running(directory, endpoints.amqp_url, endpoints.mongo_url, HASTE) as site:
        yield site


@pytest.fixture(autouse=True)
def patient_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The senders of the traffic come again for longer than any outage here lasts."""
    monkeypatch.setattr("runtime.demo.run.ATTEMPTS", 400)


async def every(site: Site, page: str, status: int) -> bool:
    """Whether all processes answer a health page with this status."""
    return set(await asyncio.gather(*(health(site.process(kind), page) for kind in EVERY))) == {status}


async def outage(
    site: Site, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]], away_s: float
) -> None:
    """Take a service away: everybody lives on, says that it is not ready, and is ready soon after the end of it."""
    before = site.info.pids
    await begin()
    try:
        await eventually(lambda: every(site, "ready", 503), RECOVERY_S)
        assert await every(site, "live", 200)
        await asyncio.sleep(away_s)
    finally:
        await end()
    await eventually(lambda: every(site, "ready", 200), RECOVERY_S)
    assert site.info.pids == before, "a process had to be restarted"


async def test_everything_lands_when_the_broker_is_restarted_in_full_flow(
    fragile_site: Site, services: EmbeddedServices
) -> None:
    broker, site = services.rabbitmq, fragile_site
    assert broker is not None
    account = await site.account(queue_step(await site.queue()))

    async def refused() -> None:
        await broker.stop()
        answer = await site.knock(account.text("+393331112223", account.new_message_id(), "hello"))
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]

    sent = await traffic(site, MESSAGES, lambda: outage(site, refused, broker.start, 0))
    assert sent.refused_requests > 0


async def test_everything_lands_when_the_broker_was_killed_in_full_flow(
    fragile_site: Site, services: EmbeddedServices
) -> None:
    broker = services.rabbitmq
    assert broker is not None
    sent = await traffic(fragile_site, MESSAGES, lambda: outage(fragile_site, broker.kill, broker.start, 0))
    assert sent.refused_requests > 0


@pytest.mark.parametrize("away_s", AWAY_S)
async def test_everything_lands_when_the_database_was_stopped_in_full_flow(
    fragile_site: Site, services: EmbeddedServices, away_s: float
) -> None:
    database = services.mongodb
    assert database is not None
    await traffic(fragile_site, MESSAGES, lambda: outage(fragile_site, database.stop, database.start, away_s))


@pytest.mark.parametrize("away_s", AWAY_S)
async def test_everything_lands_when_the_database_froze_in_full_flow(
    fragile_site: Site, services: EmbeddedServices, away_s: float
) -> None:
    database = services.mongodb
    assert database is not None

    async def freeze() -> None:
        database.pause()

    async def thaw() -> None:
        database.resume()

    await traffic(fragile_site, MESSAGES, lambda: outage(fragile_site, freeze, thaw, away_s))


async def test_the_front_door_takes_messages_while_the_database_is_away(
    fragile_site: Site, services: EmbeddedServices
) -> None:
    database, site = services.mongodb, fragile_site
    assert database is not None
    account = await site.account(queue_step(await site.queue()))
    await database.stop()
    try:
        ids = [await site.write(account, "+393339998887", f"number {n}") for n in range(5)]
    finally:
        await database.start()
    interaction = await site.interaction(account, "+393339998887", message_count=5)
    assert [message["provider_id"] for message in await site.contents(interaction)] == ids
