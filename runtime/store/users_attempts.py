"""How often somebody has tried to sign in: counted in the database, so that several consoles agree.

What is counted is kept under a hash: names that were typed may be passwords.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from runtime.store.client import Document, Indexes, Store, store_errors

ATTEMPTS = "sign_in_attempts"
INDEXES: Indexes = {ATTEMPTS: [IndexModel("until", name="ending")]}


class AttemptStore:
    """Counts attempts within windows of time. Every method raises `Unavailable` while MongoDB is away.

    Args:
        window: how long a window is; it begins with its first attempt.
    """

    def __init__(self, store: Store, window: timedelta) -> None:
        self._collection = store.database[ATTEMPTS]
        self._window = window

    async def count(self, what: str, value: str, most: int, now: datetime) -> datetime | None:
        """Count an attempt on a value (a name, an address); when the next one is let through, if this one is not."""
        until = now + self._window
        over = {"$lte": [{"$ifNull": ["$until", now]}, now]}
        fields = {
            "count": {"$cond": [over, 1, {"$add": ["$count", 1]}]},
            "until": {"$cond": [over, until, "$until"]},
        }
        document = await self._update(_key(what, value), [{"$set": fields}])
        return document["until"] if document["count"] > most else None

    async def _update(self, key: str, update: list[Document]) -> Document:
        with store_errors():
            for _ in range(2):  # two who are the first at the same time: one of them inserts, the other finds
                try:
                    found: Document = await self._collection.find_one_and_update(
                        {"_id": key}, update, upsert=True, return_document=ReturnDocument.AFTER
                    )
                except DuplicateKeyError:
                    continue
                return found
        raise AssertionError("what cannot be inserted is there to be found")

    async def over(self, what: str, value: str, most: int, now: datetime) -> datetime | None:
        """When the next attempt on a value is let through, if there were so many already; this one is not counted."""
        with store_errors():
            document = await self._collection.find_one({"_id": _key(what, value), "until": {"$gt": now}})
        return document["until"] if document is not None and document["count"] >= most else None

    async def forget(self, what: str, value: str, now: datetime) -> None:
        """Count from zero again; windows that have ended are swept away with it."""
        with store_errors():
            await self._collection.delete_many({"$or": [{"_id": _key(what, value)}, {"until": {"$lte": now}}]})


def _key(what: str, value: str) -> str:
    return sha256(f"{what}:{value}".encode(errors="surrogateescape")).hexdigest()
