"""Figures about queues: how many interactions wait for each target, and which agents are available."""

from collections.abc import Collection

from contracts.queues import AgentState
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, WRAPPING_UP
from runtime.store.documents import holders_of
from runtime.store.interaction_lists import BY_OFFER
from runtime.store.presence import PRESENCE

OPEN = "one_open_per_conversation"
"""The index of the open interactions, which are few among all."""


class FigureStore:
    """Counts over the present state."""

    def __init__(self, store: Store) -> None:
        self._interactions = store.database[INTERACTIONS]
        self._presence = store.database[PRESENCE]

    async def waiting(self) -> dict[str, int]:
        """How many interactions wait, by target."""
        pipeline: list[Document] = [
            {"$match": {"state": "waiting", "waiting_for": {"$type": "string"}}},
            {"$group": {"_id": "$waiting_for", "count": {"$sum": 1}}},
        ]
        with store_errors():
            return {row["_id"]: row["count"] async for row in self._interactions.aggregate(pipeline)}

    async def offered(self) -> frozenset[tuple[str, str]]:
        """Who is offered what now, as pairs of agent and interaction."""
        with store_errors():
            cursor = self._interactions.find({"offered_to.0": {"$exists": True}}, {"offered_to": 1}).hint(BY_OFFER)
            return frozenset([(agent, row["_id"]) async for row in cursor for agent in row["offered_to"]])

    async def owned(self) -> frozenset[tuple[str, str]]:
        """Who has what now, as pairs of agent and interaction."""
        with store_errors():
            cursor = self._interactions.find({"open": True, "owner": {"$type": "string"}}, {"owner": 1}).hint(OPEN)
            return frozenset([(row["owner"], row["_id"]) async for row in cursor])

    async def held(self, ids: Collection[str]) -> frozenset[tuple[str, str]]:
        """Who has or is offered which of these interactions, as pairs of agent and interaction."""
        with store_errors():
            cursor = self._interactions.find({"_id": {"$in": list(ids)}, "open": True}, {"owner": 1, "offered_to": 1})
            return frozenset([(agent, row["_id"]) async for row in cursor for agent in holders_of(row)])

    async def wrapping_up(self) -> frozenset[tuple[str, str]]:
        """Who is to give which interaction a disposition, as pairs of agent and interaction."""
        with store_errors():
            cursor = self._interactions.find({"state": "wrapup"}, {"owner": 1}).hint(WRAPPING_UP)
            return frozenset([(row["owner"], row["_id"]) async for row in cursor])

    async def logged_in(self) -> dict[str, AgentState]:
        """The agents who are there, available or in a pause."""
        there = [AgentState.AVAILABLE.value, AgentState.PAUSE.value]
        with store_errors():
            cursor = self._presence.find({"state": {"$in": there}}, {"state": 1})
            return {row["_id"]: AgentState(row["state"]) async for row in cursor}
