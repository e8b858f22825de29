"""Gathering: one AMQP message a partition for many requests, each of which hears of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from contracts.errors import Unavailable
from gateway.receive import gatherer as gatherer_module
from gateway.receive.gatherer import Gatherer
from gateway.receive.journal import Detour
from runtime.broker import Broker
from runtime.layout import Layout
from runtime.store.layout import Phase
from tests.gateway.receive.journal.conftest import Opened, opened
from tests.parts import Parts, Recorder

PATIENCE_S = 5.0


class Held(Recorder):
    """Publishes on the real broker when the test lets it, and fails for what holds one of `bad`."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.open = asyncio.Event()
        self.open.set()
        self.bad: set[int] = set()

    async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
        await self.open.wait()
        if self.bad & set(orjson.loads(body)):
            raise Unavailable("RabbitMQ: away")
        await super().publish(exchange, key, body, mandatory=mandatory)

    @property
    def bundles(self) -> list[list[int]]:
        return [orjson.loads(body) for _, _, body in self.published]


@pytest.fixture
def publisher(parts: Parts) -> Held:
    return Held(parts.broker)


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Opened]:
    """A journal that nobody drains."""
    async with opened(tmp_path) as process:
        yield process


@pytest.fixture
async def gatherer(publisher: Held, parts: Parts, disk: Opened) -> AsyncIterator[Gatherer]:
    made = Gatherer(publisher, Detour(disk.journal, PATIENCE_S), 0.01, parts.metrics)
    await made.start()
    yield made
    publisher.open.set()
    await made.stop()


def numbers(first: int, last: int, partition: int = 0) -> list[tuple[int, bytes]]:
    return [(partition, str(number).encode()) for number in range(first, last)]


async def test_events_of_concurrent_requests_go_in_one_message_a_partition_and_in_order(
    gatherer: Gatherer, publisher: Held
) -> None:
    requests = [numbers(n, n + 1, partition=n % 2) for n in range(10)]
    await asyncio.gather(*(gatherer.publish(request) for request in requests))

    assert sorted(publisher.bundles) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]


async def test_while_one_is_under_way_the_next_gathers(gatherer: Gatherer, publisher: Held) -> None:
    publisher.open.clear()
    first = asyncio.create_task(gatherer.publish(numbers(0, 1)))
    await asyncio.sleep(0.03)
    rest = [asyncio.create_task(gatherer.publish(numbers(n, n + 1))) for n in range(1, 5)]
    await asyncio.sleep(0.03)
    assert not first.done()
    publisher.open.set()
    await asyncio.gather(first, *rest)

    assert publisher.bundles == [[0], [1, 2, 3, 4]]


async def test_what_the_broker_does_not_take_goes_to_the_journal_and_everything_after_it_goes_behind(
    gatherer: Gatherer, publisher: Held, disk: Opened
) -> None:
    publisher.bad = {1}
    await asyncio.gather(gatherer.publish(numbers(0, 1)), gatherer.publish(numbers(1, 2)))
    publisher.bad = set()
    await asyncio.gather(gatherer.publish(numbers(2, 3, partition=1)), gatherer.publish(numbers(3, 4)))
    assert publisher.bundles == []

    assert sorted(await disk.drain()) == ["0", "1", "2", "3"]
    await gatherer.publish(numbers(5, 6))
    assert publisher.bundles == [[5]]


async def test_what_neither_broker_nor_journal_takes_fails_its_own_requests_and_no_others(
    gatherer: Gatherer, publisher: Held, disk: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.journal, "_most_bytes", 0)
    publisher.bad = {1}
    results = await asyncio.gather(
        gatherer.publish(numbers(0, 1)),
        gatherer.publish(numbers(1, 2)),
        gatherer.publish(numbers(2, 3, partition=1)),
        gatherer.publish([*numbers(3, 4, partition=2), *numbers(4, 5, partition=0)]),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Unavailable, Unavailable, type(None), Unavailable]

    publisher.bad = set()
    await gatherer.publish(numbers(5, 6))
    assert sorted(publisher.bundles) == [[2], [3], [5]]


async def test_what_waits_behind_a_publish_under_way_stays_behind_it_when_that_fails(
    gatherer: Gatherer, publisher: Held, disk: Opened
) -> None:
    publisher.open.clear()
    slow = asyncio.create_task(gatherer.publish(numbers(0, 1)))
    await asyncio.sleep(0.03)
    publisher.bad = {0, 1}
    later = asyncio.create_task(gatherer.publish(numbers(5, 7)))
    publisher.open.set()
    await asyncio.gather(slow, later, gatherer.publish(numbers(1, 2, partition=1)))

    assert [body for body in await disk.drain() if body != "1"] == ["0", "5", "6"]


async def test_events_that_are_held_while_the_journal_empties_go_to_the_broker(
    gatherer: Gatherer, publisher: Held, disk: Opened
) -> None:
    publisher.bad = {0}
    await gatherer.publish(numbers(0, 1))
    async with gatherer._detour.held():
        waiting = asyncio.create_task(gatherer.publish(numbers(1, 2)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        assert await disk.drain() == ["0"]
    await waiting
    assert publisher.bundles == [[1]]


async def test_events_are_held_no_longer_than_there_is_patience(publisher: Held, disk: Opened, parts: Parts) -> None:
    detour = Detour(disk.journal, 0.1)
    gatherer = Gatherer(publisher, detour, 0, parts.metrics)
    publisher.bad = {0}
    await gatherer.publish(numbers(0, 1))
    async with detour.held():
        await asyncio.wait_for(gatherer.publish(numbers(1, 2)), PATIENCE_S)
    assert await disk.drain() == ["0", "1"]


async def test_too_many_that_wait_are_refused_and_taken_again_later(
    gatherer: Gatherer, publisher: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatherer_module, "MOST_PENDING", 3)
    publisher.open.clear()
    waiting = asyncio.create_task(gatherer.publish(numbers(0, 3)))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="too many events"):
        await gatherer.publish(numbers(3, 4))

    publisher.open.set()
    await waiting
    await gatherer.publish(numbers(4, 5))
    assert publisher.bundles == [[0, 1, 2], [4]]


async def test_a_bundle_holds_so_many_events_and_bytes_at_most_and_the_next_one_goes_on_in_order(
    gatherer: Gatherer, publisher: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatherer_module, "MOST_EVENTS", 4)
    monkeypatch.setattr(gatherer_module, "MOST_BYTES", 12)
    await gatherer.publish(
        [(0, b"1"), (0, b"2"), (0, b"3"), (0, b"4"), (0, b"5"), (0, b"6666666666"), (0, b"77777777777777")]
    )
    assert publisher.bundles == [[1, 2, 3, 4], [5, 6666666666], [77777777777777]]


async def test_too_many_bytes_that_wait_are_refused_and_taken_again_later(
    gatherer: Gatherer, publisher: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatherer_module, "MOST_PENDING_BYTES", 10)
    publisher.open.clear()
    waiting = asyncio.create_task(gatherer.publish([(0, b"1111111111")]))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="too many events"):
        await gatherer.publish([(1, b"2")])

    publisher.open.set()
    await waiting
    await gatherer.publish([(1, b"2")])
    assert publisher.bundles == [[1111111111], [2]]


async def test_while_the_layout_is_held_events_go_to_the_journal_and_nothing_is_under_way(
    publisher: Held, disk: Opened, parts: Parts
) -> None:
    layout = Layout(4, inlet=True)
    gatherer = Gatherer(publisher, Detour(disk.journal, PATIENCE_S, layout), 0, parts.metrics)
    publisher.open.clear()
    under_way = asyncio.create_task(gatherer.publish(numbers(0, 1)))
    await asyncio.sleep(0.05)
    layout.apply(4, Phase.DRAINING)
    assert not layout.settled
    publisher.open.set()
    await under_way
    assert layout.settled

    await gatherer.publish(numbers(1, 3))
    assert await disk.drain() == ["1", "2"]
    layout.apply(4, Phase.OPEN)
    await gatherer.publish(numbers(3, 4))
    assert publisher.bundles == [[0], [3]]


async def test_what_waits_when_the_number_of_partitions_changes_goes_to_the_journal_and_what_comes_then_behind_it(
    publisher: Held, disk: Opened, parts: Parts
) -> None:
    layout = Layout(4, inlet=True)
    gatherer = Gatherer(publisher, Detour(disk.journal, PATIENCE_S, layout), 0.05, parts.metrics)
    before = asyncio.create_task(gatherer.publish(numbers(0, 2, partition=3)))
    await asyncio.sleep(0)
    layout.apply(4, Phase.CLOSED)
    layout.apply(2, Phase.OPEN)
    behind = asyncio.create_task(gatherer.publish(numbers(2, 4, partition=1)))
    await asyncio.gather(before, behind)
    assert publisher.bundles == [], "partition 3 is no more"
    assert await disk.drain() == ["0", "1", "2", "3"]

    await gatherer.publish(numbers(4, 5, partition=1))
    assert publisher.bundles == [[4]]


async def test_a_request_that_goes_away_does_not_take_the_confirm_from_the_others(
    gatherer: Gatherer, publisher: Held
) -> None:
    tasks = [asyncio.create_task(gatherer.publish(numbers(n, n + 1))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert [task.cancelled() for task in tasks] == [True, False, False]
    assert publisher.bundles == [[0, 1, 2]]


async def test_stopping_publishes_what_is_gathered(gatherer: Gatherer, publisher: Held) -> None:
    waiting = asyncio.create_task(gatherer.publish(numbers(0, 2)))
    await asyncio.sleep(0)
    await gatherer.stop()
    await asyncio.sleep(0)

    assert waiting.done()
    assert publisher.bundles == [[0, 1]]


async def test_a_failure_that_nobody_foresaw_fails_its_requests_and_the_lane_goes_on(
    gatherer: Gatherer, publisher: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_values: object) -> None:
        raise ValueError("odd")

    with monkeypatch.context() as patch:
        patch.setattr(publisher, "publish", broken)
        with pytest.raises(Unavailable):
            async with asyncio.timeout(PATIENCE_S):
                await gatherer.publish(numbers(0, 1))
    async with asyncio.timeout(PATIENCE_S):
        await gatherer.publish(numbers(1, 2))
    assert publisher.bundles == [[1]]
