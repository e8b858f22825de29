"""How many partitions the installation has, and the change of that number that is under way.

One document says both, so that each step of a change is one conditional write: who is late loses.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.errors import Unavailable
from runtime.store.client import Document, Store, store_errors

INSTALLATION = "installation"
_PARTITIONS = {"_id": "partitions"}


class Phase(StrEnum):
    """How far a change is. `open`: there is none. `draining`: nothing new comes in, what is in goes through.
    `closed`: nobody consumes and nobody publishes."""

    OPEN = "open"
    DRAINING = "draining"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way: to which number, whose it is, and how long its command has not been heard of."""

    token: str
    to: int
    phase: Phase
    silent_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of partitions, the highest one whose queues may be there, and the change under way."""

    count: int
    highest: int
    change: Change | None = None

    @property
    def phase(self) -> Phase:
        """How far the change is."""
        return self.change.phase if self.change else Phase.OPEN


class LayoutStore:
    """Reads and steps. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[INSTALLATION]

    async def settle(self, count: int) -> Plan:
        """The plan; that of a new installation has this number from now on."""
        if (found := await self.read()) is not None:
            return found
        with store_errors():
            await self._collection.update_one(
                _PARTITIONS, {"$setOnInsert": {"count": count, "highest": count}}, upsert=True
            )
        plan = await self.read()
        if plan is None:
            raise Unavailable("MongoDB: the installation's document is gone")
        return plan

    async def read(self) -> Plan | None:
        """The plan; None where there is no installation yet."""
        silent = {"$divide": [{"$subtract": ["$$NOW", "$change.seen_at"]}, 1000]}
        with store_errors():
            rows = await self._collection.aggregate([{"$match": _PARTITIONS}, {"$set": {"silent_s": silent}}]).to_list(
                1
            )
        return _plan(rows[0]) if rows else None

    async def begin(self, token: str, to: int, abandoned_s: float) -> bool:
        """Begin a change, or take over one whose command has been silent for so long. False: another one has it."""
        free = {"$or": [{"change": {"$exists": False}}, _silent_for(abandoned_s)]}
        change = {"token": token, "to": to, "phase": Phase.DRAINING.value, "seen_at": "$$NOW"}
        highest = {"$max": ["$count", "$highest", to]}
        return await self._step(free, [{"$unset": "change"}, {"$set": {"change": change, "highest": highest}}])

    async def renew(self, token: str) -> bool:
        """Say that the command lives. False: the change was called off."""
        return await self._step(_of(token), [{"$set": {"change.seen_at": "$$NOW"}}])

    async def advance(self, token: str, phase: Phase) -> bool:
        """Say how far the change is to be. False: it was called off."""
        return await self._step(_of(token), [{"$set": {"change.phase": phase.value, "change.seen_at": "$$NOW"}}])

    async def finish(self, token: str) -> bool:
        """The number is the new one. False: the change was called off, or is not closed."""
        closed = {**_of(token), "change.phase": Phase.CLOSED.value}
        return await self._step(closed, [{"$set": {"count": "$change.to"}}, {"$unset": "change"}])

    async def call_off(self, token: str, silent_s: float = 0) -> bool:
        """Everything stays as it was, if the command has been silent for so long."""
        conditions = [_of(token), *([_silent_for(silent_s)] if silent_s else [])]
        return await self._step({"$and": conditions}, [{"$unset": "change"}])

    async def cleaned(self, count: int) -> None:
        """Of queues beyond this number, which is the installation's, none is left."""
        await self._step({"count": count, "change": {"$exists": False}}, [{"$set": {"highest": count}}])

    async def _step(self, condition: Document, stages: list[Document]) -> bool:
        with store_errors():
            result = await self._collection.update_one({**_PARTITIONS, **condition}, stages)
        return bool(result.matched_count)


def _of(token: str) -> Document:
    return {"change.token": token}


def _silent_for(seconds: float) -> Document:
    since = {"$subtract": ["$$NOW", int(seconds * 1000)]}
    return {"$expr": {"$and": [{"$ifNull": ["$change.seen_at", False]}, {"$lt": ["$change.seen_at", since]}]}}


def _plan(row: Document) -> Plan:
    change = row.get("change")
    return Plan(
        count=int(row["count"]),
        highest=int(row.get("highest") or row["count"]),
        change=Change(change["token"], int(change["to"]), Phase(change["phase"]), max(0.0, float(row["silent_s"])))
        if change
        else None,
    )
