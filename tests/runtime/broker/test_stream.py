"""Reading a stream, on the real broker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest

from contracts.base import new_id
from contracts.errors import Unavailable
from contracts.topology import router_queue
from runtime.broker import Broker, EventLog, Publisher, depths
from runtime.broker.stream import Start
from runtime.embedded.rabbitmq import RabbitMQ

SMALL = {
    "x-queue-type": "stream",
    "x-max-length-bytes": 100_000,
    "x-stream-max-segment-size-bytes": 20_000,
}


@pytest.fixture(params=[{"x-queue-type": "stream"}], ids=["large"])
async def stream(rabbitmq: RabbitMQ, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The name of a stream of its own."""
    name = f"stream.{new_id()}"
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(name, durable=True, arguments=request.param)
        yield name
        await channel.queue_delete(name)


async def write(broker: Broker, stream: str, *bodies: bytes) -> None:
    publisher = Publisher(broker, 5.0)
    for body in bodies:
        await publisher.publish("", stream, body)


async def read(broker: Broker, stream: str, start: Start, count: int) -> list[bytes]:
    async with EventLog(broker, stream).read(start) as reader:
        found = [await reader.next(3.0) for _ in range(count)]
    return [entry.body for entry in found if entry is not None]


async def test_a_log_is_read_from_its_beginning_an_offset_or_a_moment_any_number_of_times(
    broker: Broker, stream: str
) -> None:
    bodies = [b"m%d" % number for number in range(500)]
    before = datetime.now(UTC) - timedelta(minutes=1)
    await write(broker, stream, *bodies)
    assert await read(broker, stream, "first", 500) == bodies
    assert await read(broker, stream, before, 500) == bodies
    async with EventLog(broker, stream).read("first") as reader:
        entries = [await reader.next(3.0) for _ in range(500)]
    offset = next(entry.offset for entry in entries if entry is not None and entry.body == b"m321")
    assert await read(broker, stream, offset, 3) == [b"m321", b"m322", b"m323"]


async def test_the_end_of_a_log_is_a_reading_that_brings_nothing(broker: Broker, stream: str) -> None:
    await write(broker, stream, b"m0")
    async with EventLog(broker, stream).read("first") as reader:
        assert await reader.next(3.0) is not None
        assert await reader.next(0.1) is None
        await write(broker, stream, b"m1")
        entry = await reader.next(3.0)
        assert entry is not None
        assert entry.body == b"m1"


async def test_the_bounds_are_the_oldest_and_the_newest_message(broker: Broker, stream: str) -> None:
    log = EventLog(broker, stream)
    assert await log.bounds() is None
    await write(broker, stream, *[b"m%d" % number for number in range(50)])
    bounds = await log.bounds()
    assert bounds is not None
    assert (bounds.first.body, bounds.first.offset, bounds.last.body) == (b"m0", 0, b"m49")


@pytest.mark.parametrize("stream", [SMALL], indirect=True, ids=["small"])
async def test_what_is_dropped_shows_in_the_bounds(broker: Broker, stream: str) -> None:
    await write(broker, stream, *[b"%04d" % number + b"x" * 1000 for number in range(300)])
    log = EventLog(broker, stream)
    for _ in range(50):
        bounds = await log.bounds()
        if bounds is not None and bounds.first.offset > 0:
            break
        await asyncio.sleep(0.2)
    assert bounds is not None
    assert bounds.first.offset > 0
    assert bounds.last.body.startswith(b"0299")


async def test_a_reader_whose_stream_is_deleted_says_so(broker: Broker, stream: str, rabbitmq: RabbitMQ) -> None:
    await write(broker, stream, b"m0")
    async with EventLog(broker, stream).read("first") as reader:
        assert await reader.next(3.0) is not None
        async with await aio_pika.connect(rabbitmq.url) as connection:
            await (await connection.channel()).queue_delete(stream)
        with pytest.raises(Unavailable, match="cut off"):
            await reader.next(3.0)


async def test_depths_are_what_nobody_has_in_hand(broker: Broker) -> None:
    await write(broker, router_queue(1), b"a", b"b")
    for _ in range(50):
        found = await depths(broker, [router_queue(0), router_queue(1)])
        if found[router_queue(1)]:
            break
        await asyncio.sleep(0.1)
    assert found == {router_queue(0): 0, router_queue(1): 2}
