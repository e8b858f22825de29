"""What people do with an interaction after somebody has it, each as one conditional update: whoever was overtaken looks
again at what has become of it, and decides anew."""

import asyncio
import random
from collections.abc import Callable

from pymongo.errors import DuplicateKeyError

from contracts.errors import Conflict, NotFound, SwitchboardError, Unavailable
from contracts.interactions import Interaction, InteractionState, RoutingTrace
from contracts.lifecycle import assigning, moved
from contracts.queues import Agent, AgentState
from contracts.stored import StoredMessage
from runtime.clock import Clock
from runtime.store.assignments import Assignments, Settled, holds
from runtime.store.client import Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES
from runtime.store.documents import changes, to_document
from runtime.store.interactions import InteractionStore
from runtime.store.presence import PresenceStore
from runtime.store.transactions import through

ATTEMPTS = 50
PAUSE_S = 0.002
PAUSE_MOST_S = 0.1
Step = Callable[[Interaction], Interaction]
"""What is to become of an interaction. Raises an error in place of a change that must not be."""


class LifecycleStore:
    """Changes of interactions by agents and supervisors. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(
        self,
        store: Store,
        interactions: InteractionStore,
        assignments: Assignments,
        presence: PresenceStore,
        clock: Clock,
    ) -> None:
        self._client = store.database.client
        self._collection = store.database[INTERACTIONS]
        self._messages = store.database[MESSAGES]
        self._interactions = interactions
        self._assignments = assignments
        self._presence = presence
        self._clock = clock
        self._news = store.news

    async def change(self, interaction_id: str, step: Step) -> Settled:
        """Make a step, and bring agent queues, offers and capacity in line with it.

        Raises:
            NotFound: there is no such interaction.
            SwitchboardError: what the step raises.
        """
        before, after = await self._stepped(interaction_id, step)
        freed = set()
        if before.owner is not None and not holds(after, before.owner):
            await self._assignments.let_go([(before.owner, after.id)])
            freed.add(before.owner)
        return Settled(after, await self._assignments.settle([after]) | freed)

    async def _stepped(self, interaction_id: str, step: Step) -> tuple[Interaction, Interaction]:
        pause = PAUSE_S
        for _ in range(ATTEMPTS):
            before = await self._interactions.get(interaction_id)
            if before is None:
                raise NotFound(f"there is no interaction {interaction_id}")
            after = step(before).model_copy(update={"version": before.version + 1})
            with store_errors():
                result = await self._collection.update_one(
                    {"_id": before.id, "version": before.version}, {"$set": changes(before, after)}
                )
            if result.matched_count:
                self._news.interactions([before, after])
                return before, after
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads retries, hides nothing
            pause = min(pause * 2, PAUSE_MOST_S)
        raise Unavailable(f"interaction {interaction_id} changes all the time")

    async def pick_up(self, interaction_id: str, agent: Agent) -> Settled:
        """Give an unmanaged interaction to the agent who picks it up first.

        Raises:
            NotFound: there is no such interaction.
            Conflict: it is not unmanaged any more, or the agent is not available or has no room.
        """
        if not await self._presence.reserve(agent, interaction_id, [AgentState.AVAILABLE]):
            raise Conflict(f"{agent.id} is not available, or has as many interactions as they can take")
        try:
            return await self.change(interaction_id, lambda one: self._picked_up(one, agent.id))
        except SwitchboardError:
            await self._assignments.let_go([(agent.id, interaction_id)])
            raise

    def _picked_up(self, interaction: Interaction, agent_id: str) -> Interaction:
        if interaction.owner is not None and interaction.open:
            raise Conflict(f"already taken by {interaction.owner}")
        if not interaction.unmanaged or interaction.state is not InteractionState.WAITING:
            raise Conflict(f"the interaction is {interaction.state}: only what nobody has accepted is picked up")
        return moved(interaction, assigning(interaction, agent_id, self._clock()))

    async def start(self, interaction: Interaction, message: StoredMessage, agent: Agent) -> Settled | None:
        """Open an interaction that the agent starts with a message, both or neither; None when there is an open one, or
        the message is there already.

        Raises:
            Conflict: the agent is offline, wraps up, or has no room.
        """
        if not await self._presence.reserve(agent, interaction.id, [AgentState.AVAILABLE, AgentState.PAUSE]):
            raise Conflict(f"{agent.id} is offline, is to give a disposition, or has as many as they can take")
        try:
            await through(lambda: self._opened(interaction, message))
        except (DuplicateKeyError, SwitchboardError) as error:
            await self._assignments.let_go([(agent.id, interaction.id)])
            if isinstance(error, DuplicateKeyError):
                return None
            raise
        self._news.messages([message], interaction)
        return Settled(interaction, await self._assignments.settle([interaction]))

    async def _opened(self, interaction: Interaction, message: StoredMessage) -> None:
        async with await self._client.start_session() as session, session.start_transaction():
            await self._collection.insert_one(to_document(interaction), session=session)
            await self._messages.insert_one(to_document(message), session=session)

    async def record(self, trace: RoutingTrace) -> None:
        """Write down what somebody did, where operators read why an interaction went where it went."""
        await self._interactions.record(traces=[trace])
