"""What agents are doing, and what they hold: the place where capacity is claimed, atomically."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pymongo import IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from contracts.errors import Conflict
from contracts.queues import Agent, AgentState, Presence
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
        self._news = store.news

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
        """Change an agent's state; what they hold stays theirs.

        Raises:
            Conflict: they are to be available, and have a disposition to give first.
        """
        wanted: Document = {"state": state.value, "pause": pause}
        fields: Document = {**wanted, "resume": wanted, "since": self._clock(), "missed": []}
        free: Document = {"wrapups.0": {"$exists": False}} if state is AgentState.AVAILABLE else {}
        try:
            with store_errors():
                await self._collection.update_one({"_id": agent_id, **free}, {"$set": fields}, upsert=True)
        except DuplicateKeyError:
            raise Conflict(f"{agent_id} is to give a disposition first") from None
        self._news.agent(agent_id)
        return await self.get(agent_id)

    async def wrap_up(self, agent_id: str, interaction_id: str, pause: str) -> None:
        """Have an agent pause until they have given the disposition of an interaction; done again it changes nothing.

        Who is offline stays so. What they were doing before the first such interaction is remembered.
        """
        first = {"$eq": [{"$size": {"$ifNull": ["$wrapups", []]}}, 0]}
        here = {"$in": ["$state", [AgentState.AVAILABLE.value, AgentState.PAUSE.value]]}
        before: Document = {"resume": {"$cond": [first, {"state": "$state", "pause": "$pause"}, "$resume"]}}
        paused: Document = {"state": AgentState.PAUSE.value, "pause": {"$literal": pause}, "since": self._clock()}
        update: list[Document] = [
            {"$set": {**before, "wrapups": {"$setUnion": [{"$ifNull": ["$wrapups", []]}, [interaction_id]]}}},
            {"$set": {name: {"$cond": [here, value, f"${name}"]} for name, value in paused.items()}},
        ]
        with store_errors():
            result = await self._collection.update_one({"_id": agent_id, "wrapups": {"$ne": interaction_id}}, update)
        if result.matched_count:
            self._news.agent(agent_id)

    async def wrapped_up(self, interaction_id: str, but: str | None = None) -> frozenset[str]:
        """Nobody (`but` one) is to give this interaction's disposition any more; who is available again for it."""
        left = {"$setDifference": ["$wrapups", [interaction_id]]}
        none = {"$eq": [{"$size": "$wrapups"}, 0]}
        again = {"state": "$resume.state", "pause": "$resume.pause", "since": self._clock()}
        update: list[Document] = [
            {"$set": {"wrapups": left}},
            {"$set": {name: {"$cond": [none, value, f"${name}"]} for name, value in again.items()}},
        ]
        available = set()
        with store_errors():
            cursor = self._collection.find({"wrapups": interaction_id, "_id": {"$ne": but}}, {"_id": 1})
            for agent_id in [document["_id"] async for document in cursor]:
                after = await self._collection.find_one_and_update(
                    {"_id": agent_id, "wrapups": interaction_id}, update, return_document=ReturnDocument.AFTER
                )
                self._news.agent(agent_id)
                if after is not None and after.get("state") == AgentState.AVAILABLE.value:
                    available.add(agent_id)
        return frozenset(available)

    async def wrapups(self) -> dict[str, tuple[str, ...]]:
        """The interactions whose disposition every agent who has to give one is to give."""
        with store_errors():
            cursor = self._collection.find({"wrapups.0": {"$exists": True}}, {"wrapups": 1})
            return {document["_id"]: tuple(document["wrapups"]) async for document in cursor}

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
            self._news.agent(agent_id)
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

    async def reserve(self, agent: Agent, interaction_id: str, states: Collection[AgentState]) -> bool:
        """Have an agent hold an interaction that they ask for themselves, in one of these states and within capacity;
        whether they do."""
        condition: Document = {
            "_id": agent.id,
            "state": {"$in": [state.value for state in states]},
            "wrapups.0": {"$exists": False},
        }
        if agent.capacity:
            condition[f"holding.{agent.capacity - 1}"] = {"$exists": False}
        with store_errors():
            result = await self._collection.update_one(condition, {"$addToSet": {"holding": interaction_id}})
        return result.matched_count == 1

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
        wrapups=tuple(document.get("wrapups", ())),
    )
