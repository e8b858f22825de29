"""How much waits in queues and how many consume them, as the broker tells without its management plugin."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity

from contracts.errors import Unavailable
from runtime.broker.connection import Broker, broker_errors
from runtime.logging import get_logger

log = get_logger(__name__)

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A queue: the messages that nobody has in hand, and its consumers."""

    depth: int
    consumers: int


async def depths(broker: Broker, queues: Iterable[str]) -> dict[str, int]:
    """The messages that nobody has in hand yet, by queue; every queue must exist.

    Raises:
        Unavailable: the broker is away, or a queue is not there.
    """
    names = list(queues)
    found = await standings(broker, names)
    if missing := [name for name in names if name not in found]:
        raise Unavailable(f"RabbitMQ: there is no queue {missing[0]}")
    return {name: standing.depth for name, standing in found.items()}


async def standings(broker: Broker, queues: Iterable[str]) -> dict[str, Standing]:
    """How queues stand; one that does not exist is left out.

    Raises:
        Unavailable: the broker is away.
    """
    found: dict[str, Standing] = {}
    left = list(queues)
    while left:
        # A queue that is not there costs the channel: the rest is asked on another one.
        left = await _ask(broker, left, found)
    return found


async def delete_idle(broker: Broker, queues: Iterable[str]) -> dict[str, Standing]:
    """Delete those of these queues that hold nothing and that nobody consumes; those that stay, and how they stand.

    The caller sees to it that nobody publishes to them: RabbitMQ knows no conditions for deleting a quorum queue.

    Raises:
        Unavailable: the broker is away.
    """
    found = await standings(broker, queues)
    idle = [name for name, standing in found.items() if standing == Standing(0, 0)]
    channel = await broker.channel(confirms=False)
    try:
        with broker_errors():
            for name in idle:
                async with asyncio.timeout(TIMEOUT_S):
                    await channel.queue_delete(name)
    finally:
        await _close(channel)
    return {name: standing for name, standing in found.items() if name not in idle}


async def _ask(broker: Broker, queues: list[str], found: dict[str, Standing]) -> list[str]:
    """What is left to be asked after a queue that does not exist."""
    channel = await broker.channel(confirms=False)
    try:
        with broker_errors():
            async with asyncio.timeout(TIMEOUT_S):
                underlay = await channel.get_underlay_channel()
                for place, name in enumerate(queues):
                    try:
                        told = await underlay.queue_declare(name, passive=True)
                    except ChannelNotFoundEntity:
                        return queues[place + 1 :]
                    found[name] = Standing(told.message_count or 0, told.consumer_count or 0)
        return []
    finally:
        await _close(channel)


async def _close(channel: AbstractChannel) -> None:
    try:
        with broker_errors():
            async with asyncio.timeout(TIMEOUT_S):
                await channel.close()
    except Unavailable as error:
        log.debug("depth.close_lost", reason=str(error))
