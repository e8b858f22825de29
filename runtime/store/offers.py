"""Offers: what was offered to whom, when, and how it ended; and where each queue's strategy stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from contracts.interactions import Interaction, Offer, OfferOutcome, offer_id
from runtime.store.client import LEADING, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.interactions import only_duplicates

OFFERS = "offers"
POINTERS = "queue_pointers"
INDEXES: Indexes = {
    OFFERS: [
        IndexModel([("interaction_id", ASCENDING), ("outcome", ASCENDING)], name="of_interaction"),
        IndexModel([("outcome", ASCENDING), ("ends_at", ASCENDING)], name="open"),
    ]
}


class OfferStore:
    """Reads and writes of offers."""

    def __init__(self, store: Store) -> None:
        self._offers = store.database[OFFERS]
        # Lost with a primary that fails, a pointer costs somebody their turn, and nobody a message.
        self._pointers = store.database[POINTERS].with_options(write_concern=LEADING)

    async def record(self, offers: Sequence[Offer]) -> None:
        """Store offers as made; one that is there stays as it is."""
        if not offers:
            return
        with store_errors(), only_duplicates():
            await self._offers.insert_many([to_document(offer) for offer in offers], ordered=False)

    async def of(self, interaction_id: str) -> list[Offer]:
        """All offers of an interaction, by round."""
        with store_errors():
            cursor = self._offers.find({"interaction_id": interaction_id}).sort(
                [("round", ASCENDING), ("_id", ASCENDING)]
            )
            return [from_document(Offer, document) async for document in cursor]

    async def overdue(self, before: datetime, limit: int) -> set[str]:
        """Interactions with offers that should have ended before a moment, and of which nobody has noted how."""
        with store_errors():
            cursor = self._offers.find({"outcome": None, "ends_at": {"$lt": before}}, {"interaction_id": 1}).limit(
                limit
            )
            return {document["interaction_id"] async for document in cursor}

    async def end(self, interaction_id: str, round_: int, agent_id: str, outcome: OfferOutcome, now: datetime) -> None:
        """Note how one offer ended; the first word stands."""
        with store_errors():
            await self._offers.update_one(
                {"_id": offer_id(interaction_id, round_, agent_id), "outcome": None},
                {"$set": {"outcome": outcome.value, "ended_at": now}},
            )

    async def fallen(self, interactions: Iterable[Interaction]) -> list[Offer]:
        """Offers without an outcome that do not stand any more, given the interactions as they are now."""
        current = {interaction.id: interaction for interaction in interactions}
        with store_errors():
            cursor = self._offers.find({"interaction_id": {"$in": list(current)}, "outcome": None})
            pending = [from_document(Offer, document) async for document in cursor]
        return [offer for offer in pending if not stands(offer, current[offer.interaction_id])]

    async def close(self, offers: Collection[Offer], interactions: Iterable[Interaction], now: datetime) -> None:
        """Note how fallen offers ended: accepted by the owner, missed when their time was over, else withdrawn."""
        if not offers:
            return
        current = {interaction.id: interaction for interaction in interactions}
        with store_errors():
            await self._offers.bulk_write(
                [_ending(offer, outcome_of(offer, current[offer.interaction_id], now), now) for offer in offers],
                ordered=False,
            )

    async def pointer(self, queue_id: str) -> str | None:
        """The agent whom the queue engaged last."""
        with store_errors():
            document = await self._pointers.find_one({"_id": queue_id})
        return document["agent_id"] if document else None

    async def set_pointer(self, queue_id: str, agent_id: str) -> None:
        """Remember the agent whom the queue engaged last."""
        with store_errors():
            await self._pointers.update_one({"_id": queue_id}, {"$set": {"agent_id": agent_id}}, upsert=True)


def stands(offer: Offer, interaction: Interaction) -> bool:
    """Whether an offer without an outcome still awaits its answer."""
    return offer.round == interaction.round and offer.agent_id in interaction.offered_to


def outcome_of(offer: Offer, interaction: Interaction, now: datetime) -> OfferOutcome:
    """How an offer that does not stand any more has ended. A rejection is noted at once, by whoever took it."""
    if interaction.owner == offer.agent_id and offer.round == interaction.round:
        return OfferOutcome.ACCEPTED
    return OfferOutcome.MISSED if offer.ends_at <= now else OfferOutcome.WITHDRAWN


def _ending(offer: Offer, outcome: OfferOutcome, now: datetime) -> UpdateOne:
    return UpdateOne({"_id": offer.id, "outcome": None}, {"$set": {"outcome": outcome.value, "ended_at": now}})
