"""Offers: what was offered to whom, when, and how it ended; and where each queue's strategy stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from contracts.interactions import Interaction, Offer, OfferOutcome, offer_id
from runtime.store.client import LEADING, Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.duplicates import only_duplicates

OFFERS = "offers"
STANDINGS = "standings"
DOT = "\uff0e"
"""Stands for the dot of an agent's id in the name of a field, where MongoDB reads a dot as a path."""
INDEXES: Indexes = {
    OFFERS: [
        IndexModel([("interaction_id", ASCENDING), ("outcome", ASCENDING)], name="of_interaction"),
        IndexModel([("outcome", ASCENDING), ("ends_at", ASCENDING)], name="open"),
    ]
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target's strategy stands: the agent engaged last, and when each was last notified."""

    pointer: str | None = None
    engaged: Mapping[str, datetime] = field(default_factory=dict)


class OfferStore:
    """Reads and writes of offers."""

    def __init__(self, store: Store) -> None:
        self._offers = store.database[OFFERS]
        # Lost with a primary that fails, a standing costs somebody their turn, and nobody a message.
        self._standings = store.database[STANDINGS].with_options(write_concern=LEADING)

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

    async def standings(self, targets: Collection[str]) -> dict[str, Standing]:
        """Where the strategies of targets stand; those that have engaged nobody yet are left out."""
        with store_errors():
            cursor = self._standings.find({"_id": {"$in": list(targets)}})
            return {document["_id"]: _standing(document) async for document in cursor}

    async def engaged(self, standings: Mapping[str, Standing]) -> None:
        """Remember the agent whom each target engaged last, and when it notified agents."""
        if not standings:
            return
        with store_errors():
            await self._standings.bulk_write(
                [UpdateOne({"_id": t}, {"$set": _noted(standing)}, upsert=True) for t, standing in standings.items()],
                ordered=False,
            )


def _standing(document: Document) -> Standing:
    engaged = {agent.replace(DOT, "."): at for agent, at in document.get("engaged", {}).items()}
    return Standing(document.get("agent_id"), engaged)


def _noted(standing: Standing) -> Document:
    noted: Document = {f"engaged.{agent.replace('.', DOT)}": at for agent, at in standing.engaged.items()}
    return {**noted, "agent_id": standing.pointer} if standing.pointer is not None else noted


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
