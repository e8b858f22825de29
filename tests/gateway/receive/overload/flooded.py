"""A gateway without its HTTP, in front of a real broker, whose load is what the test says."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from contracts.partitioning import conversation_key, partition_of
from gateway.receive.gatherer import Gatherer
from gateway.receive.intake import Taken
from gateway.receive.journal import Detour, Drainer
from gateway.receive.overload import Gauge, Lanes, Marks, Sluice
from gateway.receive.overload.load import IDLE, Load
from runtime.broker import Broker, Publisher
from tests.gateway.receive.journal.conftest import PLENTY, Opened
from tests.parts import PARTITIONS
from tests.patience import PATIENCE_S

MARKS = Marks(wait_s=0.1, backlog=8, most=1000)
PRESSED = Load(waiting=20, in_hand=20, wait_s=2.0)
CONTACTS = 40


@dataclass
class Told(Gauge):
    """A gauge that says what it was told."""

    load: Load = IDLE

    async def read(self) -> Load:
        return self.load


@dataclass
class Flooded:
    """The way of events from requests to the broker. What was answered is in `taken`."""

    process: Opened
    gauge: Told
    sluice: Sluice
    lanes: Lanes
    drainer: Drainer
    taken: list[int] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    turns: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def say(self, account: str, count: int = 1) -> None:
        """One request with so many events of an account, of its contacts in turn."""
        numbers = [next(self.numbers) for _ in range(count)]
        await self.sluice.publish([self._event(account, number) for number in numbers])
        self.taken += numbers

    def _event(self, account: str, number: int) -> Taken:
        self.turns[account] += 1
        contact = f"{account}-{self.turns[account] % CONTACTS}"
        body = orjson.dumps({"account_id": account, "contact_key": contact, "number": number})
        return Taken(account, partition_of(conversation_key(account, contact), PARTITIONS), body)


@asynccontextmanager
async def flooded(
    path: Path, broker: Broker, most_bytes: int = PLENTY, patience_s: float = PATIENCE_S
) -> AsyncIterator[Flooded]:
    """A gateway with its journals there, ended in good order; it waits `patience_s` for the broker before it writes to
    the journal at the door."""
    process = Opened(path)
    await process.open()
    publisher = Publisher(broker, patience_s * 2)
    detour = Detour(process.journal, patience_s)
    drainer = Drainer(process.journal, detour, broker, publisher, PARTITIONS, process.metrics)
    gatherer = Gatherer(publisher, detour, 0.001, process.metrics)
    lanes = Lanes(process.path, most_bytes, process.metrics, lambda: process.now)
    gauge = Told()
    sluice = Sluice(gatherer, detour, lanes, gauge, MARKS, process.metrics)
    detour.layout.apply(PARTITIONS, detour.layout.phase)
    await drainer.start()
    await sluice.start()
    try:
        yield Flooded(process, gauge, sluice, lanes, drainer)
    finally:
        await sluice.stop()
        await gatherer.stop()
        await drainer.stop()
        await process.journal.stop()
