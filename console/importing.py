"""Imports at work, beside the requests that began them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from console.records import Record, Records, Unreadable
from console.rule_sheets import rule_columns_of
from console.sheets import REJECTED, columns_of
from contracts.base import new_id
from contracts.errors import ConfigurationFault, NotFound, Unavailable
from contracts.imports import FileImport, ImportKind, ImportState, RejectedRow
from runtime.logging import get_logger
from runtime.store.contact_batches import ContactBatches
from runtime.store.imports import ImportStore
from runtime.store.whitelists import WhitelistRules

log = get_logger(__name__)

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

BATCH = 500
HEADER = 1
"""Records that are none of the rows."""
RETRY_S = 1.0
_FAULT = "an error of ours, which is in the log"


class Superseded(Exception):
    """Somebody else runs this import now."""


class Columns(Protocol[R_co]):
    """The columns of a file: their names, in its order, and what a row says."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the header gives them."""

    def row_of(self, cells: Sequence[str]) -> R_co:
        """What a row says.

        Raises:
            ConfigurationFault: it breaks a rule.
        """


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """What distinguishes one kind of import.

    `columns` are those that a header and a region make. `lay` writes rows into a list or whitelist and counts what
    became of them; the same rows may come any number of times. It raises `NotFound` when that has been deleted.
    """

    columns: Callable[[Sequence[str], str], Columns[R]]
    lay: Callable[[str, Sequence[R]], Awaitable[Mapping[Any, int]]]


def kinds_of(contacts: ContactBatches, rules: WhitelistRules) -> dict[ImportKind, Kind[Any]]:
    """The kinds of import that there are."""
    return {
        ImportKind.CONTACTS: Kind(columns_of, contacts.lay),
        ImportKind.RULES: Kind(rule_columns_of, rules.lay),
    }


class Importer:
    """Runs imports in the background. A part of the process: what is running when it stops can be taken up again."""

    def __init__(self, imports: ImportStore, kinds: Mapping[ImportKind, Kind[Any]]) -> None:
        self.name = new_id()
        self.kinds = kinds
        self._imports = imports
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing: imports begin when somebody asks for them."""

    async def stop(self) -> None:
        """Interrupt what is running."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def run(self, job: FileImport) -> None:
        """Run an import that this process is the runner of."""
        task = asyncio.create_task(self._run(job), name=f"import-{job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: FileImport) -> None:
        log.info("import.started", id=job.id, kind=job.kind, target=job.target_id, records=job.records)
        try:
            state, reason = await self._outcome(job)
            await patiently(job.id, partial(self._settled, job, state, reason))
        except asyncio.CancelledError:
            with contextlib.suppress(Unavailable):
                reason = "the process that ran it was stopped"
                await self._imports.settle(job.id, self.name, ImportState.INTERRUPTED, reason)
            raise
        log.info("import.ended", id=job.id, state=state, reason=reason)

    async def _outcome(self, job: FileImport) -> tuple[ImportState, str]:
        try:
            await self._through(job)
        except (Unreadable, NotFound) as error:
            return ImportState.FAILED, str(error)
        except Superseded:
            return ImportState.INTERRUPTED, "somebody else took it up"
        except Exception:
            log.exception("import.failed", id=job.id)
            return ImportState.INTERRUPTED, _FAULT
        return ImportState.DONE, ""

    async def _settled(self, job: FileImport, state: ImportState, reason: str) -> None:
        await self._imports.settle(job.id, self.name, state, reason)
        if state is not ImportState.INTERRUPTED:
            await self._imports.discard(job.id)

    async def _through(self, job: FileImport) -> None:
        """Go through the file, past what was gone through before."""
        file, columns = Records(job.delimiter), self.kinds[job.kind].columns(job.header, job.region)
        number = 0
        while (part := await patiently(job.id, partial(self._imports.part, job.id, number))) is not None:
            await self._take(job, columns, await asyncio.to_thread(file.feed, part))
            number += 1
        await self._take(job, columns, file.close())

    async def _take(self, job: FileImport, columns: Columns[Any], records: Sequence[Record]) -> None:
        left = iter([record for record in records if record.number > HEADER + job.records])
        while batch := list(islice(left, BATCH)):
            await self._lay(job, columns, batch)

    async def _lay(self, job: FileImport, columns: Columns[Any], batch: Sequence[Record]) -> None:
        accepted, rejected = await asyncio.to_thread(sorted_out, columns, batch)

        async def attempt() -> bool:
            counts: Counter[str] = Counter(await self.kinds[job.kind].lay(job.target_id, accepted))
            counts.update(read=len(accepted) + len(rejected), rejected=len(rejected))
            gone_through = batch[-1].number - HEADER
            return await self._imports.advance(job.id, self.name, gone_through, counts, rejected)

        if not await patiently(job.id, attempt):
            raise Superseded


async def patiently(import_id: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """What an attempt comes to, tried again for as long as the database is away."""
    while True:
        try:
            return await attempt()
        except Unavailable as error:
            log.warning("import.waiting", id=import_id, reason=str(error))
            await asyncio.sleep(RETRY_S)


def sorted_out(columns: Columns[R], records: Sequence[Record]) -> tuple[list[R], list[RejectedRow]]:
    """What the records say, and which break a rule; blank ones are neither."""
    accepted, rejected = [], []
    for record in records:
        if not any(record.cells):
            continue
        try:
            accepted.append(_row(columns, record))
        except ConfigurationFault as fault:
            cells = tuple(_own(columns, record))
            rejected.append(RejectedRow(row=record.number, cells=cells, reason=str(fault)))
    return accepted, rejected


def _row(columns: Columns[R], record: Record) -> R:
    if record.fault:
        raise ConfigurationFault("row", record.fault)
    return columns.row_of(record.cells)


def _own(columns: Columns[Any], record: Record) -> Iterator[str]:
    """The cells without those that a file of rejected rows had put before them."""
    names = columns.names if not record.fault else ()
    for place, cell in enumerate(record.cells):
        if place >= len(names) or names[place] not in REJECTED:
            yield cell
