"""The journal's way to the broker: read a segment, publish it partition by partition, forget it, read the next."""

import asyncio
from dataclasses import dataclass

from contracts.errors import SwitchboardError, Unavailable
from gateway.receive.journal.detour import Detour
from gateway.receive.journal.journal import Journal, Reading
from gateway.receive.journal.loads import Lane, load
from runtime.broker import Broker, Publisher
from runtime.layout import Layout, layout_of
from runtime.logging import get_logger
from runtime.metrics import Metrics

log = get_logger(__name__)

RETRY_S = 0.25
RETRY_MOST_S = 2.0
LITTLE_BYTES = 256 * 2**10
"""So much is published within milliseconds: short enough to keep new events waiting for it."""


@dataclass(slots=True)
class Round:
    """A reading on its way. What the broker has confirmed of it is out of the lanes, and not published again."""

    reading: Reading
    lanes: list[Lane]
    partitions: int


class Drainer:
    """A part of the gateway: empties the journal whenever it holds something and the broker takes it.

    `records` counts what has reached the broker.
    """

    def __init__(
        self,
        journal: Journal,
        detour: Detour,
        broker: Broker,
        publisher: Publisher,
        partitions: int | Layout,
        metrics: Metrics,
    ) -> None:
        self.records = 0
        self._journal = journal
        self._detour = detour
        self._broker = broker
        self._publisher = publisher
        self._layout = layout_of(partitions)
        self._metrics = metrics
        self._round: Round | None = None
        self._proven = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep_draining())

    async def stop(self) -> None:
        """End; what is left stays for the next process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_draining(self) -> None:
        wait = RETRY_S
        while True:
            await self._journal.written.wait()
            before = self.records
            try:
                await self.drain()
            except SwitchboardError as error:
                log.warning("journal.waiting", reason=str(error), bytes=self._journal.size, wait_s=wait)
            except Exception:
                log.exception("journal.drain_failed")
            else:
                log.info("journal.drained", records=self.records - before)
                wait = RETRY_S
                continue
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_MOST_S)

    async def drain(self) -> None:
        """Return when the journal is empty.

        Raises:
            Unavailable: the broker takes no more; what it has not confirmed is where it was.
        """
        self._proven = False
        while not self._journal.empty:
            await self.advance()
            if not self._journal.empty and self._journal.size <= LITTLE_BYTES:
                async with self._detour.held():
                    await self._finish()
        self._journal.written.clear()

    async def advance(self) -> None:
        """Publish the oldest segment, and forget it; not before the broker may be given more.

        Raises:
            Unavailable: as above.
        """
        await self._detour.eased()
        async with self._layout.publishing() as count:
            await self._advance(count)

    async def _advance(self, count: int) -> None:
        if self._round is None or self._round.partitions != count:
            # With another number of partitions the rest is read anew; what was published is recognised.
            self._round = await self._next(count)
        if self._round is None:
            return
        await self._broker.check_unblocked()
        try:
            await self._publish(self._round.lanes)
        except Unavailable:
            self._proven = False
            raise
        self._proven = True
        await self._journal.forget(self._round.reading)
        self._round = None

    async def _finish(self) -> None:
        while not self._journal.empty and self._detour.holds:
            await self.advance()

    async def _next(self, count: int) -> Round | None:
        reading = await self._journal.read()
        return Round(reading, load(reading.records, count), count) if reading else None

    async def _publish(self, lanes: list[Lane]) -> None:
        left = [lane for lane in lanes if lane]
        if left and not self._proven:
            # A broker that hangs gets one message a try, and not all of them again and again.
            await self._publish_one(left[0])
        results = await asyncio.gather(*map(self._publish_all, lanes), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _publish_all(self, lane: Lane) -> None:
        while lane:
            await self._publish_one(lane)

    async def _publish_one(self, lane: Lane) -> None:
        parcel = lane[0]
        await self._publisher.publish(parcel.exchange, parcel.key, parcel.body)
        lane.popleft()
        self.records += parcel.count
        self._metrics.journal_drained.inc(parcel.count)
