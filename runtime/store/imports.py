"""Imports of files: the files while they are needed, how far they have come, and the rows that they rejected.

Who runs an import says so again with every batch. One that was silent for too long has died: it is marked as
interrupted, and whoever takes it up again becomes its runner, so that the earlier one, should it wake, has no say.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from contracts.errors import Conflict, NotFound
from contracts.imports import FileImport, ImportKind, ImportState, RejectedRow
from runtime.clock import Clock
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.duplicates import only_duplicates

IMPORTS, FILES, REJECTED = "imports", "imports.files", "imports.rejected"
KEPT = timedelta(days=30)
"""For how long an import can be looked at, and an interrupted one be taken up again."""
SILENCE = timedelta(seconds=60)
"""After how long a runner that says nothing is dead."""
_RUNNING = ImportState.RUNNING.value
_TARGETS = {ImportKind.CONTACTS: "list", ImportKind.RULES: "whitelist"}

INDEXES: Indexes = {
    IMPORTS: [
        IndexModel(
            [("target_id", ASCENDING), ("kind", ASCENDING)],
            unique=True,
            partialFilterExpression={"state": _RUNNING},
            name="one_running_per_target",
        ),
        IndexModel([("target_id", ASCENDING), ("kind", ASCENDING), ("started_at", DESCENDING)], name="of_target"),
        IndexModel("started_at", expireAfterSeconds=int(KEPT.total_seconds()), name="expiry"),
    ],
    FILES: [IndexModel("at", expireAfterSeconds=int(KEPT.total_seconds()), name="expiry")],
    REJECTED: [IndexModel("at", expireAfterSeconds=int(KEPT.total_seconds()), name="expiry")],
}


class ImportStore:
    """Reads and writes of imports. All methods raise `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._imports = store.database[IMPORTS]
        self._files = store.database[FILES]
        self._rejected = store.database[REJECTED]

    async def keep(self, import_id: str, number: int, part: bytes) -> None:
        """Keep a part of the file; parts are numbered from 0."""
        with store_errors():
            await self._files.insert_one({"_id": _numbered(import_id, number), "part": part, "at": self._clock()})

    async def part(self, import_id: str, number: int) -> bytes | None:
        """A part of the file; None behind the last."""
        with store_errors():
            document = await self._files.find_one({"_id": _numbered(import_id, number)})
        return document["part"] if document else None

    async def discard(self, import_id: str) -> None:
        """Delete the file."""
        with store_errors():
            await self._files.delete_many(_of(import_id))

    async def start(self, asked: FileImport, runner: str) -> FileImport:
        """Begin an import whose file is kept; as it is kept itself.

        Raises:
            Conflict: another one is running into the same list or whitelist.
        """
        now = self._clock()
        new = asked.model_copy(update={"started_at": now, "beat_at": now})
        try:
            with store_errors():
                await self._imports.insert_one({**to_document(new), "runner": runner})
        except DuplicateKeyError:
            raise busy(new.kind, new.target_id) from None
        return new

    async def resume(self, import_id: str, runner: str) -> FileImport:
        """Become the runner of an import that was interrupted.

        Raises:
            NotFound: there is no such import.
            Conflict: it is not interrupted, or another one is running into the same list or whitelist.
        """
        taken = {"state": _RUNNING, "runner": runner, "beat_at": self._clock(), "reason": ""}
        try:
            with store_errors():
                document = await self._imports.find_one_and_update(
                    {"_id": import_id, "state": ImportState.INTERRUPTED.value},
                    {"$set": taken},
                    return_document=ReturnDocument.AFTER,
                )
        except DuplicateKeyError:
            stopped = await self.get(import_id)
            raise busy(stopped.kind, stopped.target_id) from None
        if document is None:
            raise Conflict(f"the import is {(await self.get(import_id)).state}, not interrupted")
        return from_document(FileImport, document)

    async def advance(
        self,
        import_id: str,
        runner: str,
        records: int,
        counts: Counter[str],
        rejected: Sequence[RejectedRow],
    ) -> bool:
        """Say how far an import has come; whether it is still this runner's."""
        now = self._clock()
        if rejected:
            documents = [{"_id": _numbered(import_id, row.row), **to_fields(row), "at": now} for row in rejected]
            with store_errors(), only_duplicates():
                await self._rejected.insert_many(documents, ordered=False)
        with store_errors():
            result = await self._imports.update_one(
                {"_id": import_id, "runner": runner, "state": _RUNNING},
                {"$set": {"records": records, "beat_at": now}, "$inc": dict(counts)},
            )
        return result.matched_count == 1

    async def settle(self, import_id: str, runner: str, state: ImportState, reason: str = "") -> None:
        """Say how an import of this runner ended, or that it stopped."""
        with store_errors():
            await self._imports.update_one(
                {"_id": import_id, "runner": runner, "state": _RUNNING},
                {"$set": {"state": state.value, "reason": reason, "finished_at": self._clock()}},
            )

    async def running(self, kind: ImportKind, target_id: str) -> bool:
        """Whether an import is running into a list or whitelist."""
        await self._mark_dead()
        wanted = {"target_id": target_id, "kind": kind.value, "state": _RUNNING}
        with store_errors():
            return await self._imports.find_one(wanted) is not None

    async def get(self, import_id: str) -> FileImport:
        """One import.

        Raises:
            NotFound: there is none, or not any more.
        """
        await self._mark_dead()
        with store_errors():
            document = await self._imports.find_one({"_id": import_id})
        if document is None:
            raise NotFound(f"there is no import {import_id}")
        return from_document(FileImport, document)

    async def of_target(self, kind: ImportKind, target_id: str, limit: int) -> list[FileImport]:
        """The imports into a list or whitelist, the latest first."""
        await self._mark_dead()
        with store_errors():
            found = self._imports.find({"target_id": target_id, "kind": kind.value})
            found = found.sort("started_at", DESCENDING).limit(limit)
            return [from_document(FileImport, document) async for document in found]

    async def rejected(self, import_id: str) -> AsyncIterator[RejectedRow]:
        """The rows that were rejected, in their order."""
        with store_errors():
            async for document in self._rejected.find(_of(import_id)).sort("_id", ASCENDING):
                yield RejectedRow(row=document["row"], cells=tuple(document["cells"]), reason=document["reason"])

    async def _mark_dead(self) -> None:
        dead = {"state": _RUNNING, "beat_at": {"$lt": self._clock() - SILENCE}}
        reason = "the process that ran it died"
        with store_errors():
            await self._imports.update_many(dead, {"$set": {"state": ImportState.INTERRUPTED.value, "reason": reason}})


def to_fields(row: RejectedRow) -> Document:
    """A rejected row as the fields of a document."""
    return {"row": row.row, "cells": list(row.cells), "reason": row.reason}


def _numbered(import_id: str, number: int) -> str:
    return f"{import_id}:{number:09d}"


def _of(import_id: str) -> Document:
    """Everything that is numbered within an import; ids hold no colon."""
    return {"_id": {"$gt": f"{import_id}:", "$lt": f"{import_id};"}}


def busy(kind: ImportKind, target_id: str) -> Conflict:
    """What is wrong when another import is running into the same list or whitelist."""
    return Conflict(f"another import is running in the {_TARGETS[kind]} {target_id}")
