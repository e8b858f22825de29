"""Sessions of people who signed in. Of the token that opens one only a hash is kept: who reads the database cannot use
it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.access import Session
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document

SESSIONS = "sessions"
INDEXES: Indexes = {
    SESSIONS: [
        IndexModel("token_hash", unique=True, name="of_token"),
        IndexModel([("user_id", ASCENDING), ("seen_at", DESCENDING)], name="of_user"),
        IndexModel([("seen_at", DESCENDING), ("_id", ASCENDING)], name="by_time"),
        IndexModel("expires_at", name="expiring"),
    ]
}
SEEN_EVERY = timedelta(seconds=60)
"""How exact `seen_at` is: it is not written more often."""


def hash_of(token: str) -> str:
    """What is kept of a token that has too many random bits to be guessed."""
    return sha256(token.encode(errors="surrogateescape")).hexdigest()


class SessionStore:
    """Reads and writes of sessions. Every method raises `Unavailable` while MongoDB is away.

    Args:
        idle: after how long without a request a session is over.
    """

    def __init__(self, store: Store, idle: timedelta) -> None:
        self._collection = store.database[SESSIONS]
        self._idle = idle

    async def add(self, session: Session, token: str) -> None:
        """Begin one, and forget those of anybody that have expired by then."""
        with store_errors():
            await self._collection.delete_many({"expires_at": {"$lte": session.created_at}})
            await self._collection.insert_one({**to_document(session), "token_hash": hash_of(token)})

    async def opened(self, token: str, now: datetime, *, active: bool = True) -> Session | None:
        """The session that a token opens, noted as seen now if it is active; None when it is over, or there is none."""
        with store_errors():
            document = await self._collection.find_one({"token_hash": hash_of(token), **self._running(now)})
            if document is None:
                return None
            if active and now - document["seen_at"] >= SEEN_EVERY:
                await self._collection.update_one({"_id": document["_id"]}, {"$max": {"seen_at": now}})
        return from_document(Session, document)

    async def find(
        self, user_id: str | None, now: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Session]:
        """Sessions that go on, of one user or all, the last seen first; `after` as of other lists by time."""
        query: Document = self._running(now) | ({} if user_id is None else {"user_id": user_id})
        if after is not None:
            at, last = after
            query = {"$and": [query, {"$or": [{"seen_at": {"$lt": at}}, {"seen_at": at, "_id": {"$gt": last}}]}]}
        with store_errors():
            cursor = self._collection.find(query).sort([("seen_at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
            return [from_document(Session, document) async for document in cursor]

    async def end(self, session_id: str, user_id: str | None = None) -> Session | None:
        """End one, if it is this user's; None when there is none."""
        query = {"_id": session_id} if user_id is None else {"_id": session_id, "user_id": user_id}
        with store_errors():
            document = await self._collection.find_one_and_delete(query)
        return from_document(Session, document) if document else None

    async def end_all(self, user_ids: Sequence[str], but: str | None = None) -> int:
        """End every session of these users, but one; how many that were."""
        with store_errors():
            query = {"user_id": {"$in": list(user_ids)}, "_id": {"$ne": but}}
            return (await self._collection.delete_many(query)).deleted_count

    def _running(self, now: datetime) -> Document:
        return {"expires_at": {"$gt": now}, "seen_at": {"$gt": now - self._idle}}
