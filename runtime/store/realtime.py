"""What the realtime panel shows, counted by the database: what is open now, and what came to agents or was closed from
a moment on, in buckets of five minutes that add up.

What the words mean stands in `docs/operators.md`. Every count runs over an index of no more than it counts: the open
interactions, those that were taken since, those that were closed since.
"""

from dataclasses import dataclass
from datetime import datetime

from contracts.interactions import InteractionState
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS
from runtime.store.figures import OPEN

BUCKET_MINUTES = 5
_BEGUN: Document = {"$ifNull": ["$reopened_at", "$opened_at"]}
_LATER_THAN_REOPENED: Document = {"$gte": ["$waiting_since", {"$ifNull": ["$reopened_at", "$waiting_since"]}]}


@dataclass(frozen=True, slots=True)
class Standing:
    """So many open interactions that are alike. `since`: from when the one that waits longest has waited."""

    account_id: str
    target: str | None
    queue_id: str | None
    state: InteractionState
    unmanaged: bool
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """So many interactions that came to an agent within a bucket.

    `wait_s` adds up how long they had waited there, `begun_s` how long their customers had waited at all; `within` and
    `begun_within` are how many of them no longer than the service level allows.
    """

    bucket: datetime
    account_id: str
    queue_id: str | None
    transferred: bool
    count: int
    wait_s: float
    within: int
    begun_s: float
    begun_within: int


@dataclass(frozen=True, slots=True)
class Closed:
    """So many interactions that were closed within a bucket, and are closed still.

    `handled` of them an agent had, for `handling_s` together; `abandoned` waited for an agent and never came to one.
    """

    bucket: datetime
    account_id: str
    queue_id: str | None
    count: int
    handled: int
    handling_s: float
    abandoned: int


class RealtimeStore:
    """Counts. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._interactions = store.database[INTERACTIONS]

    async def standings(self) -> list[Standing]:
        """Everything that is open now."""
        fields = ("account_id", "queue_id", "state", "unmanaged")
        key = {**{name: f"${name}" for name in fields}, "target": "$waiting_for"}
        pipeline: list[Document] = [
            {"$match": {"open": True}},
            {"$group": {"_id": key, "count": {"$sum": 1}, "since": {"$min": "$waiting_since"}}},
        ]
        with store_errors():
            cursor = self._interactions.aggregate(pipeline, hint=OPEN)
            return [_standing(row) async for row in cursor]

    async def taken(self, since: datetime, within_s: float) -> list[Taken]:
        """What came to agents from `since` on."""
        lately = {"takings.at": {"$gte": since}}
        wait_s, begun_s = (_seconds(f"$takings.{name}", "$takings.at") for name in ("since", "begun_at"))
        pipeline: list[Document] = [
            {"$match": lately},
            {"$unwind": "$takings"},
            {"$match": lately},
            {
                "$group": {
                    "_id": {
                        "bucket": _bucket("$takings.at"),
                        "account_id": "$account_id",
                        "queue_id": "$takings.queue_id",
                        "transferred": "$takings.transferred",
                    },
                    "count": {"$sum": 1},
                    "wait_s": {"$sum": wait_s},
                    "within": _how_many({"$lte": [wait_s, within_s]}),
                    "begun_s": {"$sum": begun_s},
                    "begun_within": _how_many({"$lte": [begun_s, within_s]}),
                }
            },
        ]
        with store_errors():
            return [Taken(**row.pop("_id"), **row) async for row in self._interactions.aggregate(pipeline)]

    async def closed(self, since: datetime) -> list[Closed]:
        """What was closed from `since` on."""
        its_life = {"$filter": {"input": {"$ifNull": ["$takings", []]}, "cond": {"$gte": ["$$this.at", _BEGUN]}}}
        had_at = {"$ifNull": [{"$first": its_life}, {"at": "$accepted_at"}]}
        waited = {"$and": [{"$gt": ["$message_count", 0]}, {"$gt": ["$waiting_since", None]}, _LATER_THAN_REOPENED]}
        has_been_had = {"$gt": ["$had.at", None]}
        pipeline: list[Document] = [
            {"$match": {"open": False, "closed_at": {"$gte": since}}},
            {"$set": {"had": had_at}},
            {
                "$group": {
                    "_id": {
                        "bucket": _bucket("$closed_at"),
                        "account_id": "$account_id",
                        "queue_id": "$queue_id",
                    },
                    "count": {"$sum": 1},
                    "handled": _how_many(has_been_had),
                    "handling_s": {"$sum": {"$cond": [has_been_had, _seconds("$had.at", "$closed_at"), 0]}},
                    "abandoned": _how_many({"$and": [{"$not": [has_been_had]}, waited]}),
                }
            },
        ]
        with store_errors():
            return [Closed(**row.pop("_id"), **row) async for row in self._interactions.aggregate(pipeline)]


def _standing(row: Document) -> Standing:
    key = row["_id"]
    return Standing(
        account_id=key["account_id"],
        target=key.get("target"),
        queue_id=key.get("queue_id"),
        state=InteractionState(key["state"]),
        unmanaged=bool(key.get("unmanaged")),
        count=row["count"],
        since=row["since"],
    )


def _bucket(moment: str) -> Document:
    return {"$dateTrunc": {"date": moment, "unit": "minute", "binSize": BUCKET_MINUTES}}


def _seconds(since: str, until: str) -> Document:
    """Never less than none: the clocks of two hosts may differ."""
    return {"$max": [0, {"$divide": [{"$subtract": [until, since]}, 1000]}]}


def _how_many(condition: Document) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}
