"""From what was gathered to the stream, over a broker that may be away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contracts.live import LIVE_ENTRIES, LiveEntry, LiveKind
from contracts.topology import LIVE
from runtime.broker import Broker, EventLog
from runtime.clock import utc_now
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.live import publisher as module
from runtime.live.news import MOST, News
from runtime.live.publisher import LivePublisher
from runtime.metrics import Metrics
from runtime.store.audiences import Audiences
from runtime.store.client import Store
from tests.parts import broker_of
from tests.patience import PATIENCE_S
from tests.proxy import Proxy
from tests.runtime.live.test_news import interaction


class Listener:
    """Reads what is told from now on."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._told: asyncio.Queue[LiveEntry] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._read(ready))
        async with asyncio.timeout(PATIENCE_S):
            await ready.wait()

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, ready: asyncio.Event) -> None:
        async with EventLog(self._broker, LIVE).read("last") as reader:
            while await reader.next(0.5):
                pass
            ready.set()
            while True:
                if entry := await reader.next(1.0):
                    for one in LIVE_ENTRIES.validate_json(entry.body):
                        self._told.put_nowait(one)

    async def until(self, id_: str) -> list[str]:
        """The ids (or `reset`) up to this one."""
        found: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while id_ not in found:
                one = await self._told.get()
                found.append("reset" if one.kind is LiveKind.RESET else one.id)
        return found


@pytest.fixture
async def listener(broker: Broker) -> AsyncIterator[Listener]:
    listener = Listener(broker)
    await listener.start()
    yield listener
    await listener.stop()


@asynccontextmanager
async def telling(broker: Broker, store: Store) -> AsyncIterator[News]:
    news = News()
    publisher = LivePublisher(news, broker, Audiences(store), Metrics(), utc_now)
    await publisher.start()
    try:
        yield news
    finally:
        await publisher.stop()


async def test_what_was_gathered_is_told_with_those_whom_it_concerns(
    broker: Broker, store: Store, listener: Listener
) -> None:
    async with telling(broker, store) as news:
        news.interactions([interaction(1, owner="ann", queue_id="sales")])
        news.agent("ann")
        assert await listener.until("ann") == ["i1", "ann"]


async def test_what_is_said_last_is_told_before_the_process_ends(
    broker: Broker, store: Store, listener: Listener
) -> None:
    async with telling(broker, store) as news:
        news.agent("ann")
    assert await listener.until("ann") == ["ann"]


async def test_what_is_not_there_is_left_out_and_the_rest_is_told(
    broker: Broker, store: Store, listener: Listener
) -> None:
    async with telling(broker, store) as news:
        news.message("nothing")
        news.interaction("nothing", fronts=True)
        news.agent("ann")
        assert await listener.until("ann") == ["ann"]


async def test_more_than_can_be_gathered_is_a_reset(broker: Broker, store: Store, listener: Listener) -> None:
    async with telling(broker, store) as news:
        news.interactions(interaction(number) for number in range(MOST + 5))
        assert (await listener.until("i0"))[0] == "reset"
        news.agent("ann")
        assert "reset" not in await listener.until("ann")


async def test_what_happened_while_the_broker_was_away_is_a_reset_and_nobody_waited_for_it(
    broker: Broker, store: Store, listener: Listener, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.1)
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        async with telling(through, store) as news:
            news.agent("ann")
            await listener.until("ann")
            proxy.refuse = True
            proxy.cut()
            await asyncio.sleep(0.1)
            news.agent("ben")  # said without an await: it cannot wait
            await asyncio.sleep(0.3)
            proxy.heal()
            await asyncio.sleep(0.5)
            news.agent("cai")
            assert "reset" in await listener.until("cai")
        await through.stop()


async def test_a_channel_that_was_lost_between_two_words_is_a_reset(
    broker: Broker, store: Store, listener: Listener, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.1)
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        async with telling(through, store) as news:
            news.agent("ann")
            await listener.until("ann")
            proxy.cut()
            await asyncio.sleep(0.3)
            news.agent("ben")
            assert (await listener.until("reset"))[-1] == "reset"
        await through.stop()
