"""Bulk writes that may find their documents there already."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import BulkWriteError

from runtime.store.client import Document

DUPLICATE_KEY = 11000


def duplicates(error: BulkWriteError) -> list[int]:
    """The places in a batch at which something was there already; any other fault is raised again."""
    faults: list[Document] = error.details["writeErrors"]
    if any(fault["code"] != DUPLICATE_KEY for fault in faults) or error.details.get("writeConcernErrors"):
        raise error
    return [int(fault["index"]) for fault in faults]


@contextmanager
def only_duplicates() -> Iterator[None]:
    """Let a bulk write pass whose only faults are documents that were there already."""
    try:
        yield
    except BulkWriteError as error:
        duplicates(error)
