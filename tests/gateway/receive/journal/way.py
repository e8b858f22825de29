"""The way from requests to the broker with its detour, on a real broker, and a look at what has arrived there."""

import asyncio
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aio_pika
import orjson
from aio_pika.abc import AbstractIncomingMessage

from contracts.partitioning import conversation_key, partition_of
from contracts.topology import DEAD_LETTERS, router_queue
from gateway.receive.gatherer import Gatherer
from gateway.receive.journal import Detour, Drainer
from runtime.broker import Broker, Publisher
from tests.gateway.receive.journal.conftest import PLENTY, Opened
from tests.parts import PARTITIONS
from tests.patience import so

CONTACTS = 12
PATIENCE_S = 0.3
PUBLISH_S = 1.0
QUIET_S = 1.0


@dataclass
class Way:
    """A gateway without its HTTP: what was answered is in `taken`, with the times that the answers took."""

    process: Opened
    gatherer: Gatherer
    drainer: Drainer
    taken: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def say(self, count: int = 1) -> None:
        """One request with so many events, of contacts in turn."""
        events = [self._event(next(self.numbers)) for _ in range(count)]
        started = time.perf_counter()
        await self.gatherer.publish([(partition, body) for _, partition, body in events])
        self.times.append(time.perf_counter() - started)
        self.taken += [number for number, _, _ in events]

    async def traffic(self, seconds: float, pause_s: float = 0.004) -> None:
        """Requests at a steady rate, whatever becomes of those before; each contact's in order."""
        requests = set()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            requests.add(asyncio.create_task(self.say()))
            await asyncio.sleep(pause_s)
        await asyncio.gather(*requests)

    async def settled(self) -> None:
        """Wait until the journal is empty."""
        await so(lambda: self.process.journal.empty)

    def percentile_ms(self, share: float) -> float:
        return sorted(self.times)[int(len(self.times) * share)] * 1000

    @staticmethod
    def _event(number: int) -> tuple[int, int, bytes]:
        contact = f"+39{number % CONTACTS}"
        body = orjson.dumps({"account_id": "shop", "contact_key": contact, "number": number})
        return number, partition_of(conversation_key("shop", contact), PARTITIONS), body


@asynccontextmanager
async def way(
    path: Path,
    broker: Broker,
    most_bytes: int = PLENTY,
    publisher: Publisher | None = None,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[Way]:
    """A gateway with a journal there, ended in good order."""
    process = Opened(path, most_bytes)
    await process.open()
    publisher = publisher or Publisher(broker, max(PUBLISH_S, 2 * patience_s))
    detour = Detour(process.journal, patience_s)
    drainer = Drainer(process.journal, detour, broker, publisher, PARTITIONS, process.metrics)
    gatherer = Gatherer(publisher, detour, 0.001, process.metrics)
    await drainer.start()
    try:
        yield Way(process, gatherer, drainer)
    finally:
        await gatherer.stop()
        await drainer.stop()
        await process.journal.stop()


@dataclass
class Arrivals:
    """What the queues of all partitions hold, in order: numbers by contact, repetitions included."""

    numbers: dict[str, list[int]]

    def assert_complete(self, taken: list[int]) -> None:
        """Everything that was answered has come, and each contact's for the first time in order."""
        arrived = {number for numbers in self.numbers.values() for number in numbers}
        assert set(taken) <= arrived, f"lost: {sorted(set(taken) - arrived)[:10]}"
        for contact, numbers in self.numbers.items():
            firsts = list(dict.fromkeys(numbers))
            assert firsts == sorted(firsts), f"out of order for {contact}: {firsts}"

    @property
    def repeated(self) -> int:
        return sum(len(numbers) - len(set(numbers)) for numbers in self.numbers.values())


async def arrivals(url: str) -> Arrivals:
    """Take everything from the queues of the routers; they are empty when nothing more comes for a while."""
    numbers: dict[str, list[int]] = defaultdict(list)
    came = asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        for event in orjson.loads(message.body):
            numbers[event["contact_key"]].append(event["number"])
        came.set()

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for partition in range(PARTITIONS):
            await (await channel.get_queue(router_queue(partition))).consume(take, no_ack=True)
        with contextlib.suppress(TimeoutError):
            while True:
                await asyncio.wait_for(came.wait(), QUIET_S)
                came.clear()
    return Arrivals(numbers)


async def dead_letters(url: str) -> list[bytes]:
    """Take everything from the queue of the dead letters."""
    bodies = []
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(DEAD_LETTERS)
        while (message := await queue.get(no_ack=True, fail=False)) is not None:
            bodies.append(message.body)
    return bodies
