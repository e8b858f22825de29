"""Internal notes on interactions, each behind the message that it follows."""

from pymongo import ASCENDING, IndexModel

from contracts.stored import Note
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document

NOTES = "notes"
INDEXES: Indexes = {
    NOTES: [IndexModel([("interaction_id", ASCENDING), ("after", ASCENDING), ("at", ASCENDING)], name="log")]
}


class NoteStore:
    """Reads and writes of notes."""

    def __init__(self, store: Store) -> None:
        self._notes = store.database[NOTES]
        self._news = store.news

    async def add(self, note: Note) -> None:
        """Keep a note."""
        with store_errors():
            await self._notes.insert_one(to_document(note))
        self._news.interaction(note.interaction_id)

    async def of(self, interaction_id: str, after: int, before: int | None) -> list[Note]:
        """The notes behind the messages from number `after` on, those before number `before`; in the order of time."""
        behind: Document = {"$gte": after} if before is None else {"$gte": after, "$lt": before}
        with store_errors():
            cursor = self._notes.find({"interaction_id": interaction_id, "after": behind})
            cursor = cursor.sort([("after", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)])
            return [from_document(Note, document) async for document in cursor]
