"""Imports of CSV files: what they are, how far they have come, and what they did not take."""

from enum import StrEnum

from contracts.base import Count, Id, Instant, Value


class ImportKind(StrEnum):
    """What the rows of a file are."""

    CONTACTS = "contacts"
    RULES = "rules"


class ImportState(StrEnum):
    """Where an import stands. An interrupted one can be taken up again, a failed one cannot."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class FileImport(Value):
    """An import of a CSV file: of contacts into a list, or of rules into a whitelist, whose id `target_id` is.

    `records` are the records of the file that were gone through, blank ones included: where it is taken up again.
    `read` are the rows among them, each of which was one of the other four. `reason` says why it failed or stopped.
    """

    id: Id
    kind: ImportKind
    target_id: Id
    state: ImportState = ImportState.RUNNING
    region: str = ""
    delimiter: str
    header: tuple[str, ...]
    records: Count = 0
    read: Count = 0
    created: Count = 0
    updated: Count = 0
    unchanged: Count = 0
    rejected: Count = 0
    started_at: Instant | None = None
    beat_at: Instant | None = None
    finished_at: Instant | None = None
    reason: str = ""


class RejectedRow(Value):
    """A row that was not taken: its number in the file, whose header is row 1, its cells, and which rule it breaks."""

    row: Count
    cells: tuple[str, ...]
    reason: str
