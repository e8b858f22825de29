"""Interactions, their messages and their routing traces: the authority on where every conversation stands.

`load` answers everything that a batch of events needs in one read, `save` writes what was decided conditionally: who
changed an interaction in between wins, and the loser reads again.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from contracts.contacts import Contact
from contracts.interactions import Interaction, RoutingTrace
from contracts.stored import Rejection, StoredMessage, StoredNotice, StoredStatus
from runtime.store.client import LEADING, Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES, NOTICES, REJECTIONS, STATUSES, TRACES
from runtime.store.documents import changes, from_document, to_document
from runtime.store.duplicates import duplicates, only_duplicates
from runtime.store.loading import Loaded, pipeline, sort_in
from runtime.store.senders import follow, seed
from runtime.store.statuses import raise_messages


@dataclass(frozen=True, slots=True)
class Change:
    """An interaction before and after; `before` is None for one that is opened."""

    before: Interaction | None
    after: Interaction


class InteractionStore:
    """Reads and conditional writes of interactions and what belongs to them."""

    def __init__(self, store: Store) -> None:
        self._db = store.database
        self.news = store.news

    async def load(
        self,
        conversations: Collection[str],
        contacts: Collection[str],
        messages: Collection[str],
        events: Collection[str] = (),
        reopening: Collection[str] = (),
    ) -> Loaded:
        """Open interactions, contacts, known messages and events applied before of a batch, in one read.

        Of the conversations in `reopening`, the last closed interaction as well.
        """
        loaded = Loaded()
        with store_errors():
            cursor = self._db[INTERACTIONS].aggregate(pipeline(conversations, contacts, messages, events, reopening))
            async for document in cursor:
                sort_in(loaded, document)
            if loaded.aliases:
                await follow(self._db, loaded)
        loaded.finished = {event: loaded.finished[event] for event in loaded.finished.keys() & set(events)}
        return loaded

    async def save(self, batch: Sequence[Change], *, leading: bool = False) -> set[str]:
        """Write the changes of a batch; the ids of the interactions that somebody else changed first, and so were not.

        `after.version` must be `before.version + 1`. `leading`: every interaction of the batch has a message that is
        stored next, so that only that need be waited for.
        """
        collection = self._db[INTERACTIONS].with_options(write_concern=LEADING if leading else None)
        before = {change.before.conversation: change.before.id for change in batch if change.before is not None}
        # One that follows another of its conversation may only be open once that one is closed; inserts go first.
        followers = [c for c in batch if c.before is None and c.after.conversation in before]
        lost = await self._write(collection, [c for c in batch if c not in followers]) if followers else set()
        late = {c.after.id for c in followers if before[c.after.conversation] in lost}
        rest = [c for c in followers if c.after.id not in late] if followers else batch
        return lost | late | await self._write(collection, rest)

    async def _write(self, collection: AsyncIOMotorCollection[Document], batch: Sequence[Change]) -> set[str]:
        if not batch:
            return set()
        operations: list[InsertOne[Document] | UpdateOne] = [_operation(change) for change in batch]
        lost: set[str] = set()
        matched = sum(1 for change in batch if change.before is not None)
        with store_errors():
            try:
                result = await collection.bulk_write(operations, ordered=False)
                matched_count = result.matched_count
            except BulkWriteError as error:
                lost = {batch[index].after.id for index in duplicates(error)}
                matched_count = error.details["nMatched"]
            if matched_count < matched:
                lost |= await self._overtaken(change.after for change in batch if change.before is not None)
        return lost

    async def _overtaken(self, written: Iterable[Interaction]) -> set[str]:
        # Bulk writes do not say which condition failed. Ours are the ones that carry the events of this very write.
        wanted = {interaction.id: interaction.applied for interaction in written}
        cursor = self._db[INTERACTIONS].find({"_id": {"$in": list(wanted)}}, {"applied": 1})
        stands = {document["_id"] async for document in cursor if document["applied"] == wanted[document["_id"]]}
        return set(wanted) - stands

    async def record(
        self,
        messages: Sequence[StoredMessage] = (),
        traces: Sequence[RoutingTrace] = (),
        rejections: Sequence[Rejection] = (),
        notices: Sequence[StoredNotice] = (),
    ) -> None:
        """Store what a batch has to tell, each once: what is there already stays as it is."""
        await asyncio.gather(
            self._insert_new(MESSAGES, messages),
            self._insert_new(TRACES, traces),
            self._insert_new(REJECTIONS, rejections),
            self._insert_new(NOTICES, notices),
        )

    async def _insert_new(self, collection: str, values: Sequence[Any]) -> None:
        if not values:
            return
        with store_errors(), only_duplicates():
            await self._db[collection].insert_many([to_document(value) for value in values], ordered=False)

    async def record_statuses(self, statuses: Sequence[StoredStatus]) -> None:
        """Keep statuses, and raise the state of the messages that they are about; none goes backwards.

        What a status may come before, and how it finds its message, see `runtime/store/statuses.py`.
        """
        if statuses:
            await self._insert_new(STATUSES, statuses)
            await raise_messages(self._db, statuses)
            self.news.statuses(statuses)

    async def create_contacts(self, contacts: Sequence[Contact]) -> None:
        """Create contacts that are not there, and fill empty names; what an admin edited is never overwritten."""
        if contacts:
            with store_errors():
                await seed(self._db, contacts)

    async def get(self, interaction_id: str) -> Interaction | None:
        """One interaction."""
        with store_errors():
            document = await self._db[INTERACTIONS].find_one({"_id": interaction_id})
        return from_document(Interaction, document) if document else None

    async def get_many(self, ids: Collection[str]) -> list[Interaction]:
        """Those of the interactions that exist, in no order."""
        with store_errors():
            cursor = self._db[INTERACTIONS].find({"_id": {"$in": list(ids)}})
            return [from_document(Interaction, document) async for document in cursor]

    async def waiting(self, target: str, limit: int, rivals: Collection[str] = ()) -> list[Interaction]:
        """What waits for a target, the longest first; and then as much of what waits for its rivals."""
        stages = _longest_waiting(target, limit)
        if rivals:
            others = _longest_waiting({"$in": list(rivals)}, limit)
            stages.append({"$unionWith": {"coll": INTERACTIONS, "pipeline": others}})
        with store_errors():
            cursor = self._db[INTERACTIONS].aggregate(stages)
            return [from_document(Interaction, document) async for document in cursor]

    async def claim_due(self, now: datetime, limit: int, claim_for: timedelta) -> list[Interaction]:
        """Interactions whose time has come, claimed so that another clock leaves them alone for a while."""
        free = {"$or": [{"due_claim": None}, {"due_claim": {"$lt": now}}]}
        with store_errors():
            cursor = (
                self._db[INTERACTIONS].find({"due_at": {"$lte": now}, **free}).sort("due_at", ASCENDING).limit(limit)
            )
            due = [from_document(Interaction, document) async for document in cursor]
            if due:
                ids = [interaction.id for interaction in due]
                await self._db[INTERACTIONS].update_many(
                    {"_id": {"$in": ids}, **free}, {"$set": {"due_claim": now + claim_for}}
                )
        return due

    async def messages(self, interaction_id: str, limit: int, after: int = 0) -> list[StoredMessage]:
        """The message log of an interaction, in order, from the message after number `after`."""
        with store_errors():
            cursor = self._db[MESSAGES].find({"interaction_id": interaction_id, "sequence": {"$gt": after}})
            cursor = cursor.sort("sequence", ASCENDING).limit(limit)
            return [from_document(StoredMessage, document) async for document in cursor]

    async def messages_before(self, interaction_id: str, limit: int, before: int | None) -> list[StoredMessage]:
        """The last messages of an interaction's log, or those before number `before`; in order."""
        query: Document = {"interaction_id": interaction_id}
        if before is not None:
            query["sequence"] = {"$lt": before}
        with store_errors():
            cursor = self._db[MESSAGES].find(query).sort("sequence", DESCENDING).limit(limit)
            found = [from_document(StoredMessage, document) async for document in cursor]
        return found[::-1]

    async def last_messages(self, interactions: Sequence[Interaction]) -> dict[str, StoredMessage]:
        """The customer's last message of each interaction, by interaction."""
        if not interactions:
            return {}
        last = [{"interaction_id": i.id, "sequence": i.last_inbound} for i in interactions]
        with store_errors():
            cursor = self._db[MESSAGES].find({"$or": last})
            found = [from_document(StoredMessage, document) async for document in cursor]
        return {message.interaction_id: message for message in found}

    async def traces(self, interaction_id: str) -> list[RoutingTrace]:
        """Every walk of an interaction, in order."""
        with store_errors():
            cursor = (
                self._db[TRACES].find({"interaction_id": interaction_id}).sort([("at", ASCENDING), ("_id", ASCENDING)])
            )
            return [from_document(RoutingTrace, document) async for document in cursor]


def _operation(change: Change) -> InsertOne[Document] | UpdateOne:
    if change.before is None:
        return InsertOne(to_document(change.after))
    condition = {"_id": change.before.id, "version": change.before.version}
    return UpdateOne(condition, {"$set": changes(change.before, change.after)})


def _longest_waiting(target: str | Document, limit: int) -> list[Document]:
    return [
        {"$match": {"state": "waiting", "waiting_for": target}},
        {"$sort": {"waiting_since": ASCENDING, "_id": ASCENDING}},
        {"$limit": limit},
    ]
