"""Listening to a fanout exchange on a queue of one's own, which is gone when the listener is."""

import asyncio
from collections.abc import Awaitable, Callable

from aiormq.abc import DeliveredMessage

from contracts.errors import Unavailable
from runtime.broker.connection import Broker, broker_errors
from runtime.logging import get_logger

log = get_logger(__name__)

RETRY_S = 1.0


class Listener:
    """A part of a process: calls `heard` for every message of an exchange. What is said while it is away is missed."""

    def __init__(self, broker: Broker, exchange: str, heard: Callable[[], Awaitable[None]]) -> None:
        self._broker = broker
        self._exchange = exchange
        self._heard = heard
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen, and do so again whenever the connection was lost."""
        self._task = asyncio.create_task(self._keep_listening())

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except Unavailable as error:
                log.warning("listener.waiting", exchange=self._exchange, reason=str(error))
            except Exception:
                log.exception("listener.failed", exchange=self._exchange)
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        channel = await self._broker.channel(confirms=False)
        closed = asyncio.Event()
        channel.close_callbacks.add(lambda *_: closed.set())
        with broker_errors():
            queue = await channel.declare_queue(exclusive=True, auto_delete=True)
            await queue.bind(self._exchange)
            underlay = await channel.get_underlay_channel()
            await underlay.basic_consume(queue.name, self._receive, no_ack=True)
        # Something may have been said before the queue was bound.
        await self._heard()
        await closed.wait()

    async def _receive(self, _message: DeliveredMessage) -> None:
        await self._heard()
