"""Distribution with real claims: nothing is lost when a worker dies, nobody gets too much."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from contracts.interactions import Interaction, InteractionState
from contracts.queues import AgentState
from runtime.store.assignments import Assignments, Placing
from runtime.store.interactions import Change
from tests.parts import NOW, PAUSE, Fields, Parts, account, bundle, message, people, queue


class Killed(BaseException):
    """The worker has ended here."""


class DiesBeforePlacing(Assignments):
    """Dies when the agents are claimed and nothing is offered yet."""

    async def place(self, placings: Sequence[Placing]) -> list[Interaction]:
        raise Killed


async def ready(parts: Parts, agents: Sequence[str], waiting: int, capacity: int = 0, **fields: Fields) -> None:
    """So many interactions wait for a queue of these agents, who are available."""
    actions = [{"action": "Queue", "queue": "sales", "timeout": 600}]
    await parts.configure(*people(*agents, capacity=capacity), queue(agents=tuple(agents), **fields), account(actions))
    for agent in agents:
        await parts.presence.set(agent, AgentState.AVAILABLE)
    await parts.router().handle([bundle(*(message(f"+39333{n:06d}", f"m{n}") for n in range(waiting)))])


def dying(parts: Parts) -> Assignments:
    return DiesBeforePlacing(parts.store, parts.interactions, parts.queues, parts.presence, parts.offers, parts.clock)


async def states(parts: Parts) -> dict[str, int]:
    found = [one.state.value for one in await parts.all_interactions()]
    return {state: found.count(state) for state in set(found)}


async def test_what_a_dead_worker_claimed_is_offered_once_the_clock_has_freed_it(parts: Parts) -> None:
    await ready(parts, ["ann", "ben"], 4, capacity=1)
    with pytest.raises(Killed):
        await parts.distributor(dying(parts)).serve("queue:sales")
    assert len(await parts.presence.holdings()) == 2

    assert await parts.distributor().serve("queue:sales") == 0
    clock = parts.clock_worker()
    await clock.sweep()
    await clock.sweep()
    assert await parts.distributor().serve("queue:sales") == 2

    offered = {i.offered_to[0]: i.id for i in await parts.all_interactions() if i.state is InteractionState.OFFERED}
    assert set(offered) == {"ann", "ben"}
    assert await parts.presence.holdings() == {agent: (held,) for agent, held in offered.items()}
    assert await parts.distributor().serve("queue:sales") == 0


async def test_when_all_have_refused_the_round_pauses_and_begins_again(parts: Parts) -> None:
    await ready(parts, ["ann"], 1)
    await parts.distributor().serve("queue:sales")
    await parts.assignments.reject((await parts.one()).id, "ann")

    assert await parts.distributor().serve("queue:sales") == 0
    paused = await parts.one()
    assert (paused.not_before, paused.refused) == (NOW + PAUSE, ("ann",))
    assert await parts.distributor().serve("queue:sales") == 0

    parts.clock.pass_(PAUSE.total_seconds())
    assert await parts.distributor().serve("queue:sales") == 1
    offered = await parts.one()
    assert (offered.not_before, offered.refused) == (None, ())


async def test_who_becomes_eligible_during_the_pause_is_asked_at_once(parts: Parts) -> None:
    await ready(parts, ["ann", "ben"], 1)
    await parts.presence.set("ben", AgentState.OFFLINE)
    await parts.distributor().serve("queue:sales")
    await parts.assignments.reject((await parts.one()).id, "ann")
    assert await parts.distributor().serve("queue:sales") == 0

    await parts.presence.set("ben", AgentState.AVAILABLE)
    assert await parts.distributor().serve("queue:sales") == 1
    offered = await parts.one()
    assert (offered.offered_to, offered.refused) == (("ben",), ("ann",))


async def test_the_pointer_goes_on_after_a_restart(parts: Parts) -> None:
    await ready(parts, ["ann", "ben", "cleo"], 1, strategy="rrmemory")
    asked = []
    for number in range(1, 5):
        await parts.distributor().serve("queue:sales")
        asked += [i.offered_to[0] for i in await parts.all_interactions() if i.contact_key == f"+39333{number - 1:06d}"]
        await parts.router().handle([bundle(message(f"+39333{number:06d}", f"m{number}"))])
    assert asked == ["ann", "ben", "cleo", "ann"]


async def test_more_than_one_pass_can_take_are_all_offered(parts: Parts) -> None:
    await ready(parts, ["ann", "ben"], 420, strategy="rrmemory")
    assert await parts.distributor().serve("queue:sales") == 420
    assert await states(parts) == {"offered": 420}
    holdings = await parts.presence.holdings()
    assert {agent: len(held) for agent, held in holdings.items()} == {"ann": 210, "ben": 210}


async def test_a_deleted_queue_offers_nothing_and_what_waits_is_left(parts: Parts) -> None:
    await ready(parts, ["ann"], 1)
    await parts.store.database["queues"].delete_many({})
    await parts.configure(*people("ben"))
    assert parts.configuration.current.queues == {}
    assert await parts.distributor().serve("queue:sales") == 0
    assert (await parts.one()).state is InteractionState.WAITING


async def test_an_offer_to_one_agent_lasts_as_long_as_the_step(parts: Parts) -> None:
    await parts.configure(*people("ann"), account([{"action": "Agent", "agent": "ann", "timeout": 600}]))
    await parts.presence.set("ann", AgentState.AVAILABLE)
    await parts.router().handle([bundle(message("+39333000001", "m1"))])
    await parts.carry_out()
    one = await parts.one()
    assert (one.offered_to, one.offer_ends_at) == (("ann",), NOW + timedelta(seconds=600))


async def test_an_interaction_that_changes_while_it_is_planned_is_left_and_nobody_is_kept_busy(parts: Parts) -> None:
    await ready(parts, ["ann"], 2, capacity=2)
    first, _ = await parts.all_interactions()

    class Interrupted(Assignments):
        async def place(self, placings: Sequence[Placing]) -> list[Interaction]:
            after = first.model_copy(update={"version": first.version + 1, "unread": 9, "applied": {"x": 1}})
            await parts.interactions.save([Change(first, after)])
            return await super().place(placings)

    interrupted = Interrupted(parts.store, parts.interactions, parts.queues, parts.presence, parts.offers, parts.clock)
    assert await parts.distributor(interrupted).serve("queue:sales") == 1
    second = next(one for one in await parts.all_interactions() if one.state is InteractionState.OFFERED)
    assert await parts.presence.holdings() == {"ann": (second.id,)}
    assert await parts.distributor().serve("queue:sales") == 1


@pytest.mark.parametrize("strategy", ["beepall", "rrmemory"])
async def test_workers_who_serve_at_once_offer_everything_once_and_within_capacity(parts: Parts, strategy: str) -> None:
    agents = ["ann", "ben", "cleo"]
    await ready(parts, agents, 12, capacity=3, strategy=strategy)
    await asyncio.gather(*(parts.distributor().serve("queue:sales") for _ in range(5)))

    offered = [one for one in await parts.all_interactions() if one.state is InteractionState.OFFERED]
    holdings = await parts.presence.holdings()
    given = {agent: {one.id for one in offered if agent in one.offered_to} for agent in agents}
    assert offered
    assert all(len(held) <= 3 for held in given.values())
    assert {agent: set(held) for agent, held in holdings.items()} == {a: held for a, held in given.items() if held}
    for one in offered:
        assert {offer.agent_id for offer in await parts.offers.of(one.id) if offer.round == one.round} == set(
            one.offered_to
        )


async def test_what_waits_in_the_heavier_queue_gets_the_agents_whichever_is_served(parts: Parts) -> None:
    await parts.configure(
        *people("ann", capacity=1),
        queue("light", agents=("ann",)),
        queue("heavy", agents=("ann",), weight=5),
        account(
            [
                {"action": "Gotoif", "condition": "message.text == 'urgent'", "if_true": 3},
                {"action": "Queue", "queue": "light", "timeout": 600},
                {"action": "Queue", "queue": "heavy", "timeout": 600},
            ]
        ),
    )
    await parts.presence.set("ann", AgentState.AVAILABLE)
    await parts.router().handle([bundle(message("+39333000001", "m1"), message("+39333000002", "m2", "urgent"))])

    assert await parts.distributor().serve("queue:light") == 1
    offered = [one for one in await parts.all_interactions() if one.offered_to]
    assert [one.contact_key for one in offered] == ["+39333000002"]
    assert {offer.target for offer in await parts.offers.of(offered[0].id)} == {"queue:heavy"}


async def test_least_recent_remembers_across_a_restart_whom_it_notified(parts: Parts) -> None:
    await ready(parts, ["ann.a", "ben"], 1, strategy="least_recent")
    asked = []
    for number in range(1, 5):
        await parts.distributor().serve("queue:sales")
        asked += [i.offered_to[0] for i in await parts.all_interactions() if i.contact_key == f"+39333{number - 1:06d}"]
        parts.clock.pass_(1)
        await parts.router().handle([bundle(message(f"+39333{number:06d}", f"m{number}"))])
    assert asked == ["ann.a", "ben", "ann.a", "ben"]


async def test_who_misses_too_many_offers_in_a_row_is_paused(parts: Parts) -> None:
    await ready(parts, ["ann"], 1, agent_timeout=10, pause_after_missed=2)
    for missed in (1, 2):
        await parts.distributor().serve("queue:sales")
        parts.clock.pass_(11)
        await parts.clock_worker().announce()
        await parts.router().handle([bundle(*parts.said.events)])
        parts.said.published = []
        await parts.assignments.settle([await parts.one()])
        state = (await parts.presence.get("ann")).state
        assert state is (AgentState.PAUSE if missed == 2 else AgentState.AVAILABLE)
        await parts.distributor().serve("queue:sales")
        parts.clock.pass_(PAUSE.total_seconds())
    assert (await parts.presence.get("ann")).pause == "missed offers"

    await parts.presence.set("ann", AgentState.AVAILABLE)
    await parts.assignments.settle([await parts.one()])
    assert (await parts.presence.get("ann")).state is AgentState.AVAILABLE


async def test_an_answer_clears_the_count_of_missed_offers(parts: Parts) -> None:
    await ready(parts, ["ann"], 1)
    assert not await parts.presence.missed("ann", "o1", 2)
    assert not await parts.presence.missed("ann", "o1", 2)
    await parts.distributor().serve("queue:sales")
    await parts.assignments.reject((await parts.one()).id, "ann")
    assert not await parts.presence.missed("ann", "o2", 2)
    assert await parts.presence.missed("ann", "o3", 2)


class LetsGoBeforePlacing(Assignments):
    """Somebody else settles the interaction between the claim of an agent and the offer."""

    async def place(self, placings: Sequence[Placing]) -> list[Interaction]:
        await self.let_go([(agent, placing.interaction.id) for placing in placings for agent in placing.agents])
        return await super().place(placings)


async def test_who_is_offered_something_holds_it_though_somebody_let_go_of_it_just_before(parts: Parts) -> None:
    await ready(parts, ["ann"], 1, capacity=1)
    assignments = LetsGoBeforePlacing(
        parts.store, parts.interactions, parts.queues, parts.presence, parts.offers, parts.clock
    )
    assert await parts.distributor(assignments).serve("queue:sales") == 1
    assert await parts.presence.holdings() == {"ann": ((await parts.one()).id,)}


async def test_what_is_transferred_to_a_queue_is_never_offered_to_its_sender(parts: Parts) -> None:
    await ready(parts, ["ann", "ben"], 1)
    one = await parts.one()
    change = {"$set": {"owner": "ann", "refused": ["ben"], "not_before": NOW}, "$inc": {"version": 1}}
    await parts.store.database["interactions"].update_one({"_id": one.id}, change)
    assert await parts.distributor().serve("queue:sales") == 1
    assert ((await parts.one()).offered_to, (await parts.one()).refused) == (("ben",), ())
