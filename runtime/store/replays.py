"""Replays as they are kept: what was asked for, the cursor to go on from, and who carries it out at the moment.

A replay is carried out by whoever holds its claim, and every step is stored under the condition that the claim still
stands: so a replayer that was counted as dead and comes back changes nothing any more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from contracts.replay import RESUMABLE, Replay, ReplayState
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, plain, to_document

REPLAYS = "replays"
INDEXES: Indexes = {
    REPLAYS: [
        IndexModel([("created_at", DESCENDING), ("_id", ASCENDING)], name="by_time"),
        IndexModel([("state", ASCENDING), ("created_at", ASCENDING)], name="by_state"),
    ]
}
CLAIM = timedelta(seconds=15)
WAITING = [ReplayState.QUEUED.value, ReplayState.RUNNING.value, ReplayState.STOPPING.value]


class ReplayStore:
    """Reads and conditional writes of replays. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[REPLAYS]

    async def add(self, replay: Replay) -> None:
        """Store a new one, to be carried out."""
        with store_errors():
            await self._collection.insert_one(to_document(replay))

    async def get(self, replay_id: str) -> Replay | None:
        """One replay."""
        with store_errors():
            document = await self._collection.find_one({"_id": replay_id})
        return _replay(document)

    async def find(self, limit: int, after: tuple[datetime, str] | None = None) -> list[Replay]:
        """Replays, the latest first; `after` is time and id of the last one of the page before."""
        query: Document = {}
        if after is not None:
            at, replay_id = after
            query = {"$or": [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$gt": replay_id}}]}
        with store_errors():
            cursor = self._collection.find(query).sort([("created_at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
            return [from_document(Replay, document) async for document in cursor]

    async def stop(self, replay_id: str, now: datetime) -> Replay | None:
        """Have one under way stop; None when it is not under way. What nobody has begun is stopped at once."""
        return await self._change(
            {"_id": replay_id, "state": ReplayState.QUEUED.value},
            {"state": ReplayState.STOPPED.value, "finished_at": now},
        ) or await self._change({"_id": replay_id, "state": {"$in": WAITING}}, {"state": ReplayState.STOPPING.value})

    async def resume(self, replay_id: str) -> Replay | None:
        """Have one that was stopped or failed go on; None when it is in another state."""
        states = [state.value for state in RESUMABLE]
        return await self._change(
            {"_id": replay_id, "state": {"$in": states}},
            {"state": ReplayState.QUEUED.value, "reason": "", "waiting": "", "finished_at": None},
        )

    # --- for the replayer

    async def claim(self, by: str, now: datetime) -> Replay | None:
        """Take the replay that waits longest in hand; one whose replayer has died, too."""
        free = {"$or": [{"claimed_until": None}, {"claimed_until": {"$lt": now}}]}
        with store_errors():
            document = await self._collection.find_one_and_update(
                {"state": {"$in": WAITING}, **free},
                {"$set": {"claimed_by": by, "claimed_until": now + CLAIM}},
                sort=[("created_at", ASCENDING)],
                return_document=ReturnDocument.AFTER,
            )
        return _replay(document)

    async def begin(self, replay: Replay, by: str, now: datetime) -> Replay | None:
        """Note that a claimed one runs; as it stands now, or None when the claim was lost."""
        begun = {"state": ReplayState.RUNNING.value, "started_at": replay.started_at or now}
        condition = {"_id": replay.id, "claimed_by": by}
        changed = await self._change({**condition, "state": ReplayState.QUEUED.value}, begun)
        return changed or await self._change({**condition, "state": {"$in": WAITING}}, {"claimed_until": now + CLAIM})

    async def step(self, replay: Replay, by: str, now: datetime, fields: Mapping[str, Any]) -> Replay | None:
        """Store how far it is and keep the claim; the replay as it stands now, or None when the claim was lost."""
        claim = {"claimed_until": now + CLAIM}
        return await self._change({"_id": replay.id, "claimed_by": by, "state": {"$in": WAITING}}, {**fields, **claim})

    async def let_go(self, replay: Replay, by: str, fields: Mapping[str, Any]) -> None:
        """Give the claim back, with the last word on it."""
        await self._change({"_id": replay.id, "claimed_by": by}, {**fields, "claimed_by": None, "claimed_until": None})

    async def _change(self, condition: Document, fields: Mapping[str, Any]) -> Replay | None:
        values = {name: plain(value) for name, value in fields.items()}
        with store_errors():
            document = await self._collection.find_one_and_update(
                condition, {"$set": values}, return_document=ReturnDocument.AFTER
            )
        return _replay(document)


def _replay(document: Document | None) -> Replay | None:
    return from_document(Replay, document) if document else None
