"""Distribution: what waits for a target is offered to whoever is eligible, by the plan, with real claims.

One worker at a time serves a target, because its commands travel through one partition. Even so nothing rests on that:
capacity is claimed by a conditional update, and an interaction is offered only if it is as it was when it was read.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.interactions import Interaction, Offer, offer_id
from contracts.queues import Agent, AgentState, Presence
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments, Placing, holds
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore
from runtime.store.presence import Claim, PresenceStore
from workers.distribution.plan import Member, Plan, Waiting, plan
from workers.distribution.targets import Target, find_target

log = get_logger(__name__)

MOST_AT_ONCE = 500
MOST_PASSES = 50


class Distributor:
    """Serves distribution targets."""

    def __init__(
        self,
        configuration: ConfigurationCache,
        interactions: InteractionStore,
        presence: PresenceStore,
        offers: OfferStore,
        agent_queues: AgentQueues,
        assignments: Assignments,
        clock: Clock,
        round_pause: timedelta,
    ) -> None:
        self._configuration = configuration
        self._interactions = interactions
        self._presence = presence
        self._offers = offers
        self._agent_queues = agent_queues
        self._assignments = assignments
        self._clock = clock
        self._round_pause = round_pause

    async def serve(self, name: str) -> int:
        """Offer what waits for a target (`queue:ID` or `agent:ID`); the number of interactions offered.

        Raises:
            Unavailable: the database is away.
        """
        target = find_target(self._configuration.current, name)
        offered = 0
        for _ in range(MOST_PASSES if target else 0):
            found, placed, paused = await self._pass(target) if target else (0, 0, 0)
            offered += placed
            if not (placed or paused) or found < MOST_AT_ONCE:
                break
        return offered

    async def _pass(self, target: Target) -> tuple[int, int, int]:
        """Offer some of what waits; how many were found waiting, are offered now, and pause until their next round."""
        waiting, presence, pointer = await asyncio.gather(
            self._interactions.waiting(target.name, MOST_AT_ONCE),
            self._presence.of([agent.id for agent in target.members]),
            self._offers.pointer(target.name),
        )
        if not waiting:
            return 0, 0, 0
        decided = self._plan(target, waiting, presence, pointer)
        by_id = {interaction.id: interaction for interaction in waiting}
        for paused in decided.paused:
            await self._assignments.pause_round(by_id[paused.interaction_id], paused.not_before)
        placed = await self._place(target, decided, by_id)
        if placed:
            await self._record(target, placed, decided.pointer)
        return len(waiting), len(placed), len(decided.paused)

    def _plan(
        self, target: Target, waiting: Sequence[Interaction], presence: dict[str, Presence], pointer: str | None
    ) -> Plan:
        return plan(
            target.strategy,
            target.agent_timeout,
            [_member(agent, presence[agent.id]) for agent in target.members],
            [_waiting(interaction) for interaction in waiting],
            pointer,
            self._clock(),
            self._round_pause,
        )

    async def _place(self, target: Target, decided: Plan, by_id: dict[str, Interaction]) -> list[Interaction]:
        wanted: dict[str, list[str]] = defaultdict(list)
        for offer in decided.offers:
            for agent_id in offer.agent_ids:
                wanted[agent_id].append(offer.interaction_id)
        capacities = {agent.id: agent.capacity for agent in target.members}
        held = await self._presence.claim(
            [Claim(agent_id, capacities[agent_id], tuple(ids)) for agent_id, ids in wanted.items()]
        )
        placings = [
            Placing(by_id[offer.interaction_id], agents, offer.ends_at, self._refused(by_id[offer.interaction_id]))
            for offer in decided.offers
            if (agents := tuple(agent for agent in offer.agent_ids if (agent, offer.interaction_id) in held))
        ]
        placed = await self._assignments.place(placings)
        taken = {interaction.id for interaction in placed}
        await self._let_go_of_lost({pair for pair in held if pair[1] not in taken})
        return placed

    def _refused(self, interaction: Interaction) -> tuple[str, ...]:
        return interaction.refused if _waiting(interaction).refused_at(self._clock()) else ()

    async def _let_go_of_lost(self, pairs: set[tuple[str, str]]) -> None:
        """Free agents of what was not placed after all; not of what they have got in another way meanwhile."""
        if not pairs:
            return
        current = {one.id: one for one in await self._interactions.get_many({lost for _, lost in pairs})}
        await self._presence.release(
            {(agent, lost) for agent, lost in pairs if lost not in current or not holds(current[lost], agent)}
        )

    async def _record(self, target: Target, placed: Sequence[Interaction], pointer: str | None) -> None:
        now = self._clock()
        offers = [offer for interaction in placed for offer in _offers(target, interaction, now)]
        await asyncio.gather(
            self._agent_queues.show(placed),
            self._offers.record(offers),
            self._offers.set_pointer(target.name, pointer) if pointer else asyncio.sleep(0),
        )
        for interaction in placed:
            log.info(
                "interaction.offered",
                correlation_id=interaction.correlation_id,
                interaction=interaction.id,
                target=target.name,
                agents=interaction.offered_to,
                round=interaction.round,
            )


def _member(agent: Agent, presence: Presence) -> Member:
    available = presence.state is AgentState.AVAILABLE
    return Member(agent.id, agent.capacity, frozenset(presence.holding), available)


def _waiting(interaction: Interaction) -> Waiting:
    # A waiting interaction of a step has both times; the router sets them together with the target.
    since = interaction.waiting_since or interaction.opened_at
    return Waiting(
        interaction.id,
        frozenset(interaction.refused),
        interaction.not_before,
        since,
        interaction.step_ends_at or since,
    )


def _offers(target: Target, interaction: Interaction, now: datetime) -> list[Offer]:
    return [
        Offer(
            id=offer_id(interaction.id, interaction.round, agent_id),
            interaction_id=interaction.id,
            agent_id=agent_id,
            target=target.name,
            round=interaction.round,
            offered_at=now,
            ends_at=interaction.offer_ends_at or now,
        )
        for agent_id in interaction.offered_to
    ]
