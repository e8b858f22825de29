"""Many agents who accept the same offers at the same time: one winner each, and what everybody holds is exact."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from contracts.errors import Conflict
from contracts.interactions import Interaction, InteractionState, Offer, offer_id
from contracts.queues import AgentState
from runtime.store.assignments import Placing
from runtime.store.interactions import Change
from runtime.store.presence import Claim
from tests.parts import NOW, PAUSE, Parts

MANY = pytest.mark.thorough, pytest.mark.timeout(400)
"""200,000 offers that are made and withdrawn: about a minute and a half on two cores."""


def waiting(number: int) -> Interaction:
    return Interaction(
        id=f"i{number}",
        account_id="shop",
        account_key="SHOP",
        contact_key=f"+39333{number:06d}",
        contact_id=f"people:+39333{number:06d}",
        conversation=f"shop:+39333{number:06d}",
        correlation_id=f"c{number}",
        state=InteractionState.WAITING,
        waiting_for="queue:sales",
        waiting_since=NOW,
        opened_at=NOW,
        version=1,
    )


async def offered_to_everybody(parts: Parts, agents: Sequence[str], capacity: int) -> list[str]:
    """So many interactions as an agent can take, each offered to every agent; their ids."""
    made = [waiting(number) for number in range(capacity)]
    ids = [one.id for one in made]
    await parts.interactions.save([Change(None, one) for one in made])
    for agent in agents:
        await parts.presence.set(agent, AgentState.AVAILABLE)
    held = await parts.presence.claim([Claim(agent, capacity, tuple(ids)) for agent in agents])
    assert len(held) == len(agents) * capacity
    for one in await parts.assignments.place([Placing(one, tuple(agents), NOW + PAUSE) for one in made]):
        await parts.offers.record([_offer(one, agent) for agent in agents])
    return ids


def _offer(one: Interaction, agent: str) -> Offer:
    return Offer(
        id=offer_id(one.id, one.round, agent),
        interaction_id=one.id,
        agent_id=agent,
        target="queue:sales",
        round=one.round,
        offered_at=NOW,
        ends_at=NOW + PAUSE,
    )


@pytest.mark.parametrize(("many", "offers"), [(50, 200), pytest.param(200, 1000, marks=MANY)])
async def test_of_many_agents_who_accept_the_same_offers_each_offer_has_one_winner(
    parts: Parts, many: int, offers: int
) -> None:
    agents = [f"agent{number}" for number in range(many)]
    left = set(await offered_to_everybody(parts, agents, offers))
    won: dict[str, list[str]] = {}
    lost: list[str] = []
    chance = random.Random(7)  # noqa: S311 - the same course each time, hides nothing

    async def work(agent: str) -> None:
        """Take whatever is still on the screen; somebody else may be faster."""
        while left:
            one = chance.choice(sorted(left))
            try:
                await parts.assignments.accept(one, agent)
            except Conflict as error:
                lost.append(str(error))
            else:
                won.setdefault(one, []).append(agent)
            left.discard(one)

    await asyncio.gather(*(work(agent) for agent in agents))

    assert lost
    assert all(reason.startswith("already taken by agent") for reason in lost)
    owners = {one.id: one.owner for one in await parts.all_interactions()}
    assert {one: [owner] for one, owner in owners.items()} == won
    holdings = await parts.presence.holdings()
    assert sorted((agent, one) for agent, ones in holdings.items() for one in ones) == sorted(
        (agent, one) for one, winners in won.items() for agent in winners
    )
    accepted = await parts.store.database["offers"].count_documents({"outcome": "accepted"})
    withdrawn = await parts.store.database["offers"].count_documents({"outcome": "withdrawn"})
    assert (accepted, withdrawn) == (offers, offers * (many - 1))
