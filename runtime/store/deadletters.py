"""Dead letters as they are kept, with the record of what people did about them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReturnDocument
from pymongo.errors import BulkWriteError

from contracts.deadletters import DeadLetter, KeptLetter, LetterState
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.duplicates import duplicates

DEAD_LETTERS = "dead_letters"
INDEXES: Indexes = {
    DEAD_LETTERS: [
        IndexModel([("at", DESCENDING), ("_id", ASCENDING)], name="by_time"),
        IndexModel("event_ids", name="of_event"),
    ]
}
OPEN = {"$in": [LetterState.OPEN.value, None]}
"""None: it was kept by a version that knew no states."""


@dataclass(frozen=True, slots=True)
class LetterQuery:
    """Which dead letters: of a stage or an account, in a state, from `since` on and before `until`.

    `reason` is a part of the reason, whatever the case.
    """

    stage: str | None = None
    account_id: str | None = None
    reason: str | None = None
    state: LetterState | None = None
    since: datetime | None = None
    until: datetime | None = None

    def document(self) -> Document:
        """The query as MongoDB takes it."""
        wanted: Document = {"stage": self.stage, "account_id": self.account_id}
        query = {name: value for name, value in wanted.items() if value is not None}
        if self.state is not None:
            query["state"] = OPEN if self.state is LetterState.OPEN else self.state.value
        if self.reason is not None:
            # No regular expression: what a person types is to be found as it is.
            reason = {"$indexOfCP": [{"$toLower": "$reason"}, self.reason.lower()]}
            query["$expr"] = {"$gte": [reason, 0]}
        times = {"$gte": self.since, "$lt": self.until}
        if span := {name: moment for name, moment in times.items() if moment is not None}:
            query["at"] = span
        return query


ANY = LetterQuery()


class DeadLetterStore:
    """Reads and writes of dead letters. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[DEAD_LETTERS]

    async def keep(self, letters: Sequence[DeadLetter]) -> None:
        """Store dead letters. One that is there already was parked again: it is open again, unless it was discarded."""
        if not letters:
            return
        kept = [KeptLetter.model_validate({**dict(one), "event_ids": event_ids(one.body)}) for one in letters]
        with store_errors():
            try:
                await self._collection.bulk_write([InsertOne(to_document(one)) for one in kept], ordered=False)
            except BulkWriteError as error:
                for place in duplicates(error):
                    await self._parked_again(letters[place])

    async def _parked_again(self, letter: DeadLetter) -> None:
        # The time tells another failure from the same one, stored a second time after a crash.
        await self._collection.update_one(
            {"_id": letter.id, "at": {"$lt": letter.at}, "state": {"$ne": LetterState.DISCARDED.value}},
            {
                "$set": {
                    "at": letter.at,
                    "reason": letter.reason,
                    "trace": letter.trace,
                    "state": LetterState.OPEN.value,
                },
                "$inc": {"attempts": letter.attempts},
            },
        )

    async def open(self) -> int:
        """How many wait for somebody to look at them."""
        with store_errors():
            return int(await self._collection.count_documents({"state": OPEN}))

    async def get(self, letter_id: str) -> KeptLetter | None:
        """One dead letter."""
        with store_errors():
            document = await self._collection.find_one({"_id": letter_id})
        return _letter(document) if document else None

    async def find(
        self, limit: int = 50, query: LetterQuery = ANY, after: tuple[datetime, str] | None = None
    ) -> list[KeptLetter]:
        """Dead letters that match, the latest first; `after` is time and id of the last one of the page before."""
        conditions = [query.document()]
        if after is not None:
            at, letter_id = after
            conditions.append({"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$gt": letter_id}}]})
        with store_errors():
            cursor = self._collection.find({"$and": conditions}).sort([("at", DESCENDING), ("_id", ASCENDING)])
            return [_letter(document) async for document in cursor.limit(limit)]

    async def of_events(self, events: Collection[str]) -> dict[str, list[KeptLetter]]:
        """The dead letters that events are in, by event."""
        found: dict[str, list[KeptLetter]] = {}
        with store_errors():
            async for document in self._collection.find({"event_ids": {"$in": list(events)}}):
                letter = _letter(document)
                for event in letter.event_ids:
                    found.setdefault(event, []).append(letter)
        return found

    async def retried(self, letters: Iterable[KeptLetter], by: str, now: datetime) -> None:
        """Note that open letters were sent back; of one that has been parked again since it was read, nothing."""
        as_read = [{"_id": letter.id, "at": letter.at, "state": OPEN} for letter in letters]
        state = {"state": LetterState.RETRIED.value, "retried_at": now, "retried_by": by}
        if as_read:
            with store_errors():
                await self._collection.update_many({"$or": as_read}, {"$set": state, "$inc": {"retries": 1}})

    async def discard(self, letter_id: str, by: str, note: str, now: datetime) -> KeptLetter | None:
        """Give an open letter up, with the record of who did and when; None when it is not open."""
        fields = {"discarded_at": now, "discarded_by": by, "note": note}
        with store_errors():
            document = await self._collection.find_one_and_update(
                {"_id": letter_id, "state": OPEN},
                {"$set": {"state": LetterState.DISCARDED.value, **fields}},
                return_document=ReturnDocument.AFTER,
            )
        return _letter(document) if document else None


def event_ids(body: object) -> tuple[str, ...]:
    """The ids of the events in the body of a dead letter: an event, or a bundle as text."""
    if isinstance(body, str):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ()
    items = body if isinstance(body, list) else [body]
    found = (item.get("event_id") for item in items if isinstance(item, dict))
    return tuple(event_id for event_id in found if isinstance(event_id, str))


def _letter(document: Document) -> KeptLetter:
    return from_document(KeptLetter, document)
