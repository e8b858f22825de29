"""Distribution: what waits for a target is offered to whoever is eligible, by the plan, with real claims.

One worker at a time serves a target, because its commands travel through one partition. Even so nothing rests on that:
capacity is claimed by a conditional update, and an interaction is offered only if it is as it was when it was read.
Targets that share agents are planned together, so that what weighs more or waits longer gets them first.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from contracts.interactions import Interaction, Offer, offer_id
from contracts.queues import Agent, AgentState, Presence, Strategy
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments, Placing, holds
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore, Standing
from runtime.store.presence import Claim, PresenceStore
from workers.distribution.plan import Line, Member, Plan, Waiting, plan
from workers.distribution.targets import Target, find_target, rivals

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

    def targets_of(self, agents: Collection[str]) -> list[str]:
        """What these agents may be offered, once they have room for it."""
        return self._configuration.current.targets_of(agents)

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
        known = {one.name: one for one in (target, *rivals(self._configuration.current, target))}
        agents = {agent.id: agent for one in known.values() for agent in one.members}
        waiting, presence, standings = await asyncio.gather(
            self._interactions.waiting(target.name, MOST_AT_ONCE, [name for name in known if name != target.name]),
            self._presence.of(agents),
            self._offers.standings(known),
        )
        if not waiting:
            return 0, 0, 0
        decided = plan(
            [_line(one, standings.get(one.name, Standing())) for one in known.values()],
            [_member(agent, presence[agent.id]) for agent in agents.values()],
            [_waiting(interaction) for interaction in waiting],
            self._clock(),
            self._round_pause,
        )
        by_id = {interaction.id: interaction for interaction in waiting}
        for paused in decided.paused:
            await self._assignments.pause_round(by_id[paused.interaction_id], paused.not_before)
        placed = await self._place(decided, by_id, agents)
        if placed:
            await self._record(placed, decided, known)
        return len(waiting), len(placed), len(decided.paused)

    async def _place(
        self, decided: Plan, by_id: Mapping[str, Interaction], agents: Mapping[str, Agent]
    ) -> list[Interaction]:
        wanted: dict[str, list[str]] = defaultdict(list)
        for offer in decided.offers:
            for agent_id in offer.agent_ids:
                wanted[agent_id].append(offer.interaction_id)
        held = await self._presence.claim(
            [Claim(agent_id, agents[agent_id].capacity, tuple(ids)) for agent_id, ids in wanted.items()]
        )
        placings = [
            Placing(by_id[offer.interaction_id], takers, offer.ends_at, self._refused(by_id[offer.interaction_id]))
            for offer in decided.offers
            if (takers := tuple(agent for agent in offer.agent_ids if (agent, offer.interaction_id) in held))
        ]
        placed = await self._assignments.place(placings)
        taken = {interaction.id for interaction in placed}
        await self._let_go_of_lost({pair for pair in held if pair[1] not in taken})
        return placed

    def _refused(self, interaction: Interaction) -> tuple[str, ...]:
        still = _waiting(interaction).refused_at(self._clock())
        return tuple(agent for agent in interaction.refused if agent in still)

    async def _let_go_of_lost(self, pairs: set[tuple[str, str]]) -> None:
        """Free agents of what was not placed after all; not of what they have got in another way meanwhile."""
        if not pairs:
            return
        current = {one.id: one for one in await self._interactions.get_many({lost for _, lost in pairs})}
        await self._presence.release(
            {(agent, lost) for agent, lost in pairs if lost not in current or not holds(current[lost], agent)}
        )

    async def _record(self, placed: Sequence[Interaction], decided: Plan, known: Mapping[str, Target]) -> None:
        now = self._clock()
        offers = [offer for interaction in placed for offer in _offers(interaction, known, now)]
        await asyncio.gather(
            # Between claim and placing somebody may have let go of an agent who did not have it yet.
            self._presence.keep([(offer.agent_id, offer.interaction_id) for offer in offers]),
            self._agent_queues.show(placed),
            self._offers.record(offers),
            self._offers.engaged(_standings(offers, decided.pointers, known)),
        )
        for interaction in placed:
            log.info(
                "interaction.offered",
                correlation_id=interaction.correlation_id,
                interaction=interaction.id,
                target=interaction.waiting_for,
                agents=interaction.offered_to,
                round=interaction.round,
            )


def _line(target: Target, standing: Standing) -> Line:
    return Line(
        target.name,
        target.strategy,
        target.agent_timeout,
        tuple(agent.id for agent in target.members),
        target.weight,
        standing.pointer,
        standing.engaged,
        target.preferred_for,
    )


def _standings(
    offers: Sequence[Offer], pointers: Mapping[str, str], known: Mapping[str, Target]
) -> dict[str, Standing]:
    """What each strategy has to remember of these offers, by target."""
    standings = {name: Standing(pointer) for name, pointer in pointers.items()}
    for offer in offers:
        if known[offer.target].strategy is Strategy.LEAST_RECENT:
            engaged = standings.get(offer.target, Standing()).engaged
            standings[offer.target] = Standing(None, {**engaged, offer.agent_id: offer.offered_at})
    return standings


def _member(agent: Agent, presence: Presence) -> Member:
    available = presence.state is AgentState.AVAILABLE
    return Member(agent.id, agent.capacity, frozenset(presence.holding), available)


def _waiting(interaction: Interaction) -> Waiting:
    # A waiting interaction of a step has all of these; the router sets them together.
    since = interaction.waiting_since or interaction.opened_at
    return Waiting(
        interaction.id,
        interaction.waiting_for or "",
        frozenset(interaction.refused),
        interaction.not_before,
        since,
        interaction.step_ends_at or since,
        interaction.previous_agent,
        interaction.owner,
    )


def _offers(interaction: Interaction, known: Mapping[str, Target], now: datetime) -> Iterator[Offer]:
    target = known[interaction.waiting_for or ""]
    for agent_id in interaction.offered_to:
        yield Offer(
            id=offer_id(interaction.id, interaction.round, agent_id),
            interaction_id=interaction.id,
            agent_id=agent_id,
            target=target.name,
            round=interaction.round,
            offered_at=now,
            ends_at=interaction.offer_ends_at or now,
            pause_after_missed=target.pause_after_missed,
        )
