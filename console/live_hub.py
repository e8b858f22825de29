"""The console's ear: reads the stream `live` once, and hands every change on to the clients who may see it.

A client that comes back names the last place that it knows, and gets what it has missed from the ring, whichever
console it comes to. What cannot be made up for is a `reset`: the client was away for too long or took too little, the
reading was cut off, or somebody could not tell what they had stored.
"""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

from pydantic import ValidationError

from console.live_clients import Belonging, Client, Clients
from console.live_ring import BEGINNING, Place, Ring, Told, place_of
from contracts.access import Principal
from contracts.errors import Unavailable
from contracts.live import LIVE_ENTRIES, LiveChange, LiveEntry, LiveKind
from runtime.broker import EventLog
from runtime.broker.stream import LogEntry, LogReader
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.metrics import Metrics

log = get_logger(__name__)

LOOK_BACK = timedelta(minutes=1)
"""A console that has just started can tell clients of another one what they missed for so long."""
QUIET_S = 0.5
MOST_LAST_S = 2.0
WAIT_S = 5.0
RETRY_S = 1.0
REACH_S = 2.0
"""So long a console may be behind another one that a client comes from."""
MOST_CLIENTS = 5000
_PUBLIC = set(LiveChange.model_fields)


class LiveHub:
    """A part of the process: `stop` lets all clients go."""

    def __init__(self, stream: EventLog, configuration: ConfigurationCache, metrics: Metrics, clock: Clock) -> None:
        self._stream = stream
        self._configuration = configuration
        self.metrics = metrics
        self._clock = clock
        self._ring = Ring()
        self._clients = Clients()
        self._belonging = Belonging(configuration.current)
        self._turned = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen, and do so again whenever the reading was cut off."""
        self._task = asyncio.create_task(self._keep_reading())

    async def stop(self) -> None:
        """Listen no more."""
        await self.dismiss()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Return when it listens.

        Raises:
            Unavailable: the task of it has ended.
        """
        if self._task is None or self._task.done():
            raise Unavailable("the live feed has stopped")

    @property
    def full(self) -> bool:
        """Whether there are as many clients as there may be."""
        return len(self._clients) >= MOST_CLIENTS

    @property
    def newest(self) -> Place | None:
        """The place of the last change that was told; None before the stream was read."""
        return self._ring.newest

    async def join(self, principal: Principal, cursor: str | None) -> Client:
        """A new client, which is told what it may see and has missed since the place that its cursor names."""
        place = place_of(cursor) if cursor is not None else None
        if place is not None:
            await self._reach(place)
        missed = self._ring.since(place) if place is not None else None
        client = Client(principal)
        if cursor is not None and missed is None:
            client.reset()
            self.metrics.live_resets.labels("behind").inc()
        for told in missed or ():
            agents = self._agents_for(told.entry)
            if agents is None or client.agent_id is None or client.agent_id in agents:
                client.tell(told)
        self._clients.add(client)
        self.metrics.live_clients.set(len(self._clients))
        return client

    def leave(self, client: Client) -> None:
        """The client is gone."""
        self._clients.remove(client)
        self.metrics.live_clients.set(len(self._clients))

    async def dismiss(self) -> None:
        """End all clients; they come back to whoever is there."""
        for client in self._clients:
            client.close()

    async def _reach(self, place: Place) -> None:
        """Wait a little for a place that another console has read already."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REACH_S):
                while not self._ring.has(place):
                    await self._turned.wait()

    # --- reading

    async def _keep_reading(self) -> None:
        while True:
            try:
                await self._read()
            except Unavailable as error:
                log.warning("live.waiting", reason=str(error))
            except Exception:
                # The boundary of the loop: a console that stops listening would keep its browsers in the dark.
                log.exception("live.failed")
            await asyncio.sleep(RETRY_S)

    async def _read(self) -> None:
        newest, end = self.newest, await self._end()
        if newest is None or newest.offset > end.offset:
            # A place that lies ahead is of a stream that was deleted; to wait there would be to wait for long.
            await self._read_anew(end, again=newest is not None)
            return
        async with self._stream.read(newest.offset + 1) as reader:
            # While this console was cut off, others may have been, and what they had to tell is lost.
            self._tell(Place(newest.offset, newest.number + 1), self._reset())
            await self._follow(reader)

    async def _read_anew(self, end: Place, *, again: bool) -> None:
        async with self._stream.read(self._clock() - LOOK_BACK) as reader:
            first = await reader.next(QUIET_S)
            floor = end if first is None else _before(first)
            self._ring.begin(floor)
            if again:
                self._tell(floor, self._reset())
            if first is not None:
                self._take(first)
            log.info("live.listening", place=str(self.newest))
            await self._follow(reader)

    async def _end(self) -> Place:
        """Where the stream ends, or ended a moment ago: while more is written there is no end to be waited for."""
        end = BEGINNING
        async with self._stream.read("last") as reader:
            until = time.monotonic() + MOST_LAST_S
            while time.monotonic() < until and (entry := await reader.next(QUIET_S)):
                end = Place(entry.offset, max(0, len(_bundle(entry)) - 1))
        return end

    async def _follow(self, reader: LogReader) -> None:
        while True:
            entry = await reader.next(WAIT_S)
            if entry is not None:
                self._take(entry)

    def _take(self, entry: LogEntry) -> None:
        if self.newest is not None and Place(entry.offset, 0) <= self.newest:
            return  # a reading from a moment on may begin before it
        for number, change in enumerate(_bundle(entry) or [self._reset()]):
            self._tell(Place(entry.offset, number), change)
        self._turned.set()
        self._turned = asyncio.Event()

    def _tell(self, place: Place, change: LiveEntry) -> None:
        told = Told(place, change, _frame(place, change))
        self._ring.add(told)
        clients = list(self._clients.who_see(self._agents_for(change)))
        slow = sum(client.tell(told) for client in clients)
        if slow:
            self.metrics.live_resets.labels("slow").inc(slow)
        if change.kind is LiveKind.RESET:
            self.metrics.live_resets.labels("missed").inc(len(clients))

    def _agents_for(self, change: LiveEntry) -> frozenset[str] | None:
        if self._configuration.current is not self._belonging.configuration:
            self._belonging = Belonging(self._configuration.current)
        return self._belonging.agents_for(change)

    def _reset(self) -> LiveEntry:
        return LiveEntry(kind=LiveKind.RESET, id="", at=self._clock())


def _before(entry: LogEntry) -> Place:
    return Place(entry.offset, -1) if entry.offset else BEGINNING


def _bundle(entry: LogEntry) -> list[LiveEntry]:
    """The changes of a bundle; none where it cannot be read."""
    try:
        return LIVE_ENTRIES.validate_json(entry.body)
    except ValidationError as error:
        log.warning("live.unreadable", offset=entry.offset, faults=error.error_count())
        return []


def _frame(place: Place, change: LiveEntry) -> bytes:
    shown = change.model_dump_json(include=_PUBLIC, exclude_none=True)
    return f"id: {place}\nevent: change\ndata: {shown}\n\n".encode()
