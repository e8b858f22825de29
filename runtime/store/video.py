"""Video sessions as they are kept. What happens to one is written once: the first time counts."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument

from contracts.video import VideoMoment, VideoSession
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document

VIDEO_SESSIONS = "video_sessions"
INDEXES: Indexes = {
    VIDEO_SESSIONS: [
        IndexModel([("interaction_id", ASCENDING), ("started_at", ASCENDING)], name="of_interaction"),
        IndexModel("link_hash", unique=True, name="link"),
    ]
}


class VideoSessionStore:
    """Reads and writes of sessions. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[VIDEO_SESSIONS]
        self._news = store.news

    async def add(self, session: VideoSession) -> None:
        """Keep a new session."""
        with store_errors():
            await self._collection.insert_one(to_document(session))
        self._news.interaction(session.interaction_id)

    async def sent(self, session_id: str, message_id: str) -> None:
        """Note the message that has the link in it."""
        with store_errors():
            await self._collection.update_one({"_id": session_id}, {"$set": {"message_id": message_id}})

    async def of_interaction(self, interaction_id: str) -> list[VideoSession]:
        """The sessions of an interaction, in the order in which they were started."""
        with store_errors():
            cursor = self._collection.find({"interaction_id": interaction_id})
            cursor = cursor.sort([("started_at", ASCENDING), ("_id", ASCENDING)])
            return [from_document(VideoSession, document) async for document in cursor]

    async def get(self, session_id: str) -> VideoSession | None:
        """One session."""
        with store_errors():
            document = await self._collection.find_one({"_id": session_id})
        return from_document(VideoSession, document) if document else None

    async def of_link(self, link_hash: str) -> VideoSession | None:
        """The session that a link leads to, whether it still does or not."""
        with store_errors():
            document = await self._collection.find_one({"link_hash": link_hash})
        return from_document(VideoSession, document) if document else None

    async def use(self, link_hash: str, now: datetime) -> VideoSession | None:
        """Use a link up; None when it was used before, or is not good any more. Of several at once one wins."""
        good = {"link_hash": link_hash, "opened_at": None, "ended_at": None, "expires_at": {"$gt": now}}
        with store_errors():
            document = await self._collection.find_one_and_update(
                good, {"$set": {"opened_at": now}}, return_document=ReturnDocument.AFTER
            )
        return self._told(document)

    async def record(self, session_id: str, moment: VideoMoment, now: datetime) -> bool:
        """Note what the provider told; whether it is told for the first time."""
        field = f"{moment}_at"
        with store_errors():
            document = await self._collection.find_one_and_update(
                {"_id": session_id, field: None}, {"$set": {field: now}}, return_document=ReturnDocument.AFTER
            )
        return self._told(document) is not None

    def _told(self, document: Document | None) -> VideoSession | None:
        """A session that has just changed, if one has."""
        if document is None:
            return None
        session = from_document(VideoSession, document)
        self._news.interaction(session.interaction_id)
        return session
