"""How much waits in queues, as the broker counts it."""

import asyncio
from collections.abc import Iterable

from runtime.broker.connection import Broker, broker_errors

TIMEOUT_S = 5.0


async def depths(broker: Broker, queues: Iterable[str]) -> dict[str, int]:
    """The messages that nobody has in hand yet, by queue; every queue must exist.

    Raises:
        Unavailable: the broker is away.
    """
    channel = await broker.channel(confirms=False)
    try:
        with broker_errors():
            async with asyncio.timeout(TIMEOUT_S):
                found = [await channel.declare_queue(queue, passive=True) for queue in queues]
        return {queue.name: queue.declaration_result.message_count or 0 for queue in found}
    finally:
        with broker_errors():
            await channel.close()
