import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from runtime.embedded.processes import SwitchboardProcess
from runtime.embedded.services import EmbeddedServices
from tests.integration.accounts import queue_step
from tests.integration.site import Site
from tests.integration.traffic import traffic
from tests.patience import eventually

MESSAGES = 300
BEHIND = ("router", "worker", "clock", "console")
EVERY = (*BEHIND, "gateway")
RECOVERY_S = 30.0
FROZEN_S = 4.0
AWAY_S = [4.0]
"""How long the database is away, in seconds. Any figure does."""


@pytest.fixture(autouse=True)
def patient_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The senders of the traffic come again for longer than any outage here lasts."""
    monkeypatch.setattr("runtime.demo.run.ATTEMPTS", 400)


class Statuses(dict[str, int | None]):
    """What every kind of process answers to a health page; true when nobody says anything but what is wanted."""

    def __init__(self, answers: dict[str, int | None], wanted: int) -> None:
        super().__init__(answers)
        self._wanted = wanted

    def __bool__(self) -> bool:
        return set(self.values()) <= {self._wanted}


async def every(site: Site, page: str, status: int, kinds: Sequence[str] = EVERY) -> Statuses:
    """Whether all processes of these kinds answer a health page with this status."""
    answers = await asyncio.gather(*(site.health(site.process(kind), page) for kind in kinds))
    return Statuses(dict(zip(kinds, answers, strict=True)), status)


async def outage(
    site: Site,
    begin: Callable[[], Awaitable[None]],
    end: Callable[[], Awaitable[None]],
    away_s: float,
    concerned: Sequence[str] = EVERY,
) -> None:
    """Take a service away: everybody lives on; who is concerned says so, and is ready soon after the end of it."""
    before = site.info.pids
    await begin()
    try:
        await eventually(lambda: every(site, "ready", 503, concerned), RECOVERY_S)
        assert await every(site, "ready", 200, [kind for kind in EVERY if kind not in concerned])
        assert await every(site, "live", 200)
        await asyncio.sleep(away_s)
    finally:
        await end()
    await eventually(lambda: every(site, "ready", 200), RECOVERY_S)
    assert site.info.pids == before, "a process had to be restarted"


async def test_everything_lands_when_the_broker_is_restarted_in_full_flow(
    site: Site, services: EmbeddedServices
) -> None:
    broker = services.rabbitmq
    assert broker is not None
    account = await site.account(queue_step(await site.queue()))

    async def stop() -> None:
        await broker.stop()
        await site.write(account, "+393331112223", "hello")
        assert await site.metric(site.process("gateway"), "switchboard_journal_bytes") > 0

    sent = await traffic(site, MESSAGES, lambda: outage(site, stop, broker.start, 0, BEHIND))
    assert sent.refused_requests == 0
    await site.interaction(account, "+393331112223", message_count=1)
    await eventually(lambda: journal_is_empty(site))


@pytest.mark.thorough
async def test_everything_lands_when_the_broker_was_killed_in_full_flow(site: Site, services: EmbeddedServices) -> None:
    broker = services.rabbitmq
    assert broker is not None
    sent = await traffic(site, MESSAGES, lambda: outage(site, broker.kill, broker.start, 0, BEHIND))
    assert sent.refused_requests == 0


@pytest.mark.thorough
async def test_everything_lands_when_the_broker_froze_in_full_flow(site: Site, services: EmbeddedServices) -> None:
    broker = services.rabbitmq
    assert broker is not None
    before = await site.metric(site.process("gateway"), "switchboard_journaled_total", kind="event")

    async def freeze() -> None:
        broker.pause()
        await asyncio.sleep(FROZEN_S)
        broker.resume()

    sent = await traffic(site, MESSAGES, freeze)
    assert sent.refused_requests == 0
    assert await site.metric(site.process("gateway"), "switchboard_journaled_total", kind="event") > before


async def test_a_gateway_that_is_killed_with_a_journal_opens_its_door_without_a_broker_and_loses_nothing(
    site: Site, services: EmbeddedServices
) -> None:
    broker, gateway = services.rabbitmq, site.process("gateway")
    assert broker is not None
    account = await site.account(queue_step(await site.queue()))
    await broker.stop()
    try:
        ids = [await site.write(account, "+393331112224", f"number {n}") for n in range(5)]
        before = gateway.pid
        await site.stack.processes.kill("gateway", gateway.index)
        await eventually(lambda: restarted(site, gateway, before), RECOVERY_S)
        ids += [await site.write(account, "+393331112224", f"number {n}") for n in range(5, 10)]
    finally:
        await broker.start()
    interaction = await site.interaction(account, "+393331112224", message_count=10)
    assert [message["provider_id"] for message in await site.contents(interaction)] == ids
    await eventually(lambda: journal_is_empty(site))
    await eventually(lambda: every(site, "ready", 200), RECOVERY_S)


async def restarted(site: Site, process: SwitchboardProcess, before: int | None) -> bool:
    """Whether a process that was killed is ready again."""
    return process.pid not in {None, before} and await site.health(process, "ready") == 200


async def journal_is_empty(site: Site) -> bool:
    """Whether the gateway's journal holds nothing."""
    return await site.metric(site.process("gateway"), "switchboard_journal_bytes") == 0


@pytest.mark.parametrize("away_s", AWAY_S)
async def test_everything_lands_when_the_database_was_stopped_in_full_flow(
    site: Site, services: EmbeddedServices, away_s: float
) -> None:
    database = services.mongodb
    assert database is not None
    await traffic(site, MESSAGES, lambda: outage(site, database.stop, database.start, away_s))


@pytest.mark.thorough
@pytest.mark.parametrize("away_s", AWAY_S)
async def test_everything_lands_when_the_database_froze_in_full_flow(
    site: Site, services: EmbeddedServices, away_s: float
) -> None:
    database = services.mongodb
    assert database is not None

    async def freeze() -> None:
        database.pause()

    async def thaw() -> None:
        database.resume()

    await traffic(site, MESSAGES, lambda: outage(site, freeze, thaw, away_s))


async def test_the_front_door_takes_messages_while_the_database_is_away(site: Site, services: EmbeddedServices) -> None:
    database = services.mongodb
    assert database is not None
    account = await site.account(queue_step(await site.queue()))
    await database.stop()
    try:
        ids = [await site.write(account, "+393339998887", f"number {n}") for n in range(5)]
    finally:
        await database.start()
    interaction = await site.interaction(account, "+393339998887", message_count=5)
    assert [message["provider_id"] for message in await site.contents(interaction)] == ids
