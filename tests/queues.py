"""A broker without our queues, as often as a test wants one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aio_pika
from aio_pika.abc import AbstractConnection, FieldValue

from contracts.topology import EVENT_LOG, EVENTS, topology
from runtime.addresses import addresses

CHANNELS = 4


async def forget_queues(amqp_url: str, partitions: int) -> None:
    """Take every queue of ours from the broker, but for the replay log; the next process declares what it needs."""
    queues = [queue.name for queue in topology(partitions, 0, "").queues if queue.name != EVENT_LOG]
    async with await _connection(amqp_url) as connection:
        channels = [await connection.channel() for _ in range(CHANNELS)]
        deletions = (channels[number % CHANNELS].queue_delete(name) for number, name in enumerate(queues))
        await asyncio.gather(*deletions)


@contextlib.asynccontextmanager
async def refusing_queue(amqp_url: str, exchange: str = EVENTS, key: str = "#") -> AsyncIterator[None]:
    """One more queue of an exchange, which takes nothing: of events, as their log does without a writer."""
    async with await _connection(amqp_url) as connection:
        channel = await connection.channel()
        full: dict[str, FieldValue] = {"x-max-length": 0, "x-overflow": "reject-publish"}
        queue = await channel.declare_queue("refuses", exclusive=True, arguments=full)
        await queue.bind(exchange, key)
        yield


async def _connection(amqp_url: str) -> AbstractConnection:
    *others, last = addresses(amqp_url)
    for url in others:
        with contextlib.suppress(ConnectionError):
            return await aio_pika.connect(url)
    return await aio_pika.connect(last)
