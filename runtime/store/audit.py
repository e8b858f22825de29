"""The audit log: written together with the change that it tells of, or right after an operation; never altered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorDatabase
from pydantic import BaseModel
from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.audit import AuditEntry
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.transactions import transaction

AUDIT = "audit"
# Ids of one process rise: they tell what came first within a millisecond.
_BY_TIME = [("at", DESCENDING), ("_id", DESCENDING)]
INDEXES: Indexes = {
    AUDIT: [
        IndexModel(_BY_TIME, name="by_time"),
        IndexModel([("kind", ASCENDING), ("subject", ASCENDING), *_BY_TIME], name="by_subject"),
        IndexModel([("actor_id", ASCENDING), *_BY_TIME], name="by_actor"),
    ]
}
V = TypeVar("V", bound=BaseModel)
Step = Callable[[V | None], V | None]
"""What a value becomes; None: there is none, before or after. It may be called more than once."""
Witness = Callable[[V | None, V | None], AuditEntry]
"""What is to be recorded of a value before and after."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries: of a kind, about one subject, by somebody, from `since` on and before `until`."""

    kind: str | None = None
    subject: str | None = None
    actor_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def document(self) -> Document:
        """The query as MongoDB takes it."""
        wanted: Document = {name: getattr(self, name) for name in ("kind", "subject", "actor_id", "action")}
        query = {name: value for name, value in wanted.items() if value is not None}
        times = {"$gte": self.since, "$lt": self.until}
        if span := {name: moment for name, moment in times.items() if moment is not None}:
            query["at"] = span
        return query


class AuditLog:
    """Writes and reads entries. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database

    async def add(self, entry: AuditEntry) -> None:
        """Record what has been done."""
        with store_errors():
            await self._db[AUDIT].insert_one(to_document(entry))

    async def find(self, limit: int, query: AuditQuery, after: tuple[datetime, str] | None = None) -> list[AuditEntry]:
        """Entries, the latest first; `after` is time and id of the last one of the page before."""
        wanted = query.document()
        if after is not None:
            at, entry_id = after
            wanted = {"$and": [wanted, {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": entry_id}}]}]}
        with store_errors():
            cursor = self._db[AUDIT].find(wanted).sort(_BY_TIME).limit(limit)
            return [from_document(AuditEntry, document) async for document in cursor]


async def record(
    database: AsyncIOMotorDatabase[Document], entries: Sequence[AuditEntry], session: AsyncIOMotorClientSession
) -> None:
    """Record what a transaction changes, as a part of it."""
    if entries:
        await database[AUDIT].insert_many([to_document(entry) for entry in entries], session=session)


async def change_recorded(
    database: AsyncIOMotorDatabase[Document],
    collection: str,
    model: type[V],
    value_id: str,
    step: Step[V],
    witness: Witness[V],
    document_of: Callable[[V], Document] = to_document,
) -> tuple[V | None, V | None]:
    """Create, change or delete one value and record that, both or neither; the value before and after.

    Raises:
        pymongo.errors.DuplicateKeyError: a unique index refuses it.
        Unavailable: MongoDB is away, or others were faster every time.
    """

    async def attempt(session: AsyncIOMotorClientSession) -> tuple[V | None, V | None]:
        found = await database[collection].find_one({"_id": value_id}, session=session)
        before = from_document(model, found) if found else None
        after = step(before)
        if after is None:
            await database[collection].delete_one({"_id": value_id}, session=session)
        else:
            kept = {"_id": value_id}
            await database[collection].replace_one(kept, document_of(after), upsert=True, session=session)
        await record(database, [witness(before, after)], session)
        return before, after

    return await transaction(database, attempt)
