"""The clock: says what is due, and sets right what somebody died in the middle of."""

import asyncio

import pytest
from structlog.testing import capture_logs

from contracts.commands import Serve
from contracts.errors import Unavailable
from contracts.events import DeadlineReached
from contracts.interactions import OfferOutcome
from contracts.queues import AgentState
from runtime.store.presence import Claim
from tests.parts import NOW, Fields, Parts, account, bundle, message, people, queue
from tests.patience import so


@pytest.fixture
async def waiting(parts: Parts) -> Parts:
    """One interaction waits for a queue; its step ends in a minute."""
    actions = [{"action": "Queue", "queue": "sales", "timeout": 60}]
    await parts.configure(*people("ann"), queue(agents=("ann",)), account(actions))
    await parts.router().handle([bundle(message("+39333000001", "m1"))])
    await parts.carry_out()
    return parts


async def test_only_what_is_due_is_said_and_for_a_while_only_once(waiting: Parts) -> None:
    clock = waiting.clock_worker()
    assert await clock.announce() == 0
    waiting.clock.pass_(60)
    assert await clock.announce() == 1
    assert await clock.announce() == 0
    assert await waiting.clock_worker().announce() == 0

    (event,) = waiting.said.events
    interaction = await waiting.one()
    assert isinstance(event, DeadlineReached)
    assert (event.interaction_id, event.due_at) == (interaction.id, interaction.due_at)
    assert event.conversation == interaction.conversation
    waiting.clock.pass_(3)
    assert await clock.announce() == 1


async def test_what_was_said_ends_the_step(waiting: Parts) -> None:
    waiting.clock.pass_(61)
    await waiting.clock_worker().announce()
    await waiting.router().handle([bundle(*waiting.said.events)])

    assert (await waiting.one()).unmanaged
    waiting.clock.pass_(5)
    assert await waiting.clock_worker().announce() == 0


async def test_a_sweep_has_everything_served_that_waits(waiting: Parts) -> None:
    await waiting.clock_worker().sweep()
    assert [c.target for c in waiting.said.commands if isinstance(c, Serve)] == ["queue:sales"]


async def test_a_sweep_settles_what_nobody_has_settled(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    await waiting.distributor().serve("queue:sales")
    offered = await waiting.one()
    gone = {"$set": {"state": "waiting", "offered_to": [], "offer_ends_at": None}, "$inc": {"version": 1}}
    await waiting.store.database["interactions"].update_one({"_id": offered.id}, gone)
    waiting.clock.pass_(34)
    await waiting.clock_worker().sweep()
    assert len(await waiting.queues.entries("ann")) == 1

    waiting.clock.pass_(2)
    await waiting.clock_worker().sweep()
    assert await waiting.queues.entries("ann") == []
    assert [offer.outcome for offer in await waiting.offers.of(offered.id)] == [OfferOutcome.MISSED]
    assert await waiting.presence.holdings() == {}


async def test_what_is_held_without_being_had_is_freed_when_it_is_seen_twice(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    one = await waiting.one()
    await waiting.presence.claim([Claim("ann", 0, (one.id, "gone"))])
    clock = waiting.clock_worker()

    await clock.sweep()
    assert await waiting.presence.holdings() == {"ann": (one.id, "gone")}
    with capture_logs() as lines:
        await clock.sweep()
    assert await waiting.presence.holdings() == {}
    assert [line["holdings"] for line in lines if line["event"] == "clock.freed"] == [2]


async def test_what_was_freed_of_somebody_slow_is_held_again(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    await waiting.distributor().serve("queue:sales")
    one = await waiting.one()
    await waiting.presence.release([("ann", one.id)])

    await waiting.clock_worker().sweep()
    assert await waiting.presence.holdings() == {"ann": (one.id,)}

    await waiting.presence.release([("ann", one.id)])
    await waiting.assignments.accept(one.id, "ann")
    assert await waiting.presence.holdings() == {"ann": (one.id,)}


async def test_what_an_agent_has_stays_held(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    await waiting.distributor().serve("queue:sales")
    clock = waiting.clock_worker()
    for _ in range(3):
        await clock.sweep()
    await waiting.assignments.accept((await waiting.one()).id, "ann")
    for _ in range(3):
        await clock.sweep()
    assert await waiting.presence.holdings() == {"ann": ((await waiting.one()).id,)}


async def test_the_loops_go_on_while_infrastructure_is_away(waiting: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = waiting.clock_worker()
    with pytest.raises(Unavailable, match="the clock has stopped"):
        await clock.check()

    async def away(*_arguments: object, **_values: object) -> None:
        raise Unavailable("MongoDB: away")

    with capture_logs() as lines, monkeypatch.context() as patch:
        patch.setattr(waiting.interactions, "claim_due", away)
        patch.setattr(waiting.offers, "overdue", away)
        await clock.start()
        await asyncio.sleep(0.2)
        await clock.check()
    assert {"clock.waiting", "clock.sweep_waiting"} <= {line["event"] for line in lines}

    waiting.clock.pass_(61)
    await so(lambda: waiting.said.events)
    await clock.stop()
    with pytest.raises(Unavailable):
        await clock.check()


async def had(waiting: Parts, **fields: Fields) -> str:
    """The interaction is Ann's, as somebody wrote who died right afterwards; its id."""
    one = await waiting.one()
    change = {"state": "assigned", "owner": "ann", "waiting_for": None, "step_ends_at": None, "due_at": None, **fields}
    await waiting.store.database["interactions"].update_one({"_id": one.id}, {"$set": change, "$inc": {"version": 1}})
    return one.id


async def test_what_an_agent_owns_is_held_though_whoever_assigned_it_died(waiting: Parts) -> None:
    one = await had(waiting)
    await waiting.clock_worker().sweep()
    assert await waiting.presence.holdings() == {"ann": (one,)}


async def test_what_was_closed_leaves_its_owner_s_queue_though_whoever_closed_it_died(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    one = await had(waiting)
    await waiting.assignments.settle(await waiting.all_interactions())
    assert len(await waiting.queues.entries("ann")) == 1

    await had(waiting, state="closed", open=False)
    clock = waiting.clock_worker()
    for _ in range(2):
        assert await waiting.presence.holdings() == {"ann": (one,)}
        await clock.sweep()
    assert await waiting.presence.holdings() == {}
    assert await waiting.queues.entries("ann") == []


async def test_wrap_ups_are_set_right_both_ways(waiting: Parts) -> None:
    await waiting.presence.set("ann", AgentState.AVAILABLE)
    await had(waiting, state="wrapup", wrapup={"since": NOW, "pause": "paperwork"})
    await waiting.clock_worker().sweep()
    paused = await waiting.presence.get("ann")
    assert (paused.state, paused.pause) == (AgentState.PAUSE, "paperwork")

    await had(waiting)
    await waiting.clock_worker().sweep()
    again = await waiting.presence.get("ann")
    assert (again.state, again.pause, again.wrapups) == (AgentState.AVAILABLE, "", ())
