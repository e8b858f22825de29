"""The short run, and the proof that a run would tell of a fault: each guarantee is broken once, on purpose."""

import random
from collections.abc import AsyncIterator

import pytest

from runtime.sandbox.faults import FaultInput, FaultMode
from tests.chaos.customers import Customers
from tests.chaos.run import Run
from tests.chaos.situations import Situation
from tests.chaos.world import World, planted, world

COUNTS = {"gateway": 1, "router": 2, "worker": 1, "sender": 1}
PLANTED = (
    planted("router", "acknowledge_early"),
    planted("gateway", "answer_early"),
    planted("router", "forget_what_was_seen"),
    planted("router", "requeue_to_the_tail"),
    planted("sender", "send_again"),
    planted("gateway", "drain_backwards"),
)
FEW = (
    "kill -9 router",
    "kill -9 sender",
    "kill -9 gateway",
    "kill -9 worker",
    "broker hang",
    "broker cut after k bytes",
    "database stepdown",
    "journal disk full",
    "poison",
    "statuses reordered",
)
SEED = 5
CUSTOMERS = 8
MINUTE = 60


@pytest.fixture(scope="module")
async def small_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("chaos"), COUNTS, PLANTED) as made:
        yield made


@pytest.fixture
async def situation(small_world: World) -> AsyncIterator[Situation]:
    customers = Customers(small_world.site.sandbox, random.Random())  # noqa: S311 - numbers that nobody else has
    yield Situation(small_world, customers, customers.conversation(small_world.accounts[0]))
    await small_world.heal()


@pytest.mark.timeout(6 * MINUTE)
async def test_nothing_is_lost_doubled_disordered_or_sent_twice_while_everything_breaks(small_world: World) -> None:
    report = await Run(small_world, SEED, FEW).run(customers=CUSTOMERS, lanes=2)
    assert report.clean, report.notes
    assert sorted(report.faults) == sorted(FEW)
    assert report.messages > report.conversations > 0
    assert report.answers > 0
    assert report.repeated > 0


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_router_that_acknowledges_early_loses_what_it_had_in_hand(situation: Situation) -> None:
    async with situation.without("router"), situation.planted("router", "acknowledge_early"):
        await situation.say()
        await situation.acknowledged()
    await situation.stored(await situation.say())
    await situation.becomes(1, 0, 0, 0)


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_gateway_that_answers_early_loses_what_it_had_in_hand(situation: Situation) -> None:
    async with situation.planted("gateway", "answer_early") as gateway, situation.told_to(gateway):
        await situation.say()
        await situation.acknowledged()
    await situation.stored(await situation.say())
    await situation.becomes(1, 0, 0, 0)


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_router_that_forgets_what_it_has_seen_doubles_what_comes_twice(situation: Situation) -> None:
    async with situation.without("router"), situation.planted("router", "forget_what_was_seen"):
        await situation.say(times=2)
        await situation.stored(await situation.say())
    await situation.becomes(0, 1, 0, 0)


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_router_that_requeues_to_the_tail_brings_messages_out_of_order(situation: Situation) -> None:
    async with situation.without("router"):
        said = [await situation.say() for _ in range(3)]
        async with situation.planted("router", "requeue_to_the_tail"):
            await situation.stored(*said)
    await situation.becomes(0, 0, 1, 0)


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_sender_that_sends_again_what_is_unconfirmed_sends_it_twice(situation: Situation) -> None:
    async with situation.without("sender"), situation.planted("sender", "send_again"):
        for mode, times in ((FaultMode.CUT_AFTER, 1), (FaultMode.STATUSES_NONE, 2)):
            fault = FaultInput(mode=mode, contact=situation.one.contact, times=times)
            await situation.world.site.sandbox.fault(fault)
        await situation.say()
        await situation.becomes(0, 0, 0, 1)


@pytest.mark.thorough
@pytest.mark.timeout(2 * MINUTE)
async def test_a_gateway_that_drains_its_journal_backwards_brings_messages_out_of_order(situation: Situation) -> None:
    amqp = situation.world.amqp
    async with situation.planted("gateway", "drain_backwards") as gateway, situation.told_to(gateway):
        amqp.refuse = True
        amqp.cut()
        said = [await situation.say() for _ in range(5)]
        amqp.heal()
        await situation.stored(*said)
    figures = await situation.figures()
    assert figures.out_of_order > 0
    assert (figures.lost, figures.doubled, figures.sent_twice) == (0, 0, 0)
