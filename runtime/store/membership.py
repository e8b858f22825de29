"""Which instances of a kind of process are alive: heartbeats by the database's clock, so that hosts need not agree."""

from collections.abc import Sequence

from pymongo import IndexModel, ReturnDocument

from contracts.errors import SetupFault
from runtime.store.client import Document, Indexes, Store, store_errors

MEMBERS = "members"
INSTALLATION = "installation"
INDEXES: Indexes = {
    MEMBERS: [
        IndexModel("group", name="of_group"),
        IndexModel("seen_at", expireAfterSeconds=24 * 3600, name="forgotten_after_a_day"),
    ]
}


class Membership:
    """The heartbeats of one instance within its group."""

    def __init__(self, store: Store, group: str, instance: str, ttl_s: float) -> None:
        self._members = store.database[MEMBERS]
        self._group = group
        self._instance = instance
        self._id = f"{group}:{instance}"
        self._ttl_ms = int(ttl_s * 1000)

    async def beat(self) -> Sequence[str]:
        """Renew this instance's heartbeat; the instances of the group that are alive now, sorted, this one included."""
        with store_errors():
            mine: Document = await self._members.find_one_and_update(
                {"_id": self._id},
                [{"$set": {"group": self._group, "instance": self._instance, "seen_at": "$$NOW"}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            fresh = {"$gt": ["$seen_at", {"$subtract": [mine["seen_at"], self._ttl_ms]}]}
            cursor = self._members.find({"group": self._group, "$expr": fresh}, {"instance": 1})
            return sorted([document["instance"] async for document in cursor])

    async def leave(self) -> None:
        """Be gone at once, so that the others need not wait for the heartbeat to grow old."""
        with store_errors():
            await self._members.delete_one({"_id": self._id})


class Installation:
    """What was fixed when the installation was made. A part of a process: `start` refuses one that does not fit."""

    def __init__(self, store: Store, partitions: int) -> None:
        self._collection = store.database[INSTALLATION]
        self._partitions = partitions

    async def start(self) -> None:
        """Write down the number of partitions, or check it.

        Raises:
            SetupFault: this process is set to another number than the installation was made with.
        """
        with store_errors():
            document: Document = await self._collection.find_one_and_update(
                {"_id": "partitions"},
                {"$setOnInsert": {"count": self._partitions}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        if document["count"] != self._partitions:
            raise SetupFault(
                f"this installation has {document['count']} partitions, "
                f"SWITCHBOARD_PARTITIONS says {self._partitions}: set it to the installation's number"
            )

    async def stop(self) -> None:
        """Nothing to end."""
