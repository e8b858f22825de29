"""Who was told that they are not admitted, and when: nobody is told twice within `PAUSE`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import IndexModel, UpdateOne

from contracts.partitioning import conversation_key
from contracts.stored import StoredMessage
from runtime.store.client import Indexes, Store, store_errors
from runtime.store.duplicates import only_duplicates

REFUSALS = "refusals"
PAUSE = timedelta(hours=24)
INDEXES: Indexes = {REFUSALS: [IndexModel("until", expireAfterSeconds=0, name="expiry")]}


class RefusalStore:
    """Claims of the right to tell a sender."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[REFUSALS]

    async def claim(self, refusals: Sequence[StoredMessage], now: datetime) -> list[StoredMessage]:
        """Those of the refusals that may be said: of one sender one, and none where an earlier one was said lately.

        Claimed again for the same event, as after a crash, it is the same one.
        """
        if not refusals:
            return []
        first = {_sender(refusal): refusal for refusal in reversed(refusals)}
        claims = [
            UpdateOne(
                {"_id": sender, "until": {"$lte": now}},
                {"$set": {"until": now + PAUSE, "event_id": refusal.event_id}},
                upsert=True,
            )
            for sender, refusal in first.items()
        ]
        with store_errors():
            # Who was told lately does not match; the insert then fails as a duplicate, which is what is wanted.
            with only_duplicates():
                await self._collection.bulk_write(claims, ordered=False)
            cursor = self._collection.find({"_id": {"$in": list(first)}}, {"event_id": 1})
            told = {document["_id"]: document["event_id"] async for document in cursor}
        return [refusal for refusal in refusals if told.get(_sender(refusal)) == refusal.event_id]


def _sender(refusal: StoredMessage) -> str:
    return conversation_key(refusal.account_id, refusal.contact_key)
