"""A broker that is away, blocked or silent: everything is answered, at once, and arrives once it is back, in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from gateway.receive.journal import drainer as drainer_module
from gateway.receive.journal import journal as journal_module
from gateway.receive.journal.readiness import Readiness
from runtime.broker import Broker, Publisher
from runtime.embedded.rabbitmq import RabbitMQ
from tests.gateway.receive.journal.conftest import Disk
from tests.gateway.receive.journal.way import PATIENCE_S, PUBLISH_S, Way, arrivals, dead_letters, way
from tests.parts import broker_of
from tests.proxy import Proxy
from tests.queues import refusing_queue
from tests.rabbitmqctl import clear_alarm, raise_alarm

MOST_MS = PATIENCE_S * 1000
"""Whoever waited for the broker would wait that long. How fast it is on disk is measured by the benchmark `journal`."""


@pytest.fixture
async def proxy(broker: Broker, rabbitmq: RabbitMQ) -> AsyncIterator[Proxy]:
    """A way to a broker whose queues are there and empty."""
    async with Proxy(rabbitmq.url) as proxy:
        yield proxy


@pytest.fixture
async def through(proxy: Proxy) -> AsyncIterator[Broker]:
    broker = broker_of(proxy.url)
    await broker.start()
    yield broker
    await broker.stop()


async def outage(one: Way, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]) -> float:
    """Traffic before, during and after; the p99 in ms of the requests that came when the outage had been noticed, in
    the best of three windows: others use the machine, too."""
    await one.traffic(0.3)
    await asyncio.gather(one.traffic(0.5), begin())
    while one.process.journal.empty:
        await one.traffic(0.1)
    windows = [await window(one) for _ in range(3)]
    assert not one.process.journal.empty
    await asyncio.gather(one.traffic(0.6), end())
    await one.settled()
    await one.traffic(0.2)
    assert one.process.journal.empty, "the way did not become free again"
    return min(windows)


async def window(one: Way) -> float:
    one.times.clear()
    await one.traffic(0.6)
    return one.percentile_ms(0.99)


async def test_connections_that_end_cost_nothing(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async def begin() -> None:
        proxy.refuse = True
        proxy.cut()

    async def end() -> None:
        proxy.refuse = False

    async with way(tmp_path, through) as one:
        p99 = await outage(one, begin, end)
        assert one.process.metric("switchboard_journal_drained_total") > 100
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)
    assert p99 < MOST_MS


async def test_a_log_of_events_that_refuses_holds_nothing_up_before_an_outage_and_after_it(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    # Patient, for a busy machine must not be taken for an outage.
    async with way(tmp_path, through, patience_s=5.0) as one, refusing_queue(rabbitmq.url):
        await one.traffic(0.5)
        assert one.process.journal.empty
        proxy.refuse = True
        proxy.cut()
        await one.traffic(0.5)
        assert not one.process.journal.empty
        proxy.refuse = False
        await one.settled()
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_a_broker_that_takes_everything_and_confirms_nothing_is_not_waited_for(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async def begin() -> None:
        proxy.answers.clear()

    async def end() -> None:
        proxy.answers.set()

    async with way(tmp_path, through) as one:
        p99 = await outage(one, begin, end)
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete(one.taken)
    assert p99 < MOST_MS
    assert 0 < arrived.repeated < len(one.taken) / 4, "only what was under way may come twice"


async def test_a_frozen_broker_is_not_waited_for(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async def begin() -> None:
        rabbitmq.pause()

    async def end() -> None:
        rabbitmq.resume()

    async with way(tmp_path, through) as one:
        p99 = await outage(one, begin, end)
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)
    assert p99 < MOST_MS


async def test_a_broker_that_blocks_for_an_alarm_is_left_in_peace_until_it_is_over(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async with way(tmp_path, through) as one:
        try:
            p99 = await outage(one, lambda: raise_alarm(rabbitmq), lambda: clear_alarm(rabbitmq))
        finally:
            await clear_alarm(rabbitmq)
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete(one.taken)
    assert p99 < MOST_MS
    assert arrived.repeated < len(one.taken) / 4


async def test_of_many_who_wait_for_a_silent_broker_none_waits_longer_than_the_first(
    tmp_path: Path, proxy: Proxy, through: Broker
) -> None:
    patience_s = 3.0
    async with way(tmp_path, through, patience_s=patience_s) as one:
        await one.say(12)
        proxy.answers.clear()
        first = asyncio.create_task(one.say(1))
        await asyncio.sleep(patience_s * 0.8)
        others = [asyncio.create_task(one.say(1)) for _ in range(11)]
        await first
        _, waiting = await asyncio.wait(others, timeout=patience_s * 0.7)
        assert not waiting
        assert one.process.metric("switchboard_journaled_total", kind="event") == 12
        proxy.answers.set()
        await one.settled()


async def test_a_journal_of_an_earlier_process_comes_before_anything_new(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 2000)
    proxy.refuse = True
    proxy.cut()
    await asyncio.sleep(0.05)
    async with way(tmp_path, through) as one:
        await one.traffic(0.3)
        left = list(one.taken)
    assert left
    proxy.refuse = False
    async with way(tmp_path, through) as again:
        again.numbers = one.numbers
        await again.traffic(0.5)
        await again.settled()
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete([*left, *again.taken])
    assert arrived.repeated == 0


async def test_what_the_broker_confirmed_of_a_segment_is_not_published_again(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    class Failing(Publisher):
        """Loses one publish in three before it is made."""

        calls = 0

        async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
            self.calls += 1
            if self.calls <= 1 or self.calls % 3 == 0:
                raise Unavailable("RabbitMQ: away")
            await super().publish(exchange, key, body, mandatory=mandatory)

    async with way(tmp_path, through, publisher=Failing(through, PUBLISH_S)) as one:
        await one.say(500)
        await one.settled()
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete(one.taken)
    assert arrived.repeated == 0


async def test_new_events_do_not_keep_the_way_from_becoming_free(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async with way(tmp_path, through) as one:
        proxy.refuse = True
        proxy.cut()
        await one.traffic(0.3, pause_s=0.001)
        proxy.refuse = False
        traffic = asyncio.create_task(one.traffic(3.0, pause_s=0.001))
        await one.settled()
        assert not traffic.done()
        await traffic
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_dead_letters_go_the_same_way(tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ) -> None:
    async with way(tmp_path, through) as one:
        await one.gatherer.publish((), [b'{"id":"1"}'])
        proxy.refuse = True
        proxy.cut()
        await one.gatherer.publish((), [b'{"id":"2"}', b'{"id":"3"}'])
        assert one.process.metric("switchboard_journaled_total", kind="letter") == 2
        proxy.refuse = False
        await one.settled()
    assert await dead_letters(rabbitmq.url) == [b'{"id":"1"}', b'{"id":"2"}', b'{"id":"3"}']


async def test_without_broker_and_disk_nothing_is_taken_and_readiness_says_so(
    proxy: Proxy, through: Broker, rabbitmq: RabbitMQ, small_disk: Disk
) -> None:
    async with way(small_disk.path / "0", through) as one:
        readiness = Readiness(through, one.process.journal, PATIENCE_S)
        await readiness.check()
        proxy.refuse = True
        proxy.cut()
        await asyncio.sleep(0.05)
        await readiness.check()
        small_disk.fill()
        with pytest.raises(Unavailable, match="the journal cannot be written"):
            await one.say(200)
        with pytest.raises(Unavailable, match="the journal cannot be written"):
            await readiness.check()

        small_disk.free()
        await readiness.check()
        await one.say(20)
        proxy.refuse = False
        await one.settled()
        await readiness.check()
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_a_full_journal_refuses_what_comes_and_says_that_it_is_not_ready(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ
) -> None:
    async with way(tmp_path, through, most_bytes=2000) as one:
        proxy.refuse = True
        proxy.cut()
        refused = 0
        for _ in range(40):
            try:
                await one.say()
            except Unavailable:
                refused += 1
        assert 0 < refused < 40
        proxy.refuse = False
        await one.settled()
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_a_readiness_that_the_broker_keeps_waiting_looks_at_the_journal(
    tmp_path: Path, through: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(through, "check", never)
    async with way(tmp_path, through) as one:
        await Readiness(through, one.process.journal, 0.05).check()
        monkeypatch.setattr(one.process.journal, "_most_bytes", 0)
        with pytest.raises(Unavailable, match="RabbitMQ does not answer; the journal holds all"):
            await Readiness(through, one.process.journal, 0.05).check()


async def test_a_fault_of_ours_is_tried_again_and_loses_nothing(
    tmp_path: Path, proxy: Proxy, through: Broker, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise KeyError("odd")

    async with way(tmp_path, through) as one:
        with monkeypatch.context() as patch:
            patch.setattr(drainer_module, "load", broken)
            proxy.refuse = True
            proxy.cut()
            await one.say(20)
            proxy.refuse = False
            await asyncio.sleep(0.1)
            assert not one.process.journal.empty
        await one.settled()
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)
