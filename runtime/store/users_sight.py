"""What of other people's conversations an agent gets to see: through which interactions, and which files are theirs."""

from collections.abc import Collection
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from contracts.access import Sight
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES

UPLOADERS = "uploaders"
FILE_FIELDS = ("file.id", "sending.file_id", "sending.header_media.file_id")
INDEXES: Indexes = {
    MESSAGES: [IndexModel([(field, ASCENDING)], sparse=True, name=f"of_{field}") for field in FILE_FIELDS],
}


def within(sight: Sight) -> Document:
    """The interactions that an agent sees, as a query: each of its branches has an index (`interaction_lists`), so that
    a page is put together from their beginnings."""
    # That there is a first one goes without saying, but tells that the index of offers will do.
    offered = {"offered_to": sight.agent_id, "offered_to.0": {"$exists": True}}
    shared = {"account_id": sight.accounts, "queue_id": sight.queues}
    seen = [{field: {"$in": list(values)}} for field, values in shared.items() if values]
    return {"$or": [{"owner": sight.agent_id}, offered, *seen]}


class SightStore:
    """Answers whether an agent sees something. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database

    async def uploaded(self, file_id: str, user_id: str, now: datetime) -> None:
        """Remember who uploaded a file."""
        with store_errors():
            await self._db[UPLOADERS].insert_one({"_id": file_id, "user_id": user_id, "at": now})

    async def sees_conversation(self, sight: Sight, conversations: Collection[str]) -> bool:
        """Whether an interaction of one of these conversations is seen."""
        query = {"$and": [{"conversation": {"$in": list(conversations)}}, within(sight)]}
        with store_errors():
            return await self._db[INTERACTIONS].find_one(query, {"_id": 1}) is not None

    async def sees_file(self, sight: Sight, user_id: str, file_id: str) -> bool:
        """Whether a user uploaded a file, or it stands in an interaction that is seen."""
        with store_errors():
            if await self._db[UPLOADERS].find_one({"_id": file_id, "user_id": user_id}, {"_id": 1}) is not None:
                return True
            named = {"$or": [{field: file_id} for field in FILE_FIELDS]}
            interactions = await self._db[MESSAGES].distinct("interaction_id", named)
            query = {"$and": [{"_id": {"$in": interactions}}, within(sight)]}
            return await self._db[INTERACTIONS].find_one(query, {"_id": 1}) is not None
