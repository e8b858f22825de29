"""Which instances of a kind of process are alive, and what they say that they do: heartbeats by the database's clock,
so that hosts need not agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import IndexModel, ReturnDocument

from runtime.store.client import Document, Indexes, Store, store_errors

MEMBERS = "members"
INDEXES: Indexes = {
    MEMBERS: [
        IndexModel("group", name="of_group"),
        IndexModel("seen_at", expireAfterSeconds=24 * 3600, name="forgotten_after_a_day"),
    ]
}


Doing = Mapping[str, Any]
"""What an instance says of its work: small, and of JSON's types."""

NOTHING: Doing = {}


@dataclass(frozen=True, slots=True)
class Member:
    """One instance of a group, how long ago it was heard of, and what it said then."""

    group: str
    instance: str
    silent_s: float
    doing: Doing


class Membership:
    """The heartbeats of one instance within its group."""

    def __init__(self, store: Store, group: str, instance: str, ttl_s: float) -> None:
        self._members = store.database[MEMBERS]
        self._group = group
        self._instance = instance
        self._id = f"{group}:{instance}"
        self._ttl_ms = int(ttl_s * 1000)

    async def beat(self, doing: Doing = NOTHING) -> Sequence[str]:
        """Renew this instance's heartbeat, and what it says that it does; the instances of the group that are alive
        now, sorted, this one included."""
        fields = {"group": self._group, "instance": self._instance, "doing": {"$literal": dict(doing)}}
        with store_errors():
            mine: Document = await self._members.find_one_and_update(
                {"_id": self._id},
                [{"$set": {**fields, "seen_at": "$$NOW"}}],
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


class Roll:
    """Everybody who has been heard of within a day and has not said goodbye."""

    def __init__(self, store: Store) -> None:
        self._members = store.database[MEMBERS]

    async def call(self) -> list[Member]:
        """All members of all groups, by group and name."""
        silent = {"$divide": [{"$subtract": ["$$NOW", "$seen_at"]}, 1000]}
        stages: list[Document] = [{"$set": {"silent_s": silent}}, {"$sort": {"_id": 1}}]
        with store_errors():
            return [
                Member(row["group"], row["instance"], max(0.0, float(row["silent_s"])), row.get("doing", NOTHING))
                async for row in self._members.aggregate(stages)
            ]
