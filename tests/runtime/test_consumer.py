"""Consuming partitions of a real broker: in order, in batches, waited out, parked alone, and handed over."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import orjson
import pytest

from contracts.base import new_id
from contracts.errors import Unavailable
from contracts.topology import EVENTS, event_key, router_queue
from runtime import consumer as consumer_module
from runtime.broker import Broker, Publisher
from runtime.consumer import ATTEMPTS, PartitionConsumer
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.metrics import Metrics
from runtime.settings import Settings
from runtime.store.membership import NOTHING, Doing, Membership
from tests.parts import PARTITIONS, Fields, Parts, broker_of
from tests.patience import so
from tests.proxy import Proxy

SETTINGS = Settings(heartbeat_s=0.05, member_ttl_s=0.6, linger_ms=2, batch_size=8, prefetch=16, lanes=2)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "RETRY_S", 0.01)


class Hands:
    """A handler that remembers what it was given, and does before that what it is told to."""

    def __init__(self, before: Callable[[Sequence[bytes]], Awaitable[None]] | None = None) -> None:
        self.batches: list[list[bytes]] = []
        self._before = before

    @property
    def bodies(self) -> list[bytes]:
        return [body for batch in self.batches for body in batch]

    async def __call__(self, bodies: Sequence[bytes]) -> int:
        if self._before:
            await self._before(bodies)
        self.batches.append(list(bodies))
        return len(bodies)

    async def until(self, count: int, seconds: float = 10) -> None:
        await so(lambda: len(self.bodies) >= count)


class Beats(Membership):
    """A heartbeat that can fail."""

    away = False

    async def beat(self, doing: Doing = NOTHING) -> Sequence[str]:
        if self.away:
            raise Unavailable("MongoDB: away")
        return await super().beat(doing)

    async def leave(self) -> None:
        if self.away:
            raise Unavailable("MongoDB: away")
        await super().leave()


Make = Callable[..., PartitionConsumer]


@pytest.fixture
async def make(parts: Parts) -> AsyncIterator[Make]:
    made: list[PartitionConsumer] = []

    def consumer(handle: Hands, broker: Broker | None = None, **fields: Fields) -> PartitionConsumer:
        instance = fields.pop("instance", None) or f"i{new_id()}"
        membership = Beats(parts.store, "test", instance, SETTINGS.member_ttl_s)
        values: dict[str, Any] = {
            "stage": "router",
            "broker": broker or parts.broker,
            "outbox": parts.outbox,
            "membership": membership,
            "queue_name": router_queue,
            "handle": handle,
            "settings": SETTINGS,
            "metrics": parts.metrics,
            "instance": instance,
            "partitions": PARTITIONS,
        }
        made.append(PartitionConsumer(**{**values, **fields}))
        return made[-1]

    yield consumer
    for one in made:
        with contextlib.suppress(Unavailable):
            await one.check()
            await one.stop()


async def fill(parts: Parts, count: int, partitions: Sequence[int] = (0,), start: int = 0) -> None:
    """Publish so many bodies into each partition: `partition/number`."""
    publisher = Publisher(parts.broker, 5)
    for number in range(start, start + count):
        await asyncio.gather(
            *(publisher.publish(EVENTS, event_key(p), orjson.dumps(f"{p}/{number}")) for p in partitions)
        )


def _owned(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("switchboard_partitions_owned", {"stage": "router"})


def of(partition: int, bodies: Sequence[bytes]) -> list[int]:
    """The numbers of one partition's bodies."""
    pairs = [orjson.loads(body).split("/") for body in bodies]
    return [int(number) for where, number in pairs if int(where) == partition]


async def test_every_partition_is_handled_in_order_and_no_batch_is_larger_than_set(parts: Parts, make: Make) -> None:
    await fill(parts, 20, range(PARTITIONS))
    hands = Hands()
    consumer = make(hands)
    with pytest.raises(Unavailable, match="the router does not consume"):
        await consumer.check()
    await consumer.start()
    await hands.until(20 * PARTITIONS)

    assert [of(p, hands.bodies) for p in range(PARTITIONS)] == [list(range(20))] * PARTITIONS
    assert max(map(len, hands.batches)) <= SETTINGS.batch_size
    assert len(hands.batches) < 20 * PARTITIONS
    await consumer.check()


async def test_a_batch_ends_where_its_bytes_do(parts: Parts, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "BATCH_BYTES", 10)
    await fill(parts, 12)
    hands = Hands()
    await make(hands).start()
    await hands.until(12)

    assert of(0, hands.bodies) == list(range(12))
    assert max(len(b"".join(batch[:-1])) for batch in hands.batches) < 10


async def test_while_infrastructure_is_away_the_batch_is_kept_in_order(parts: Parts, make: Make) -> None:
    left = 4

    async def away(_bodies: Sequence[bytes]) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Unavailable("MongoDB: away")

    await fill(parts, 12)
    hands = Hands(away)
    await make(hands).start()
    await hands.until(12)

    assert of(0, hands.bodies) == list(range(12))
    assert parts.said.letters == []


async def test_a_delivery_that_fails_again_and_again_is_parked_alone_and_its_neighbours_are_handled(
    parts: Parts, make: Make
) -> None:
    tries = 0

    async def choke(bodies: Sequence[bytes]) -> None:
        nonlocal tries
        if b'"0/3"' in bodies:
            tries += 1
            raise ValueError("the third is a bad one")

    await fill(parts, 8)
    hands = Hands(choke)
    await make(hands).start()
    await hands.until(7)
    await asyncio.sleep(0.05)

    assert of(0, hands.bodies) == [0, 1, 2, 4, 5, 6, 7]
    (letter,) = parts.said.letters
    assert (letter.stage, letter.reason, letter.body) == ("router", "ValueError: the third is a bad one", '"0/3"')
    assert letter.attempts == ATTEMPTS
    assert "in choke" in letter.trace
    assert tries in {ATTEMPTS, ATTEMPTS + 1}


async def test_infrastructure_that_goes_away_while_a_bad_delivery_is_sought_is_waited_for(
    parts: Parts, make: Make
) -> None:
    calls = 0

    async def stumble(bodies: Sequence[bytes]) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Unavailable("MongoDB: away")
        if b'"0/1"' in bodies:
            raise ValueError("a bad one")

    await fill(parts, 3)
    hands = Hands(stumble)
    await make(hands).start()
    await so(lambda: parts.said.letters and {0, 2} <= set(of(0, hands.bodies)))
    assert [letter.body for letter in parts.said.letters] == ['"0/1"']


async def test_a_consumer_that_stops_finishes_its_batch_and_gives_back_the_rest_in_order(
    parts: Parts, make: Make
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_bodies: Sequence[bytes]) -> None:
        begun.set()
        await go_on.wait()

    await fill(parts, 30)
    first, second = Hands(hold), Hands()
    one = make(first)
    await one.start()
    await begun.wait()
    stopping = asyncio.create_task(one.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    go_on.set()
    await stopping
    await make(second).start()
    await second.until(30 - len(first.bodies))
    await asyncio.sleep(0.05)

    assert 0 < len(first.bodies) <= SETTINGS.batch_size
    assert of(0, first.bodies + second.bodies) == list(range(30))


async def test_two_share_the_partitions_and_one_takes_all_when_the_other_leaves(parts: Parts, make: Make) -> None:
    hands = {"a": Hands(), "b": Hands()}
    figures = {"a": Metrics(), "b": Metrics()}
    one, other = (make(hands[name], instance=name, metrics=figures[name]) for name in "ab")
    await one.start()
    await other.start()
    await so(lambda: [_owned(figures[name]) for name in "ab"] == [2, 2])
    await fill(parts, 5, range(PARTITIONS))
    await hands["a"].until(10)
    await hands["b"].until(10)
    taken = {name: {int(orjson.loads(body).split("/")[0]) for body in h.bodies} for name, h in hands.items()}
    assert [len(of_one) for of_one in taken.values()] == [2, 2]

    await other.stop()
    await fill(parts, 5, range(PARTITIONS), start=5)
    await hands["a"].until(10 + 20)
    assert of(next(iter(taken["b"])), hands["a"].bodies) == list(range(5, 10))


async def test_who_cannot_renew_the_heartbeat_lets_go_and_comes_back(parts: Parts, make: Make) -> None:
    hands = Hands()
    membership = Beats(parts.store, "test", "a", SETTINGS.member_ttl_s)
    consumer = make(hands, instance="a", membership=membership)
    await consumer.start()
    await fill(parts, 1)
    await hands.until(1)
    membership.away = True
    await asyncio.sleep(SETTINGS.member_ttl_s + 0.3)
    await fill(parts, 1, start=1)
    await asyncio.sleep(0.1)
    assert len(hands.bodies) == 1

    membership.away = False
    await hands.until(2)
    membership.away = True
    await consumer.stop()


async def test_what_a_queue_that_was_made_anew_gets_is_handled(parts: Parts, make: Make, rabbitmq: RabbitMQ) -> None:
    """The broker cancelled the subscription; its channel stood and nothing came any more."""
    hands = Hands()
    await make(hands).start()
    await fill(parts, 1)
    await hands.until(1)
    channel = await parts.broker.channel(confirms=False)
    await channel.queue_delete(router_queue(0))
    await asyncio.sleep(0.3)
    again = broker_of(rabbitmq.url)
    await again.start()
    await fill(parts, 3, start=1)

    await hands.until(4)
    assert of(0, hands.bodies) == [0, 1, 2, 3]
    await again.stop()


async def test_after_the_connection_was_lost_everything_is_handled_in_order(
    parts: Parts, make: Make, rabbitmq: RabbitMQ
) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        hands = Hands()
        consumer = make(hands, through)
        await consumer.start()
        for start in (0, 10, 20):
            await fill(parts, 10, start=start)
            proxy.cut()
        await so(lambda: set(of(0, hands.bodies)) == set(range(30)))
        assert list(dict.fromkeys(of(0, hands.bodies))) == list(range(30))
        await consumer.stop()
        await through.stop()
