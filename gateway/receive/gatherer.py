"""Gathers the events of concurrent requests and publishes them together, one AMQP message a partition.

A publish costs the client about 200 µs whatever is in it, so the cost is shared. Per partition one publish is under
way at a time: an idle gateway publishes after the short linger, a busy one gathers for as long as the last confirm
takes, so the bundles grow with the load by themselves. Order within a partition is the order of
submission. Dead letters go the same way, on a lane of their own.

What the broker does not confirm in time goes to the journal, and what comes after that behind it (`journal/detour.py`).
"""

import asyncio
from collections.abc import Iterable, Sequence

from contracts.errors import Unavailable
from contracts.topology import DEAD, EVENTS, event_key
from gateway.receive.journal import Detour, Kind
from gateway.receive.journal.loads import MOST_BYTES, MOST_EVENTS
from runtime.broker import Publisher
from runtime.logging import get_logger
from runtime.metrics import Metrics

log = get_logger(__name__)

MOST_PENDING = 20_000
MOST_PENDING_BYTES = 64 * 2**20
"""Of events that wait here for broker or disk; beyond either webhooks get 503. It bounds the memory of a gateway."""
LETTERS = -1
"""The lane of the dead letters; the others have the number of their partition."""


class Lane:
    """What waits on a lane for the next publish, and who waits for it.

    Its number is one of so many `partitions`. It begins when the tasks `before` it have ended.
    """

    def __init__(self, number: int, partitions: int, before: frozenset[asyncio.Task[None]]) -> None:
        self.number = number
        self.partitions = partitions
        self.before = before
        self.waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self.busy = False

    def take(self) -> list[tuple[bytes, "asyncio.Future[None]"]]:
        """What waits, as much of it as one message holds; the rest and what comes from now on is for other bundles."""
        size = 0
        for count, (encoded, _) in enumerate(self.waiting):
            size += len(encoded)
            if count and (count == MOST_EVENTS or size > MOST_BYTES):
                bundle, self.waiting = self.waiting[:count], self.waiting[count:]
                return bundle
        bundle, self.waiting = self.waiting, []
        return bundle


class Gatherer:
    """Publishes encoded events. A part of the gateway: `stop` waits for what is under way."""

    def __init__(self, publisher: Publisher, detour: Detour, linger_s: float, metrics: Metrics) -> None:
        self._publisher = publisher
        self._detour = detour
        self._linger_s = linger_s
        self._metrics = metrics
        self._layout = detour.layout
        self._count = self._layout.count
        self._lanes: dict[int, Lane] = {}
        self._before: frozenset[asyncio.Task[None]] = frozenset()
        self._pending = 0
        self._pending_bytes = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing to begin: publishing begins with the first event."""

    async def stop(self) -> None:
        """Publish what is gathered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def publish(self, events: Iterable[tuple[int, bytes]], letters: Iterable[bytes] = ()) -> None:
        """Return when the broker has confirmed, or the journal holds, all of these: (partition, encoded event) pairs
        and encoded dead letters.

        Raises:
            Unavailable: neither does, or too much is waiting already.
        """
        given = [(LETTERS, letter) for letter in letters]
        given += events
        for confirmed in [self.submit(lane, encoded) for lane, encoded in given]:
            await confirmed

    def submit(self, number: int, encoded: bytes) -> "asyncio.Future[None]":
        """The same for one, at once: an event of the partition with this number, or a dead letter (`LETTERS`).

        Raises:
            Unavailable: too much is waiting already.
        """
        if self._pending >= MOST_PENDING or self._pending_bytes + len(encoded) > MOST_PENDING_BYTES:
            raise Unavailable("the gateway has too many events waiting for the broker")
        if self._count != self._layout.count:
            self._renumber()
        if (lane := self._lanes.get(number)) is None:
            lane = self._lanes[number] = Lane(number, self._count, self._before)
        confirmed = asyncio.get_running_loop().create_future()
        lane.waiting.append((encoded, confirmed))
        self._pending += 1
        self._pending_bytes += len(encoded)
        if not lane.busy:
            lane.busy = True
            task = asyncio.create_task(self._drain(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return confirmed

    def _renumber(self) -> None:
        """With another number of partitions a conversation may have another lane: behind what is on the old ones."""
        self._count = self._layout.count
        self._lanes = {}
        self._before = frozenset(self._tasks)

    async def _drain(self, lane: Lane) -> None:
        await asyncio.sleep(self._linger_s)
        if lane.before:
            await asyncio.wait(lane.before)
            lane.before = frozenset()
        while lane.waiting:
            await self._carry(lane, lane.take())
        lane.busy = False

    async def _carry(self, lane: Lane, bundle: list[tuple[bytes, "asyncio.Future[None]"]]) -> None:
        self._metrics.batch_events.labels("gateway").observe(len(bundle))
        failure: Unavailable | None = None
        try:
            await self._forward(lane, [encoded for encoded, _ in bundle])
        except Unavailable as error:
            failure = error
        except Exception:
            # Whatever it is: who waits must hear of it, and the lane must go on.
            log.exception("gatherer.publish_failed", lane=lane.number)
            failure = Unavailable("the events could not be published")
        self._pending -= len(bundle)
        self._pending_bytes -= sum(len(encoded) for encoded, _ in bundle)
        for _, confirmed in bundle:
            _tell(confirmed, failure)

    async def _forward(self, lane: Lane, bodies: Sequence[bytes]) -> None:
        """To the broker or to the journal.

        Raises:
            Unavailable: neither takes them.
        """
        kind = Kind.LETTER if lane.number == LETTERS else Kind.EVENT
        if lane.partitions != self._layout.count:
            # There is no such partition any more: the journal is drained into those that there are.
            await self._detour.write(kind, bodies)
            return
        if self._detour.taken and await self._detour.follow(kind, bodies):
            return
        try:
            with self._layout.under_way(), self._metrics.confirm_seconds.time(), self._detour.patience():
                await self._publish(lane.number, bodies)
        except (Unavailable, TimeoutError) as error:
            await self._detour.begin(kind, bodies, error)

    async def _publish(self, number: int, bodies: Sequence[bytes]) -> None:
        if number == LETTERS:
            await asyncio.gather(*(self._publisher.publish(DEAD, "", body) for body in bodies))
        else:
            await self._publisher.publish(EVENTS, event_key(number), b"[" + b",".join(bodies) + b"]")


def _tell(confirmed: "asyncio.Future[None]", failure: Unavailable | None) -> None:
    if confirmed.done():
        return  # its request was cancelled
    if failure is None:
        confirmed.set_result(None)
    else:
        confirmed.set_exception(failure)
        # Looked at here, so that it is no "exception was never retrieved" when its request waits for another one first.
        confirmed.exception()
