"""The journal of one gateway: appended to with one fsync for all who wait, read from its oldest record on, forgotten.

Everything that touches the disk runs on one thread of its own, in the order in which it was asked for. In memory are
what waits for the disk and the one segment that is being read, never the backlog.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from contracts.errors import Unavailable
from gateway.receive.journal.directory import JournalDirectory
from gateway.receive.journal.records import Damaged, Kind, Record, encode, scan
from gateway.receive.journal.segments import Segment
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.metrics import Metrics

log = get_logger(__name__)
T = TypeVar("T")

SEGMENT_BYTES = 2**20
"""Where a segment ends. A larger one means more to publish again after a crash in the middle of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of a segment that are not drained, in order, and how far they reach."""

    segment: Segment
    upto: int
    records: tuple[Record, ...]
    damaged: int


Waiting = tuple[bytes, asyncio.Future[None]]


class Journal:
    """A part of the gateway; `directory` is locked already.

    Args:
        most_bytes: how large it may become; what comes then is refused.
        gather_s: how long what comes is gathered for the next fsync. With 0 one follows the other, and the disk has
            hardly time for anything else.
    """

    def __init__(
        self, directory: JournalDirectory, most_bytes: int, metrics: Metrics, clock: Clock, gather_s: float = 0.0
    ) -> None:
        self.path = directory.path
        self.written = asyncio.Event()
        self._directory = directory
        self._most_bytes = most_bytes
        self._metrics = metrics
        self._clock = clock
        self._gather_s = gather_s
        self._segments: deque[Segment] = deque()
        self._current: Segment | None = None
        self._waiting: list[Waiting] = []
        self._coming = 0
        self._committing: asyncio.Task[None] | None = None
        self._oldest_ms: int | None = None
        self._thread = ThreadPoolExecutor(1, "journal")

    def show(self) -> None:
        """Have size and age of this journal among the process's figures: of the one at the door, that is."""
        self._metrics.journal_bytes.set_function(lambda: self.size)
        self._metrics.journal_oldest_seconds.set_function(lambda: self.age)

    async def start(self) -> None:
        """Find what an earlier process has left.

        Raises:
            SetupFault, Unavailable: it cannot be read.
        """
        self._segments.extend(await self._on_disk(self._directory.segments))
        if self._segments:
            await self.read()  # tells how old it is
            self.written.set()
            log.warning("journal.found", directory=str(self.path), bytes=self.size)

    async def stop(self) -> None:
        """Write what waits, and let go of the directory."""
        if self._committing is not None:
            await self._committing
        self._thread.shutdown()
        for segment in self._segments:
            segment.close()
        self._directory.release()

    @property
    def empty(self) -> bool:
        """Whether nothing is in it, nor on its way into it."""
        return not (self._segments or self._coming)

    @property
    def size(self) -> int:
        """Bytes that are not drained."""
        return sum(segment.left for segment in tuple(self._segments))  # the thread may append meanwhile

    @property
    def coming(self) -> int:
        """Bytes that wait for the disk."""
        return self._coming

    @property
    def age(self) -> float:
        """Of the oldest record, in seconds; 0 when there is none."""
        return 0.0 if self._oldest_ms is None else max(0, self._now_ms() - self._oldest_ms) / 1000

    def figures(self) -> dict[str, float]:
        """What is to be known of it elsewhere: its size and its limit in bytes, and the age of its oldest record."""
        return {"bytes": self.size, "most_bytes": self._most_bytes, "oldest_s": round(self.age, 1)}

    async def append(self, kind: Kind, bodies: Sequence[bytes]) -> None:
        """Return when all of these are on the disk, in this order and behind all that was appended before.

        Raises:
            Unavailable: they are not; the disk is full, say, or the journal is.
        """
        await self.submit(kind, bodies)
        self._metrics.journaled.labels(kind.name.lower()).inc(len(bodies))

    def submit(self, kind: Kind, bodies: Sequence[bytes]) -> asyncio.Future[None]:
        """The same at once: it is done when these are on the disk, behind all that was submitted before.

        Raises:
            Unavailable: the journal is full.
        """
        at_ms = self._now_ms()
        data = b"".join([encode(Record(kind, at_ms, body)) for body in bodies])
        if self.size + self._coming + len(data) > self._most_bytes:
            raise Unavailable(f"the journal holds all of its {self._most_bytes} bytes")
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((data, written))
        self._coming += len(data)
        if self._oldest_ms is None:
            self._oldest_ms = at_ms
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        return written

    async def read(self) -> Reading | None:
        """What the oldest segment holds; None when there is nothing.

        Raises:
            Unavailable: the disk cannot be read.
        """
        if not self._segments and self._committing is not None:
            await asyncio.shield(self._committing)
        if not self._segments:
            return None
        segment = self._segments[0]
        try:
            data = await self._on_disk(segment.read)
        except OSError as error:
            raise Unavailable(f"the journal cannot be read: {error.strerror}") from error
        found = list(scan(data))
        records = tuple(one for one in found if isinstance(one, Record))
        if records:
            self._oldest_ms = records[0].at_ms
        damaged = sum(one.length for one in found if isinstance(one, Damaged))
        return Reading(segment, segment.drained + len(data), records, damaged)

    async def forget(self, reading: Reading) -> None:
        """What was read is with the broker; a segment that holds nothing else is taken away."""
        if reading.damaged:
            self._metrics.journal_damaged.inc(reading.damaged)
            log.error("journal.damaged", segment=reading.segment.path.name, bytes=reading.damaged)
        try:
            await self._on_disk(partial(self._forget, reading))
        except OSError as error:
            # Nothing is lost by it: at worst the next process publishes again what is known to the broker.
            log.error("journal.forgetting_failed", segment=reading.segment.path.name, reason=error.strerror)
        if not self._segments:
            self._oldest_ms = None

    async def check(self) -> None:
        """Return when the journal can be written to.

        Raises:
            Unavailable: it cannot.
        """
        if self.size >= self._most_bytes:
            raise Unavailable(f"the journal holds all of its {self._most_bytes} bytes")
        try:
            await self._on_disk(self._directory.try_out)
        except OSError as error:
            raise _unwritable(error) from error

    async def _commit(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._gather_s)
            batch, self._waiting = self._waiting, []
            failure: Unavailable | None = None
            try:
                with self._metrics.journal_commit_seconds.time():
                    await self._on_disk(partial(self._write, [data for data, _ in batch]))
            except OSError as error:
                failure = _unwritable(error)
                log.error("journal.unwritable", reason=error.strerror)
            except Exception:
                # Whatever it is: who waits must hear of it, and the next write must be tried.
                log.exception("journal.write_failed")
                failure = Unavailable("the journal could not be written")
            self._coming -= sum(len(data) for data, _ in batch)
            for _, written in batch:
                _tell(written, failure)
            if self._segments:
                self.written.set()
            elif self.empty:
                self._oldest_ms = None
        self._committing = None

    # --- on the journal's own thread

    def _write(self, batch: list[bytes]) -> None:
        for run in _runs(batch):
            segment = self._with_room(len(run))
            # What the disk holds of a file whose fsync failed is uncertain: nothing is written behind it.
            self._current = None
            try:
                segment.append(run)
            except OSError:
                if not segment.left:
                    segment.delete()
                raise
            if segment not in self._segments:
                self._segments.append(segment)
            self._current = segment

    def _with_room(self, size: int) -> Segment:
        if self._current is None or self._current.size + size > SEGMENT_BYTES:
            return self._directory.create()
        return self._current

    def _forget(self, reading: Reading) -> None:
        segment = reading.segment
        if segment.size > reading.upto:
            segment.forget(reading.upto)
            return
        self._segments.remove(segment)
        if segment is self._current:
            self._current = None
        if reading.damaged:
            segment.set_aside()
        else:
            segment.delete()

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)


def _runs(batch: list[bytes]) -> Iterator[bytes]:
    """What is written together: as much as goes into a segment, in order."""
    run: list[bytes] = []
    size = 0
    for data in batch:
        if run and size + len(data) > SEGMENT_BYTES:
            yield b"".join(run)
            run, size = [], 0
        run.append(data)
        size += len(data)
    yield b"".join(run)


def _tell(written: asyncio.Future[None], failure: Unavailable | None) -> None:
    if written.done():
        return  # who waited was cancelled
    if failure is None:
        written.set_result(None)
    else:
        written.set_exception(failure)
        written.exception()  # looked at here: who waits may wait for another one first


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(f"the journal cannot be written: {error.strerror}")
