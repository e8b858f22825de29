"""The files of customers' messages: which are still to be fetched, and what became of each."""

from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from contracts.stored import FileState, StoredFile, StoredMessage
from runtime.store.client import Indexes, Store, store_errors
from runtime.store.collections import MESSAGES
from runtime.store.documents import from_document, plain

_PENDING = {"file.state": FileState.PENDING.value}

INDEXES: Indexes = {
    MESSAGES: [IndexModel("received_at", partialFilterExpression=_PENDING, name="file_pending")],
}


class MessageFiles:
    """Reads messages with files, and settles what became of these."""

    def __init__(self, store: Store) -> None:
        self._messages = store.database[MESSAGES]
        self._news = store.news

    async def message(self, message_id: str) -> StoredMessage | None:
        """A message; None when there is none."""
        with store_errors():
            document = await self._messages.find_one({"_id": message_id})
        return from_document(StoredMessage, document) if document else None

    async def settle(self, message_id: str, file: StoredFile) -> bool:
        """Say what became of a file that was pending; whether it still was."""
        with store_errors():
            result = await self._messages.update_one({"_id": message_id, **_PENDING}, {"$set": {"file": plain(file)}})
        self._news.message(message_id)
        return result.modified_count == 1

    async def claim_pending(self, now: datetime, older_than: timedelta, limit: int) -> list[StoredMessage]:
        """Messages whose files are pending for longer, claimed so that nobody else claims them for as long again."""
        before = now - older_than
        free = {"$or": [{"fetch_claim": None}, {"fetch_claim": {"$lt": before}}]}
        with store_errors():
            cursor = self._messages.find({**_PENDING, "received_at": {"$lt": before}, **free})
            cursor = cursor.sort("received_at", ASCENDING).limit(limit)
            found = [from_document(StoredMessage, document) async for document in cursor]
            if found:
                ids = [message.id for message in found]
                await self._messages.update_many({"_id": {"$in": ids}, **free}, {"$set": {"fetch_claim": now}})
        return found
