"""Delivery statuses: each is kept, and raises the message that it is about; none goes backwards.

A status names its message by our own id (its reference), where the provider hands that back, or by the provider's. One
that comes before its message, or before the sender has stored the provider's id, waits in its collection: whoever
stores the id looks there afterwards. So whichever of the two comes last finds the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import UpdateOne

from contracts.interactions import Failure
from contracts.messages import STATUS_RANK, DeliveryState, StatusReason
from contracts.stored import StoredMessage, StoredStatus
from runtime.store.client import Document, store_errors
from runtime.store.collections import AGENT_QUEUES, INTERACTIONS, MESSAGES, STATUSES
from runtime.store.documents import from_document, plain

FAILED = DeliveryState.FAILED


def raised(state: DeliveryState, reason: StatusReason | None, fields: Mapping[str, object] | None = None) -> Document:
    """The update that raises a message to a state if that is further than where it stands, and sets fields anyway."""
    rank = STATUS_RANK[state]

    def further(value: object, field: str) -> Document:
        return {"$cond": [{"$lt": ["$state_rank", rank]}, {"$literal": value}, f"${field}"]}

    return {
        "$set": {
            "state": further(state.value, "state"),
            "state_rank": {"$max": ["$state_rank", rank]},
            "state_reason": further(plain(reason), "state_reason"),
            **{name: {"$literal": value} for name, value in (fields or {}).items()},
        }
    }


async def raise_messages(db: AsyncIOMotorDatabase[Document], statuses: Sequence[StoredStatus]) -> None:
    """Raise the messages that statuses are about, and show the failures among them to whoever has the conversation."""
    operations = [UpdateOne(about, _raise(status)) for status in statuses if (about := _about(status))]
    if not operations:
        return
    with store_errors():
        await db[MESSAGES].bulk_write(operations, ordered=True)
    for status in statuses:
        if status.state is FAILED and (about := _about(status, raised_already=True)):
            await _show_failure(db, about, status)


def _about(status: StoredStatus, *, raised_already: bool = False) -> Document | None:
    """Which message a status is about, if it is to be raised; with `raised_already`, if it stands there now."""
    ours: Document = {"account_id": status.account_id, "direction": "outbound"}
    ours["state_rank"] = status.rank if raised_already else {"$lt": status.rank}
    names: list[Document] = []
    if status.reference:
        names.append({"_id": status.reference, **ours})
    if status.provider_id:  # one that has not been sent has an empty id
        names.append({"provider_id": status.provider_id, **ours})
    return {"$or": names} if len(names) > 1 else next(iter(names), None)


def _raise(status: StoredStatus) -> list[Document]:
    known = {"$cond": [{"$eq": ["$provider_id", ""]}, {"$literal": status.provider_id}, "$provider_id"]}
    return [raised(status.state, status.reason), {"$set": {"provider_id": known}}]


async def _show_failure(db: AsyncIOMotorDatabase[Document], about: Document, status: StoredStatus) -> None:
    with store_errors():
        document = await db[MESSAGES].find_one(about)
    if document is not None:
        await show_failure(db, from_document(StoredMessage, document), status.reason, status.occurred_at)


async def show_failure(
    db: AsyncIOMotorDatabase[Document], message: StoredMessage, reason: StatusReason | None, at: datetime
) -> None:
    """Note a failure on its interaction and in the agent queues that it stands in; done again it changes nothing."""
    failure = plain(Failure(message_id=message.id, at=at, reason=reason))
    with store_errors():
        changed = await db[INTERACTIONS].update_one(
            {"_id": message.interaction_id, "failure": {"$ne": failure}},
            {"$set": {"failure": failure}, "$inc": {"version": 1}},
        )
        if changed.matched_count:
            # Without the version: of the rest, the entry shows what it has shown.
            await db[AGENT_QUEUES].update_many(
                {"interaction_id": message.interaction_id}, {"$set": {"failure": failure}}
            )


async def early_statuses(db: AsyncIOMotorDatabase[Document], account_id: str, provider_id: str) -> list[StoredStatus]:
    """The statuses that came for a provider's id so far."""
    with store_errors():
        cursor = db[STATUSES].find({"account_id": account_id, "provider_id": provider_id})
        return [from_document(StoredStatus, document) async for document in cursor]
