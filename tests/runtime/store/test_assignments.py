"""Who has an interaction: one winner, whatever happens at the same time."""

import asyncio
import random
from datetime import timedelta

import pytest

from contracts.errors import Conflict, NotFound
from contracts.interactions import Interaction, InteractionState, OfferOutcome, offer_id
from contracts.queues import AgentState
from runtime.store.assignments import Placing
from runtime.store.presence import Claim
from tests.parts import NOW, Parts, account, bundle, message, people, queue

AGENTS = tuple(f"a{n:02d}" for n in range(20))
ENDS = NOW + timedelta(seconds=30)


@pytest.fixture
async def offered(parts: Parts) -> Interaction:
    """An interaction that is offered to twenty agents, as the distributor does it."""
    actions = [{"action": "Queue", "queue": "sales", "timeout": 60}]
    await parts.configure(*people(*AGENTS), queue(strategy="beepall", agents=AGENTS), account(actions))
    for agent in AGENTS:
        await parts.presence.set(agent, AgentState.AVAILABLE)
    await parts.router().handle([bundle(message("+39333000001", "m1"))])
    await parts.carry_out()
    offered = await parts.one()
    assert set(offered.offered_to) == set(AGENTS)
    return offered


async def in_front_of(parts: Parts) -> dict[str, str]:
    """Who has an entry, and of which kind."""
    lists = [await parts.queues.entries(agent) for agent in AGENTS]
    return {entry.agent_id: entry.kind.value for entries in lists for entry in entries}


async def test_of_twenty_who_accept_at_once_one_has_it_and_the_others_hear_who(
    parts: Parts, offered: Interaction
) -> None:
    results = await asyncio.gather(
        *(parts.assignments.accept(offered.id, agent) for agent in AGENTS), return_exceptions=True
    )
    won = [result for result in results if isinstance(result, Interaction)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 19)
    owner = won[0].owner
    assert owner is not None
    assert {str(conflict) for conflict in lost} == {f"already taken by {owner}"}
    assert await in_front_of(parts) == {owner: "owned"}
    assert await parts.presence.holdings() == {owner: (offered.id,)}
    outcomes = {offer.agent_id: offer.outcome for offer in await parts.offers.of(offered.id)}
    assert outcomes == {a: OfferOutcome.ACCEPTED if a == owner else OfferOutcome.WITHDRAWN for a in AGENTS}
    again = await parts.assignments.accept(offered.id, owner)
    assert again == won[0]


async def test_a_rejection_is_noted_and_the_last_one_sends_it_back_to_waiting(
    parts: Parts, offered: Interaction
) -> None:
    shuffled = list(AGENTS)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    await asyncio.gather(*(parts.assignments.reject(offered.id, agent) for agent in shuffled[:-1]))
    left = await parts.one()
    assert (left.state, left.offered_to) == (InteractionState.OFFERED, (shuffled[-1],))
    assert set(left.refused) == set(shuffled[:-1])
    with pytest.raises(Conflict, match="does not stand any more"):
        await parts.assignments.reject(offered.id, shuffled[0])
    with pytest.raises(Conflict, match="does not stand any more"):
        await parts.assignments.accept(offered.id, shuffled[0])

    back = await parts.assignments.reject(offered.id, shuffled[-1])

    assert (back.state, back.offered_to, back.offer_ends_at) == (InteractionState.WAITING, (), None)
    assert back.due_at == back.step_ends_at
    assert {offer.outcome for offer in await parts.offers.of(offered.id)} == {OfferOutcome.REJECTED}
    assert await in_front_of(parts) == {}
    assert await parts.presence.holdings() == {}


async def test_accepting_and_rejecting_at_once_ends_in_one_of_both(parts: Parts, offered: Interaction) -> None:
    results = await asyncio.gather(
        parts.assignments.accept(offered.id, "a00"),
        *(parts.assignments.reject(offered.id, agent) for agent in AGENTS[1:]),
        return_exceptions=True,
    )
    assert all(isinstance(result, Interaction | Conflict) for result in results)
    now = await parts.one()
    assert (now.owner, now.state) == ("a00", InteractionState.ASSIGNED)
    assert await in_front_of(parts) == {"a00": "owned"}
    assert await parts.presence.holdings() == {"a00": (offered.id,)}


async def test_what_does_not_exist_is_told(parts: Parts) -> None:
    with pytest.raises(NotFound):
        await parts.assignments.accept("nothing", "a00")
    with pytest.raises(NotFound):
        await parts.assignments.reject("nothing", "a00")


async def test_only_what_still_waits_as_it_was_read_is_offered(parts: Parts, offered: Interaction) -> None:
    await parts.router().handle([bundle(message("+39333000002", "x1"))])
    waiting = next(one for one in await parts.all_interactions() if one.id != offered.id)
    stale = waiting.model_copy(update={"version": waiting.version - 1})

    assert await parts.assignments.place([]) == []
    assert await parts.assignments.place([Placing(stale, ("a01",), ENDS)]) == []
    (placed,) = await parts.assignments.place([Placing(waiting, ("a01",), ENDS)])

    assert (placed.state, placed.offered_to, placed.round) == (InteractionState.OFFERED, ("a01",), waiting.round + 1)
    assert placed.due_at == ENDS


async def test_settling_any_number_of_times_is_the_same(parts: Parts, offered: Interaction) -> None:
    accepted = await parts.assignments.accept(offered.id, "a03")
    names = ("agent_queues", "offers", "presence", "interactions")

    async def everything() -> list[object]:
        return [await parts.store.database[name].find().sort("_id", 1).to_list(None) for name in names]

    before = await everything()
    parts.clock.pass_(100)
    for stale in (accepted, offered, accepted):
        await asyncio.gather(*(parts.assignments.settle([stale]) for _ in range(3)))
    assert await everything() == before


async def test_an_offer_that_stood_until_its_time_was_over_is_missed(parts: Parts, offered: Interaction) -> None:
    parts.clock.pass_(31)
    waiting = {"$set": {"state": "waiting", "offered_to": [], "offer_ends_at": None}, "$inc": {"version": 1}}
    await parts.store.database["interactions"].update_one({"_id": offered.id}, waiting)
    assert await parts.offers.overdue(parts.clock(), 10) == {offered.id}

    await parts.assignments.settle([await parts.one()])

    assert {offer.outcome for offer in await parts.offers.of(offered.id)} == {OfferOutcome.MISSED}
    assert await parts.offers.overdue(parts.clock(), 10) == set()
    await parts.offers.end(offered.id, offered.round, "a00", OfferOutcome.REJECTED, parts.clock())
    first = next(o for o in await parts.offers.of(offered.id) if o.id == offer_id(offered.id, offered.round, "a00"))
    assert first.outcome is OfferOutcome.MISSED


async def test_claims_at_the_same_time_never_exceed_the_capacity(parts: Parts) -> None:
    chance = random.Random(11)  # noqa: S311 - an order, not a secret
    await parts.presence.set("ann", AgentState.AVAILABLE)

    async def claimer(name: int) -> None:
        for turn in range(6):
            wanted = tuple(f"i{name}-{turn}-{n}" for n in range(chance.randint(1, 3)))
            held = await parts.presence.claim([Claim("ann", 5, wanted)])
            assert len(held) in {0, len(wanted)}
            assert len((await parts.presence.get("ann")).holding) <= 5
            if chance.random() < 0.6:
                await parts.presence.release(held)
                await parts.presence.release(held)

    await asyncio.gather(*(claimer(name) for name in range(8)))
    assert len((await parts.presence.get("ann")).holding) <= 5


async def test_claims_of_what_is_held_of_too_much_and_by_who_is_away(parts: Parts) -> None:
    await parts.presence.set("ann", AgentState.AVAILABLE)
    assert await parts.presence.claim([]) == frozenset()
    assert await parts.presence.claim([Claim("ann", 2, ("x", "y"))]) == {("ann", "x"), ("ann", "y")}
    assert await parts.presence.claim([Claim("ann", 2, ("x",))]) == {("ann", "x")}
    assert await parts.presence.claim([Claim("ann", 2, ("z",)), Claim("ben", 0, ("z",))]) == frozenset()
    assert await parts.presence.claim([Claim("ann", 2, ("x", "y", "z"))]) == {("ann", "x"), ("ann", "y")}
    assert await parts.presence.claim([Claim("ann", 0, ("z",))]) == {("ann", "z")}
    await parts.presence.set("ann", AgentState.PAUSE, "lunch")
    assert await parts.presence.claim([Claim("ann", 0, ("w",))]) == frozenset()
    assert (await parts.presence.get("ann")).holding == ("x", "y", "z")
    await parts.presence.release([])
