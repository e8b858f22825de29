"""What an agent does with an interaction that is theirs: answer, and read. Each is one atomic step.

A message and its number belong together: both are written or neither, in one transaction, for a number without a
message would be a hole in the log. People write at the pace of people, so that its cost does not count.
"""

from datetime import datetime

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from contracts.errors import Conflict, NotFound
from contracts.interactions import Interaction, InteractionState
from contracts.stored import StoredMessage
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES
from runtime.store.documents import from_document, to_document
from runtime.store.expressions import inactive_from
from runtime.store.transactions import through


class AnswerStore:
    """Writes to interactions on behalf of their owner."""

    def __init__(self, store: Store) -> None:
        self._client = store.database.client
        self._interactions = store.database[INTERACTIONS]
        self._messages = store.database[MESSAGES]
        self._news = store.news

    async def message(self, message_id: str) -> StoredMessage | None:
        """One message of a log."""
        with store_errors():
            document = await self._messages.find_one({"_id": message_id})
        return from_document(StoredMessage, document) if document else None

    async def add(self, message: StoredMessage, owner: str) -> tuple[Interaction, StoredMessage]:
        """Append a message to the log of its interaction, under the next number; as they are now.

        One that has this id already stays as it is, and is what is given back.

        Raises:
            Conflict: the interaction is not the owner's any more.
            NotFound: there is no such interaction.
            Unavailable: MongoDB is away; the message may have been stored.
        """
        try:
            interaction, numbered = await through(lambda: self._attempt(message, owner))
        except DuplicateKeyError:
            return await self._known(message)
        self._news.messages([numbered], interaction)
        self._news.interactions([interaction])
        return interaction, numbered

    async def _attempt(self, message: StoredMessage, owner: str) -> tuple[Interaction, StoredMessage]:
        async with await self._client.start_session() as session, session.start_transaction():
            interaction = await self._change(message.interaction_id, owner, _next_number(message.received_at), session)
            numbered = message.model_copy(update={"sequence": interaction.sequence})
            await self._messages.insert_one(to_document(numbered), session=session)
        return interaction, numbered

    async def _known(self, message: StoredMessage) -> tuple[Interaction, StoredMessage]:
        with store_errors():
            interaction = await self._interactions.find_one({"_id": message.interaction_id})
        known = await self.message(message.id)
        if interaction is None or known is None:
            raise NotFound(f"there is no interaction {message.interaction_id}")
        return from_document(Interaction, interaction), known

    async def read(self, interaction_id: str, owner: str) -> Interaction:
        """Note that the owner has seen everything.

        Raises:
            Conflict, NotFound: as above.
        """
        seen: Document = {"unread": 0, "unread_mark": False, "failure": None, "version": {"$add": ["$version", 1]}}
        with store_errors():
            return await self._change(interaction_id, owner, [{"$set": seen}])

    async def _change(
        self,
        interaction_id: str,
        owner: str,
        update: list[Document],
        session: AsyncIOMotorClientSession | None = None,
    ) -> Interaction:
        condition = {"_id": interaction_id, "state": InteractionState.ASSIGNED.value, "owner": owner}
        document = await self._interactions.find_one_and_update(
            condition, update, return_document=ReturnDocument.AFTER, session=session
        )
        if document is not None:
            return from_document(Interaction, document)
        if await self._interactions.find_one({"_id": interaction_id}, session=session) is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        raise Conflict(f"the interaction is not {owner}'s any more")


def _next_number(now: datetime) -> list[Document]:
    fields: Document = {
        "sequence": {"$add": [{"$max": ["$sequence", "$message_count"]}, 1]},
        "version": {"$add": ["$version", 1]},
        "first_outbound_at": {"$ifNull": ["$first_outbound_at", now]},
        "first_answer_at": {"$ifNull": ["$first_answer_at", now]},
        "last_outbound_at": now,
        "failure": None,
        "inactive_at": inactive_from(now),
    }
    return [{"$set": fields}, {"$set": {"due_at": "$inactive_at"}}]
