"""The console's ear on a real broker: cut off, started late, and with a stream that begins anew."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from console import live_hub
from console.live_clients import Client
from console.live_hub import LiveHub
from contracts.access import SCOPES_OF, Principal, Role
from contracts.base import new_id
from contracts.live import LIVE_ENTRIES, LiveEntry, LiveKind
from contracts.topology import LIVE, LIVE_ARGUMENTS
from runtime.broker import Broker, EventLog
from runtime.broker.telling import Teller
from runtime.clock import Clock, utc_now
from runtime.configuration import ConfigurationCache
from runtime.crypto import SecretBox
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.metrics import Metrics
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from tests.parts import NOW, broker_of
from tests.patience import so
from tests.proxy import Proxy

BOSS = Principal(id="boss", name="Boss", role=Role.SUPERVISOR, scopes=SCOPES_OF[Role.SUPERVISOR])
WITHIN_S = 20.0


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "RETRY_S", 0.1)
    monkeypatch.setattr(live_hub, "WAIT_S", 0.3)
    monkeypatch.setattr(live_hub, "REACH_S", 0.5)


@asynccontextmanager
async def hearing(broker: Broker, store: Store, clock: Clock = utc_now) -> AsyncIterator[LiveHub]:
    configuration = ConfigurationCache(ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()])), 60)
    hub = LiveHub(EventLog(broker, LIVE), configuration, Metrics(), clock)
    await hub.start()
    try:
        await begun(hub)
        yield hub
    finally:
        await hub.stop()


async def begun(hub: LiveHub) -> None:
    """Return when the hub has begun to hear."""
    await so(lambda: hub.newest is not None)


def message(id_: str) -> LiveEntry:
    return LiveEntry(kind=LiveKind.MESSAGE, id=id_, at=NOW)


async def tell(broker: Broker, *ids: str) -> None:
    body = LIVE_ENTRIES.dump_json([message(id_) for id_ in ids], exclude_defaults=True)
    await Teller(broker, LIVE, 5.0).tell(body)


async def heard(client: Client, hub: LiveHub, id_: str) -> list[str]:
    """What a client is sent up to the message with this id: `reset`, or the ids of messages.

    What came before the client took its reset is part of that, and not told by itself.
    """
    found: list[str] = []
    async with asyncio.timeout(WITHIN_S):
        while id_ not in found:
            await client.wait(1)
            batch = client.take(hub.newest)
            found += ["reset"] if batch.reset else []
            found += [LIVE_ENTRIES.validate_json(b"[" + _data(frame) + b"]")[0].id for frame in batch.frames]
    return found


def _data(frame: bytes) -> bytes:
    return frame.split(b"data: ", 1)[1].strip()


async def cursor_at(hub: LiveHub, broker: Broker) -> str:
    """The cursor of whoever has heard everything so far."""
    client = await hub.join(BOSS, None)
    await tell(broker, mark := new_id())
    await heard(client, hub, mark)
    hub.leave(client)
    return str(hub.newest)


async def test_after_the_reading_was_cut_off_everybody_is_reset_and_nothing_that_was_told_is_missed(
    broker: Broker, rabbitmq: RabbitMQ, store: Store
) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        async with hearing(through, store) as hub:
            cursor = await cursor_at(hub, broker)
            client = await hub.join(BOSS, cursor)
            proxy.refuse = True
            proxy.cut()
            await tell(broker, "meanwhile")
            await asyncio.sleep(0.3)
            proxy.heal()
            assert (await heard(client, hub, "reset"))[0] == "reset"
            await tell(broker, "next")
            assert "reset" not in await heard(client, hub, "next")
            assert hub.metrics.live_resets.labels("missed")._value.get() == 1
            # Who went before the cut and comes back after it cannot know that nothing was missed either.
            returned = await hub.join(BOSS, cursor)
            assert await heard(returned, hub, "reset") == ["reset"]
        await through.stop()
    # aio-pika's connection that was cut closes itself when it is collected: now, while there is a loop for it.
    gc.collect()
    await asyncio.sleep(0)


async def test_a_console_that_starts_later_knows_what_was_missed_at_another(broker: Broker, store: Store) -> None:
    async with hearing(broker, store) as first:
        cursor = await cursor_at(first, broker)
        await tell(broker, "one", "two")
        await tell(broker, "three")
        async with hearing(broker, store) as second:
            client = await second.join(BOSS, cursor)
            assert await heard(client, second, "three") == ["one", "two", "three"]


async def test_a_console_that_looks_back_into_the_middle_begins_there(broker: Broker, store: Store) -> None:
    for number in range(3):
        await tell(broker, f"old {number}")
    await asyncio.sleep(1.1)  # a stream knows time by whole seconds
    begin = utc_now()
    await asyncio.sleep(1.1)
    await tell(broker, "one", "two")
    async with hearing(broker, store, lambda: begin + live_hub.LOOK_BACK) as hub:
        client = await hub.join(BOSS, "3.0")
        await tell(broker, "three")
        assert await heard(client, hub, "three") == ["two", "three"]
        from_before = await hub.join(BOSS, "0.0")
        assert from_before.take(hub.newest).reset


async def test_a_console_that_starts_when_it_was_quiet_for_long_knows_where_the_stream_ends(
    broker: Broker, store: Store
) -> None:
    async with hearing(broker, store) as first:
        cursor = await cursor_at(first, broker)
        much_later = utc_now() + 2 * live_hub.LOOK_BACK
        async with hearing(broker, store, lambda: much_later) as second:
            assert second.newest == first.newest
            client = await second.join(BOSS, cursor)
            await tell(broker, "one")
            assert await heard(client, second, "one") == ["one"]


async def test_a_console_that_starts_while_something_happens_all_the_time_begins_to_hear(
    broker: Broker, store: Store
) -> None:
    telling = asyncio.create_task(_tell_on(broker))
    try:
        async with hearing(broker, store) as hub:
            client = await hub.join(BOSS, None)
            await tell(broker, "the one that is waited for")
            assert (await heard(client, hub, "the one that is waited for"))[-1] == "the one that is waited for"
            assert not telling.done()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell_on(broker: Broker) -> None:
    """Tell a change so often that the stream is never quiet."""
    while True:
        await tell(broker, "another one")
        await asyncio.sleep(live_hub.QUIET_S / 10)


async def test_a_stream_that_begins_anew_is_read_from_there_after_a_reset(broker: Broker, store: Store) -> None:
    async with hearing(broker, store) as hub:
        cursor = await cursor_at(hub, broker)
        client = await hub.join(BOSS, cursor)
        channel = await broker.channel(confirms=False)
        await channel.queue_delete(LIVE)
        await channel.declare_queue(LIVE, durable=True, arguments=dict(LIVE_ARGUMENTS))
        await channel.close()
        assert await heard(client, hub, "reset") == ["reset"]
        await tell(broker, "next")
        assert await heard(client, hub, "next") == ["next"]


async def test_what_cannot_be_read_is_a_reset_and_what_follows_is_heard(broker: Broker, store: Store) -> None:
    async with hearing(broker, store) as hub:
        client = await hub.join(BOSS, None)
        await Teller(broker, LIVE, 5.0).tell(b"no entries")
        assert await heard(client, hub, "reset") == ["reset"]
        await tell(broker, "next")
        assert await heard(client, hub, "next") == ["next"]


async def test_a_broker_that_is_away_holds_up_nobody_who_joins(store: Store) -> None:
    nowhere = Broker(SecretStr("amqp://127.0.0.1:1"), broker_of("amqp://127.0.0.1:1")._topology, "nowhere")
    configuration = ConfigurationCache(ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()])), 60)
    hub = LiveHub(EventLog(nowhere, LIVE), configuration, Metrics(), utc_now)
    await hub.start()
    client = await hub.join(BOSS, "5.0")
    assert client.take(hub.newest).reset
    assert hub.newest is None
    await hub.check()
    await hub.stop()
    await nowhere.stop()
