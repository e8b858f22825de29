"""Who has an interaction: every change here is one conditional update, so that exactly one contender wins."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument, UpdateOne

from contracts.errors import Conflict, NotFound
from contracts.interactions import Interaction, InteractionState, Offer, OfferOutcome, TransferOutcome
from runtime.clock import Clock
from runtime.store.agent_queues import AgentQueues
from runtime.store.client import LEADING, Document, Store, store_errors
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import changes, from_document
from runtime.store.expressions import acceptance, rejection
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore, outcome_of
from runtime.store.presence import PresenceStore

OFFERED, ASSIGNED = InteractionState.OFFERED, InteractionState.ASSIGNED


@dataclass(frozen=True, slots=True)
class Placing:
    """A waiting interaction that is to be offered to agents until `ends_at`; `refused` have said no in this round."""

    interaction: Interaction
    agents: tuple[str, ...]
    ends_at: datetime
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """An interaction after somebody's click, and the agents who have room for something else for it."""

    interaction: Interaction
    freed: frozenset[str] = frozenset()


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
        """As `take`; the interaction alone."""
        return (await self.take(interaction_id, agent_id)).interaction

    async def take(self, interaction_id: str, agent_id: str) -> Settled:
        """Give an offered interaction to the agent who accepts it first.

        Raises:
            NotFound: there is no such interaction.
            Conflict: somebody else has it, or the offer does not stand any more.
        """
        condition = {"_id": interaction_id, "state": OFFERED.value, "offered_to": agent_id}
        with store_errors():
            document = await self._collection.find_one_and_update(
                condition, acceptance(agent_id, self._clock()), return_document=ReturnDocument.AFTER
            )
        if document is None:
            return Settled(await self._lost(interaction_id, agent_id))
        interaction = from_document(Interaction, document)
        return Settled(interaction, await self.settle([interaction]))

    async def _lost(self, interaction_id: str, agent_id: str) -> Interaction:
        interaction = await self._interactions.get(interaction_id)
        if interaction is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        if interaction.owner == agent_id and interaction.state is ASSIGNED:
            return interaction
        if interaction.owner and interaction.transfer is None:
            raise Conflict(f"already taken by {interaction.owner}")
        raise Conflict("the offer does not stand any more")

    async def reject(
        self, interaction_id: str, agent_id: str, outcome: OfferOutcome = OfferOutcome.REJECTED
    ) -> Interaction:
        """Take an offer from the agent who refuses it, or who is not there any more.

        The last one sends the interaction back to waiting; or to the sender, if it was transferred to this agent.

        Raises:
            NotFound: there is no such interaction.
            Conflict: the offer does not stand any more.
        """
        with store_errors():
            document = await self._collection.find_one_and_update(
                {"_id": interaction_id, "state": OFFERED.value, "offered_to": agent_id},
                rejection(agent_id, self._clock()),
                return_document=ReturnDocument.AFTER,
            )
        if document is None:
            if await self._interactions.get(interaction_id) is None:
                raise NotFound(f"there is no interaction {interaction_id}")
            raise Conflict("the offer does not stand any more")
        interaction = from_document(Interaction, document)
        await self._offers.end(interaction_id, interaction.round, agent_id, outcome, self._clock())
        await self._hold([(agent_id, interaction_id)], {interaction_id: interaction})
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

    async def settle(self, interactions: Sequence[Interaction]) -> frozenset[str]:
        """Bring agent queues, offers, capacity and wrap-ups in line with interactions as they are.

        The agents who have room for something else now, or are available again.
        """
        shown = await self._queues.show(interactions, settle={interaction.id for interaction in interactions})
        fallen = await self._offers.fallen(shown)
        current = {interaction.id: interaction for interaction in shown}
        freed = [
            (offer.agent_id, offer.interaction_id)
            for offer in fallen
            if not holds(current[offer.interaction_id], offer.agent_id)
        ]
        freed += [pair for one in shown for pair in _left_behind(one)]
        await self._hold([*freed, *((one.owner, one.id) for one in shown if one.owner and one.open)], current)
        await self._offers.close(fallen, shown, self._clock())
        await self._judge(fallen, current)
        resumed = [await self._wrap_up(one) for one in shown if one.wrapup is not None]
        return frozenset(agent for agent, _ in freed).union(*resumed)

    async def let_go(self, pairs: Collection[tuple[str, str]]) -> None:
        """Free agents of interactions, each a pair with the agent first; not of what they have got again meanwhile."""
        found = await self._interactions.get_many({held for _, held in pairs}) if pairs else []
        await self._hold(pairs, {one.id: one for one in found})

    async def _hold(self, pairs: Collection[tuple[str, str]], known: Mapping[str, Interaction]) -> None:
        """Have agents hold those of the interactions that are theirs or offered to them, and not the others.

        Whoever writes this looks again afterwards, and writes once more if an interaction has changed meanwhile: so the
        last writer has always seen the last state.
        """
        while pairs:
            had = [(agent, held) for agent, held in pairs if held in known and holds(known[held], agent)]
            await self._presence.release(set(pairs) - set(had))
            await self._presence.keep(had)
            moved = set(await self._queues.moved([known[held] for held in {held for _, held in pairs} & known.keys()]))
            pairs = [pair for pair in pairs if pair[1] in moved]
            known = {one.id: one for one in await self._interactions.get_many(moved)} if moved else {}

    async def _wrap_up(self, interaction: Interaction) -> frozenset[str]:
        """Have the owner pause, or work on, as above; who is available again."""
        resumed: set[str] = set()
        while True:
            owner = _wraps_up(interaction)
            if owner is not None and interaction.wrapup is not None:
                await self._presence.wrap_up(owner, interaction.id, interaction.wrapup.pause)
            resumed |= await self._presence.wrapped_up(interaction.id, but=owner)
            now = await self._interactions.get(interaction.id)
            if now is None or now.version == interaction.version:
                return frozenset(resumed)
            interaction = now

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


def _wraps_up(interaction: Interaction) -> str | None:
    """Who is to give an interaction's disposition."""
    return interaction.owner if interaction.state is InteractionState.WRAPUP else None


def _left_behind(interaction: Interaction) -> Iterator[tuple[str, str]]:
    """Who has had an interaction until now: its owner, when it is closed; who passed it on last."""
    if interaction.owner and not interaction.open:
        yield interaction.owner, interaction.id
    last = interaction.transfers[-1] if interaction.transfers else None
    if last is not None and last.outcome is TransferOutcome.ACCEPTED and not holds(interaction, last.sender):
        yield last.sender, interaction.id


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
