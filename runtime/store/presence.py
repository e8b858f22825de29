"""What agents are doing, and what they hold: the place where capacity is claimed, atomically."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pymongo import IndexModel, UpdateOne

from contracts.queues import AgentState, Presence
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.store.client import LEADING, Document, Indexes, Store, store_errors

log = get_logger(__name__)

MISSED_OFFERS = "missed offers"
"""The name of the pause of an agent who did not answer."""

PRESENCE = "presence"
INDEXES: Indexes = {PRESENCE: [IndexModel("state", name="by_state")]}


@dataclass(frozen=True, slots=True)
class Claim:
    """A wish to have an agent hold interactions. `capacity` 0 = no limit."""

    agent_id: str
    capacity: int
    interactions: tuple[str, ...]


class PresenceStore:
    """Agents' states and holdings. A holding is an interaction that is offered to the agent or owned by them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._collection = store.database[PRESENCE]
        self._claims = self._collection.with_options(write_concern=LEADING)  # what is claimed for is placed next
        self._clock = clock

    async def get(self, agent_id: str) -> Presence:
        """An agent's presence; one who never came is offline."""
        return (await self.of([agent_id]))[agent_id]

    async def of(self, agent_ids: Collection[str]) -> dict[str, Presence]:
        """The presence of several agents."""
        with store_errors():
            cursor = self._collection.find({"_id": {"$in": list(agent_ids)}})
            found = {document["_id"]: _presence(document) async for document in cursor}
        return {agent_id: found.get(agent_id) or Presence(agent_id=agent_id) for agent_id in agent_ids}

    async def set(self, agent_id: str, state: AgentState, pause: str = "") -> Presence:
        """Change an agent's state; what they hold stays theirs."""
        fields: Document = {"state": state.value, "pause": pause, "since": self._clock(), "missed": []}
        with store_errors():
            await self._collection.update_one({"_id": agent_id}, {"$set": fields}, upsert=True)
        return await self.get(agent_id)

    async def missed(self, agent_id: str, offer_id: str, most: int) -> bool:
        """Note a missed offer, once; whether the agent, who has now missed `most` in a row, is paused for it."""
        enough = {"$and": [{"$gte": [{"$size": "$missed"}, most]}, {"$eq": ["$state", AgentState.AVAILABLE.value]}]}
        with store_errors():
            before = await self._collection.find_one_and_update(
                {"_id": agent_id},
                [
                    {"$set": {"missed": {"$setUnion": [{"$ifNull": ["$missed", []]}, [offer_id]]}}},
                    {"$set": {name: {"$cond": [enough, value, f"${name}"]} for name, value in self._paused().items()}},
                ],
            )
        missed = {*before.get("missed", ()), offer_id} if before else set()
        paused = len(missed) >= most and before.get("state") == AgentState.AVAILABLE.value
        if paused:
            log.info("agent.paused", agent=agent_id, missed=len(missed))
        return paused

    def _paused(self) -> Document:
        return {"pause": MISSED_OFFERS, "since": self._clock(), "state": AgentState.PAUSE.value}

    async def answered(self, agent_id: str) -> None:
        """Forget the offers that an agent missed before: they have answered one."""
        with store_errors():
            await self._collection.update_one(
                {"_id": agent_id, "missed.0": {"$exists": True}}, {"$set": {"missed": []}}
            )

    async def claim(self, claims: Sequence[Claim]) -> frozenset[tuple[str, str]]:
        """Have agents hold interactions, each agent's all or none; the pairs (agent, interaction) that are held now.

        An agent takes them only when available and, with them, within capacity: both are conditions of the one update.
        """
        if not claims:
            return frozenset()
        with store_errors():
            result = await self._claims.bulk_write([_claim(claim) for claim in claims], ordered=False)
            if result.matched_count == len(claims):
                return frozenset(
                    (claim.agent_id, interaction) for claim in claims for interaction in claim.interactions
                )
            wanted = {claim.agent_id: claim.interactions for claim in claims}
            cursor = self._collection.find({"_id": {"$in": list(wanted)}}, {"holding": 1})
            held = [
                (document["_id"], interaction)
                async for document in cursor
                for interaction in wanted[document["_id"]]
                if interaction in document.get("holding", ())
            ]
        return frozenset(held)

    async def keep(self, pairs: Collection[tuple[str, str]]) -> None:
        """Have agents hold what is theirs already; done again it changes nothing."""
        if not pairs:
            return
        with store_errors():
            await self._collection.bulk_write(
                [UpdateOne({"_id": agent}, {"$addToSet": {"holding": one}}, upsert=True) for agent, one in pairs],
                ordered=False,
            )

    async def release(self, pairs: Collection[tuple[str, str]]) -> None:
        """Let agents go of interactions; done again it changes nothing."""
        if not pairs:
            return
        with store_errors():
            await self._collection.bulk_write(
                [UpdateOne({"_id": agent}, {"$pull": {"holding": interaction}}) for agent, interaction in pairs],
                ordered=False,
            )

    async def holdings(self) -> dict[str, tuple[str, ...]]:
        """What every agent who holds something holds."""
        with store_errors():
            cursor = self._collection.find({"holding.0": {"$exists": True}}, {"holding": 1})
            return {document["_id"]: tuple(document["holding"]) async for document in cursor}


def _claim(claim: Claim) -> UpdateOne:
    condition: Document = {"_id": claim.agent_id, "state": AgentState.AVAILABLE.value}
    room = claim.capacity - len(claim.interactions)
    if claim.capacity and room >= 0:
        # The array has at most `room` elements exactly when it has none at the index `room`.
        condition[f"holding.{room}"] = {"$exists": False}
    elif claim.capacity:
        condition["holding"] = {"$all": list(claim.interactions)}
    return UpdateOne(condition, {"$addToSet": {"holding": {"$each": list(claim.interactions)}}})


def _presence(document: Document) -> Presence:
    return Presence(
        agent_id=document["_id"],
        state=AgentState(document.get("state", AgentState.OFFLINE)),
        pause=document.get("pause", ""),
        since=document.get("since"),
        holding=tuple(document.get("holding", ())),
    )
