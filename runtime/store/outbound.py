"""Outbound messages on their way: stored as `queued`, claimed by one sender at a time, and what came of them.

The messages of a conversation are sent in their order, so only the first that is queued may be claimed, and one that is
claimed is still the first. Nothing here sends: a claim says who may.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, UpdateOne

from contracts.interactions import Interaction
from contracts.messages import STATUS_RANK, DeliveryState, FailureKind, StatusReason
from contracts.stored import StoredMessage
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES
from runtime.store.documents import from_document
from runtime.store.statuses import early_statuses, raise_messages, raised, show_failure

QUEUED, UNCONFIRMED, FAILED = DeliveryState.QUEUED, DeliveryState.UNCONFIRMED, DeliveryState.FAILED
MOST_QUEUED = 100
INBOUND_LOOKED_AT = 50
NO_CLAIM: Document = {"claimed_at": None, "claimed_by": None}
INTERRUPTED = StatusReason(
    code="interrupted",
    kind=FailureKind.PROVIDER,
    sentence="It is not known whether the provider has this message: sending it was interrupted.",
)


def in_order(messages: Iterable[StoredMessage]) -> list[StoredMessage]:
    """The messages of a conversation as they are to be sent: interaction after interaction, each in its log's order.

    Times of different hosts are compared between interactions only, never within one.
    """
    found = sorted(messages, key=lambda message: message.received_at)
    began = {message.interaction_id: place for place, message in reversed(list(enumerate(found)))}
    return sorted(found, key=lambda message: (began[message.interaction_id], message.sequence))


class OutboundStore:
    """Reads and writes of what is to be sent. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database
        self._messages = store.database[MESSAGES]
        self._news = store.news

    # --- for senders

    async def queue_of(self, account_id: str, contact_key: str) -> list[StoredMessage]:
        """What is queued in a conversation, in order, the claimed included."""
        query = {"account_id": account_id, "contact_key": contact_key, "state": QUEUED.value}
        with store_errors():
            cursor = self._messages.find(query).sort("received_at", ASCENDING).limit(MOST_QUEUED)
            return in_order([from_document(StoredMessage, document) async for document in cursor])

    async def claim(self, message: StoredMessage, sender: str, now: datetime) -> bool:
        """Take the first message of a conversation in hand; whether it was still free."""
        with store_errors():
            result = await self._messages.update_one(
                {"_id": message.id, "state": QUEUED.value, "claimed_by": None, "attempts": message.attempts},
                {"$set": {"claimed_by": sender, "claimed_at": now}, "$inc": {"attempts": 1}},
            )
        return result.modified_count == 1

    async def release(self, message: StoredMessage, sender: str, not_before: datetime | None) -> None:
        """Give a claimed message back to its queue, to be sent at `not_before`; it was certainly not accepted."""
        with store_errors():
            await self._messages.update_one(
                {"_id": message.id, "claimed_by": sender}, {"$set": {**NO_CLAIM, "not_before": not_before}}
            )

    async def sent(self, message: StoredMessage, provider_id: str, state: DeliveryState, now: datetime) -> None:
        """The provider has taken a message. What it said of it before we knew its id is applied now."""
        state = max(state, DeliveryState.SENT, key=STATUS_RANK.__getitem__)
        await self._raise(message, state, None, {"provider_id": provider_id, "sent_at": now})
        early = await early_statuses(self._db, message.account_id, provider_id)
        await raise_messages(self._db, early)
        self._news.statuses(early)

    async def failed(self, message: StoredMessage, reason: StatusReason, now: datetime) -> None:
        """A message will not be sent: why is shown to whoever has the conversation."""
        await self._raise(message, FAILED, reason)
        await show_failure(self._db, message, reason, now)
        self._news.interaction(message.interaction_id, fronts=True)

    async def unconfirmed(self, message: StoredMessage, reason: StatusReason) -> None:
        """It is not known whether the provider has a message. It is not sent again; a status may still settle it."""
        await self._raise(message, UNCONFIRMED, reason)

    async def _raise(
        self,
        message: StoredMessage,
        state: DeliveryState,
        reason: StatusReason | None,
        fields: Document | None = None,
    ) -> None:
        with store_errors():
            await self._messages.update_one(
                {"_id": message.id}, [raised(state, reason, {**NO_CLAIM, "not_before": None, **(fields or {})})]
            )
        self._news.messages([message])

    # --- for the clock

    async def give_up_claims(self, before: datetime, limit: int) -> list[StoredMessage]:
        """Messages that were claimed before a moment by a sender which must be dead by now: they are unconfirmed."""
        query: Document = {"state": QUEUED.value, "claimed_at": {"$lt": before}}
        with store_errors():
            cursor = self._messages.find(query).limit(limit)
            stale = [from_document(StoredMessage, document) async for document in cursor]
            if stale:
                await self._messages.bulk_write(
                    [
                        UpdateOne(
                            {"_id": message.id, "claimed_by": message.claimed_by, "claimed_at": message.claimed_at},
                            [raised(UNCONFIRMED, INTERRUPTED, NO_CLAIM)],
                        )
                        for message in stale
                    ],
                    ordered=False,
                )
        self._news.messages(stale)
        return stale

    async def overdue(self, before: datetime, limit: int) -> list[StoredMessage]:
        """What should have been sent before a moment and is in nobody's hands, the oldest first.

        One that was found is left alone until it is older than another such moment: nobody may be there to send it.
        """
        waiting: Document = {"state": QUEUED.value, "claimed_by": None, "received_at": {"$lt": before}}
        ready = [{"not_before": None}, {"not_before": {"$lt": before}}]
        unseen = [{"looked_at": None}, {"looked_at": {"$lt": before}}]
        query = {**waiting, "$and": [{"$or": ready}, {"$or": unseen}]}
        with store_errors():
            cursor = self._messages.find(query).sort("received_at", ASCENDING).limit(limit)
            return [from_document(StoredMessage, document) async for document in cursor]

    async def looked_at(self, messages: Collection[StoredMessage], now: datetime) -> None:
        """Note when somebody was told of overdue messages."""
        with store_errors():
            await self._messages.update_many(
                {"_id": {"$in": [message.id for message in messages]}}, {"$set": {"looked_at": now}}
            )

    # --- for whoever writes messages

    async def last_inbound(self, interaction: Interaction) -> StoredMessage | None:
        """The customer's last message of an interaction."""
        query = {"interaction_id": interaction.id, "direction": "inbound"}
        with store_errors():
            document = await self._messages.find_one(query, sort=[("sequence", DESCENDING)])
        return from_document(StoredMessage, document) if document else None

    async def last_inbound_at(self, interaction: Interaction) -> datetime | None:
        """When the customer last wrote to the account: in this interaction, else in those before it.

        By the provider's time, for a webhook may come days late; of the last few, for they come in any order.
        """
        query = {"interaction_id": interaction.id, "direction": "inbound"}
        with store_errors():
            cursor = self._messages.find(query, {"sent_at": 1, "received_at": 1})
            cursor = cursor.sort("sequence", DESCENDING).limit(INBOUND_LOOKED_AT)
            times = [min(document["sent_at"], document["received_at"]) async for document in cursor]
        return max(times) if times else await self._last_before(interaction)

    async def _last_before(self, interaction: Interaction) -> datetime | None:
        query = {"conversation": interaction.conversation, "last_message_at": {"$type": "date"}}
        with store_errors():
            document = await self._db[INTERACTIONS].find_one(query, sort=[("opened_at", DESCENDING)])
        return from_document(Interaction, document).last_message_at if document else None

    async def find(self, interaction: Interaction, name: str) -> StoredMessage | None:
        """The message of a conversation that has this id, ours or the provider's."""
        account_id = interaction.account_id
        conversation = {"account_id": account_id, "contact_key": interaction.contact_key}
        names = [
            {"_id": {"$in": [name, f"{account_id}:{name}"]}, **conversation},
            {"provider_id": name, "direction": "outbound", **conversation},
        ]
        with store_errors():
            document = await self._messages.find_one({"$or": names})
        return from_document(StoredMessage, document) if document else None
