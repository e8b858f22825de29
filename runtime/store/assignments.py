"""Who has an interaction: every change here is one conditional update, so that exactly one contender wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument, UpdateOne

from contracts.errors import Conflict, NotFound
from contracts.interactions import Interaction, InteractionState, Offer, OfferOutcome
from runtime.clock import Clock
from runtime.store.agent_queues import AgentQueues
from runtime.store.client import LEADING, Document, Store, store_errors
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import changes, from_document
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore, outcome_of
from runtime.store.presence import PresenceStore

OFFERED, WAITING, ASSIGNED = InteractionState.OFFERED, InteractionState.WAITING, InteractionState.ASSIGNED


@dataclass(frozen=True, slots=True)
class Placing:
    """A waiting interaction that is to be offered to agents until `ends_at`; `refused` have said no in this round."""

    interaction: Interaction
    agents: tuple[str, ...]
    ends_at: datetime
    refused: tuple[str, ...] = ()


class Assignments:
    """Offering, accepting and rejecting; and the clean-up that follows, which may be done any number of times."""

    def __init__(
        self,
        store: Store,
        interactions: InteractionStore,
        queues: AgentQueues,
        presence: PresenceStore,
        offers: OfferStore,
        clock: Clock,
    ) -> None:
        self._collection = store.database[INTERACTIONS]
        self._placing = self._collection.with_options(write_concern=LEADING)  # what was placed is shown next
        self._interactions = interactions
        self._queues = queues
        self._presence = presence
        self._offers = offers
        self._clock = clock

    async def accept(self, interaction_id: str, agent_id: str) -> Interaction:
        """Give an offered interaction to the agent who accepts it first.

        Raises:
            NotFound: there is no such interaction.
            Conflict: somebody else has it, or the offer does not stand any more.
        """
        now = self._clock()
        fields: Document = {
            "state": ASSIGNED.value,
            "owner": agent_id,
            "offered_to": [],
            "refused": [],
            "unmanaged": False,
            "waiting_for": None,
            "offer_ends_at": None,
            "step_ends_at": None,
            "not_before": None,
            "due_at": None,
            "accepted_at": now,
        }
        condition = {"_id": interaction_id, "state": OFFERED.value, "offered_to": agent_id}
        with store_errors():
            document = await self._collection.find_one_and_update(
                condition, {"$set": fields, "$inc": {"version": 1}}, return_document=ReturnDocument.AFTER
            )
        if document is None:
            return await self._lost(interaction_id, agent_id)
        interaction = from_document(Interaction, document)
        await self.settle([interaction])
        return interaction

    async def _lost(self, interaction_id: str, agent_id: str) -> Interaction:
        interaction = await self._interactions.get(interaction_id)
        if interaction is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        if interaction.owner == agent_id and interaction.open:
            return interaction
        if interaction.owner:
            raise Conflict(f"already taken by {interaction.owner}")
        raise Conflict("the offer does not stand any more")

    async def reject(self, interaction_id: str, agent_id: str) -> Interaction:
        """Take an offer from the agent who refuses it; the last one to do so sends it back to waiting.

        Raises:
            NotFound: there is no such interaction.
            Conflict: the offer does not stand any more.
        """
        with store_errors():
            document = await self._collection.find_one_and_update(
                {"_id": interaction_id, "state": OFFERED.value, "offered_to": agent_id},
                _rejection(agent_id),
                return_document=ReturnDocument.AFTER,
            )
        if document is None:
            if await self._interactions.get(interaction_id) is None:
                raise NotFound(f"there is no interaction {interaction_id}")
            raise Conflict("the offer does not stand any more")
        interaction = from_document(Interaction, document)
        await self._offers.end(interaction_id, interaction.round, agent_id, OfferOutcome.REJECTED, self._clock())
        await self._presence.release([(agent_id, interaction_id)])
        await self._presence.answered(agent_id)
        await self.settle([interaction])
        return interaction

    async def place(self, placings: Sequence[Placing]) -> list[Interaction]:
        """Offer waiting interactions; the ones that were still waiting, and so are offered now."""
        if not placings:
            return []
        operations = [
            UpdateOne({"_id": p.interaction.id, "version": p.interaction.version}, _offering(p)) for p in placings
        ]
        with store_errors():
            result = await self._placing.bulk_write(operations, ordered=False)
        if result.matched_count == len(placings):
            return [_offered(placing) for placing in placings]
        now = {
            interaction.id: interaction
            for interaction in await self._interactions.get_many([p.interaction.id for p in placings])
        }
        return [now[p.interaction.id] for p in placings if _took(now.get(p.interaction.id), p)]

    async def pause_round(self, interaction: Interaction, until: datetime) -> None:
        """Ask those who refused again at `until`: everybody has."""
        fields = {"not_before": until}
        with store_errors():
            await self._collection.update_one(
                {"_id": interaction.id, "version": interaction.version}, {"$set": fields, "$inc": {"version": 1}}
            )

    async def settle(self, interactions: Sequence[Interaction]) -> None:
        """Bring agent queues, offers and capacity in line with interactions as they are."""
        shown = await self._queues.show(interactions, settle={interaction.id for interaction in interactions})
        fallen = await self._offers.fallen(shown)
        current = {interaction.id: interaction for interaction in shown}
        freed = [
            (offer.agent_id, offer.interaction_id)
            for offer in fallen
            if not holds(current[offer.interaction_id], offer.agent_id)
        ]
        await self._presence.release(freed)
        await self._presence.keep([(one.owner, one.id) for one in shown if one.owner and one.open])
        await self._offers.close(fallen, shown, self._clock())
        await self._judge(fallen, current)

    async def _judge(self, fallen: Sequence[Offer], current: Mapping[str, Interaction]) -> None:
        """Count missed offers against agents whose queue pauses them for it; an accepted one clears the count."""
        now = self._clock()
        for offer in fallen:
            outcome = outcome_of(offer, current[offer.interaction_id], now)
            if outcome is OfferOutcome.ACCEPTED:
                await self._presence.answered(offer.agent_id)
            elif outcome is OfferOutcome.MISSED and offer.pause_after_missed:
                await self._presence.missed(offer.agent_id, offer.id, offer.pause_after_missed)


def holds(interaction: Interaction, agent_id: str) -> bool:
    """Whether an interaction counts against an agent's capacity."""
    return interaction.open and (interaction.owner == agent_id or agent_id in interaction.offered_to)


def _took(interaction: Interaction | None, placing: Placing) -> bool:
    offered = _offered(placing)
    return interaction is not None and (interaction.version, interaction.offered_to, interaction.offer_ends_at) == (
        offered.version,
        offered.offered_to,
        offered.offer_ends_at,
    )


def _offered(placing: Placing) -> Interaction:
    step_ends_at = placing.interaction.step_ends_at
    fields: dict[str, Any] = {
        "state": OFFERED,
        "offered_to": placing.agents,
        "refused": placing.refused,
        "round": placing.interaction.round + 1,
        "offer_ends_at": placing.ends_at,
        "not_before": None,
        "due_at": min(placing.ends_at, step_ends_at) if step_ends_at else placing.ends_at,
        "version": placing.interaction.version + 1,
    }
    return placing.interaction.model_copy(update=fields)


def _offering(placing: Placing) -> Document:
    return {"$set": changes(placing.interaction, _offered(placing))}


def _rejection(agent_id: str) -> list[Document]:
    # A pipeline, so that "the last one refused" is decided within the same update.
    nobody = {"$eq": [{"$size": "$offered_to"}, 0]}
    return [
        {
            "$set": {
                "offered_to": {"$setDifference": ["$offered_to", [agent_id]]},
                "refused": {"$setUnion": ["$refused", [agent_id]]},
                "version": {"$add": ["$version", 1]},
            }
        },
        {
            "$set": {
                "state": {"$cond": [nobody, WAITING.value, "$state"]},
                "offer_ends_at": {"$cond": [nobody, None, "$offer_ends_at"]},
                "due_at": {"$cond": [nobody, "$step_ends_at", "$due_at"]},
            }
        },
    ]
