"""Reading the event log: a stream, which is read from an offset or a moment on, by any number of readers, unchanged.

A consumer of a stream needs a prefetch, and acknowledgements as credit for more; they take nothing away. Offsets grow
but have gaps, for the broker counts its own entries too. From a moment on, the broker begins with the chunk that was
written then, which may hold earlier messages; from an offset that was dropped it begins with the oldest one it has.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from aiormq import Channel as UnderlayChannel
from aiormq.abc import DeliveredMessage

from contracts.errors import Unavailable
from contracts.topology import EVENT_LOG
from runtime.broker.connection import Broker, broker_errors
from runtime.logging import get_logger

log = get_logger(__name__)

Start = int | datetime | Literal["first", "last"]
"""Where to begin: an offset, a moment of writing, the oldest message, or the last chunk."""

OFFSET = "x-stream-offset"
PREFETCH = 200
TIMEOUT_S = 5.0
QUIET_S = 0.3
EMPTY_S = 1.0
MOST_LAST_S = 2.0


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One message of the log."""

    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """The oldest and the newest message of the log."""

    first: LogEntry
    last: LogEntry


class LogReader:
    """One reading of a stream; `EventLog.read` opens and closes it."""

    def __init__(self, underlay: UnderlayChannel, queue: str) -> None:
        self._underlay = underlay
        self._tag = f"{queue}.reader"
        self._queue = queue
        self._arrived: asyncio.Queue[DeliveredMessage | None] = asyncio.Queue()

    async def open(self, start: Start) -> None:
        """Begin to read there."""
        self._underlay.closing.add_done_callback(lambda _: self._arrived.put_nowait(None))
        await self._underlay.basic_qos(prefetch_count=PREFETCH)
        await self._underlay.basic_consume(
            self._queue, self._receive, arguments={OFFSET: start}, consumer_tag=self._tag, timeout=TIMEOUT_S
        )

    async def _receive(self, message: DeliveredMessage) -> None:
        # No await in here: see `Subscription`.
        self._arrived.put_nowait(message)

    async def next(self, within_s: float) -> LogEntry | None:
        """The next message; None when there is none within so many seconds.

        Raises:
            Unavailable: the connection or the consumer is gone.
        """
        try:
            async with asyncio.timeout(within_s):
                message = await self._arrived.get()
        except TimeoutError:
            if self._underlay.is_closed or self._tag not in self._underlay.consumers:
                raise Unavailable("RabbitMQ: the reading of the event log was cut off") from None
            return None
        if message is None or message.delivery_tag is None:
            raise Unavailable("RabbitMQ: the reading of the event log was cut off")
        with broker_errors():
            await self._underlay.basic_ack(message.delivery_tag, wait=False)
        headers = message.header.properties.headers or {}
        return LogEntry(cast(int, headers[OFFSET]), bytes(message.body))


class EventLog:
    """The log of everything that happened."""

    def __init__(self, broker: Broker, queue: str = EVENT_LOG) -> None:
        self._broker = broker
        self._queue = queue

    @asynccontextmanager
    async def read(self, start: Start) -> AsyncIterator[LogReader]:
        """A reader that begins there.

        Raises:
            Unavailable: the broker is away.
        """
        channel = await self._broker.channel(confirms=False)
        try:
            with broker_errors():
                async with asyncio.timeout(TIMEOUT_S):
                    reader = LogReader(cast(UnderlayChannel, await channel.get_underlay_channel()), self._queue)
                    await reader.open(start)
            yield reader
        finally:
            try:
                with broker_errors():
                    async with asyncio.timeout(TIMEOUT_S):
                        await channel.close()
            except Unavailable as error:
                log.warning("stream.close_lost", queue=self._queue, reason=str(error))

    async def bounds(self) -> Bounds | None:
        """Where the log begins and ends now; None when it is empty.

        Raises:
            Unavailable: the broker is away.
        """
        async with self.read("first") as reader:
            first = await reader.next(EMPTY_S)
        if first is None:
            return None
        last = first
        async with self.read("last") as reader:
            # The last chunk, message by message; while more is written there is no end to be waited for.
            until = time.monotonic() + MOST_LAST_S
            while time.monotonic() < until and (entry := await reader.next(QUIET_S)):
                last = entry
        return Bounds(first, last)
