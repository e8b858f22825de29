"""Dead letters as they are kept, for people to look at."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.deadletters import DeadLetter
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.interactions import only_duplicates

DEAD_LETTERS = "dead_letters"
INDEXES: Indexes = {DEAD_LETTERS: [IndexModel([("at", DESCENDING), ("_id", ASCENDING)], name="by_time")]}


class DeadLetterStore:
    """Reads and writes of dead letters."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[DEAD_LETTERS]

    async def keep(self, letters: list[DeadLetter]) -> None:
        """Store dead letters, each once."""
        if letters:
            with store_errors(), only_duplicates():
                await self._collection.insert_many([to_document(letter) for letter in letters], ordered=False)

    async def find(self, limit: int = 50, before: datetime | None = None) -> list[DeadLetter]:
        """The latest dead letters, from before a moment if one is given."""
        query: Document = {"at": {"$lt": before}} if before else {}
        with store_errors():
            cursor = self._collection.find(query).sort([("at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
            return [from_document(DeadLetter, document) async for document in cursor]
