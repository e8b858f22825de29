"""What speaks against changing the number of partitions, and how a change ends that cannot be finished."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from contracts.topology import EVENTS, event_key, partition_queues, router_queue
from runtime import repartition as repartition_module
from runtime.attendance import GROUP, Attendance
from runtime.broker import Publisher, standings
from runtime.consumer import PartitionConsumer
from runtime.layout import Layout
from runtime.repartition import CalledOff, Outcome, Refused, Repartitioning
from runtime.settings import Settings
from runtime.store.layout import LayoutStore, Phase, Plan
from runtime.store.membership import Membership, Roll
from tests.parts import PARTITIONS, Parts
from tests.patience import so

TTL_S = 1.0
SETTINGS = Settings(heartbeat_s=0.05, member_ttl_s=TTL_S, linger_ms=1)


def change(parts: Parts, *, gone: bool = False, said: list[str] | None = None) -> Repartitioning:
    async def declare(_count: int) -> None:
        """The tests never go beyond what is declared."""

    heard = said if said is not None else []
    return Repartitioning(
        parts.broker, LayoutStore(parts.store), Roll(parts.store), TTL_S, gone=gone, declare=declare, tell=heard.append
    )


class Process:
    """A router that is told to handle nothing, or what it is given at once."""

    def __init__(self, parts: Parts) -> None:
        self.handled: list[bytes] = []
        self.may_handle = asyncio.Event()
        self.layout = Layout(PARTITIONS, known=False)
        membership = Membership(parts.store, GROUP, "r", TTL_S)
        self._attendance = Attendance(
            "router", membership, LayoutStore(parts.store), self.layout, PARTITIONS, SETTINGS.heartbeat_s
        )
        self._consumer = PartitionConsumer(
            "router",
            parts.broker,
            parts.outbox,
            Membership(parts.store, "router", "r", TTL_S),
            router_queue,
            self._handle,
            SETTINGS,
            parts.metrics,
            "r",
            self.layout,
        )

    async def __aenter__(self) -> "Process":
        await self._attendance.start()
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.may_handle.set()
        await self._consumer.stop()
        await self._attendance.stop()

    async def _handle(self, bodies: Sequence[bytes]) -> int:
        await self.may_handle.wait()
        self.handled += bodies
        return len(bodies)


async def fill(parts: Parts, partition: int) -> None:
    await Publisher(parts.broker, 5).publish(EVENTS, event_key(partition), b"[]")


async def test_where_nothing_is_installed_nothing_is_changed(parts: Parts) -> None:
    with pytest.raises(Refused, match="there is no installation"):
        await change(parts).run(2, 5)


@pytest.mark.parametrize("number", [0, -1, 100])
async def test_a_number_that_queues_cannot_be_named_after_is_refused(parts: Parts, number: int) -> None:
    await LayoutStore(parts.store).settle(PARTITIONS)
    with pytest.raises(Refused, match="between 1 and 99"):
        await change(parts).run(number, 5)


async def test_while_another_command_is_at_it_this_one_is_refused_and_takes_over_when_that_is_dead(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts = LayoutStore(parts.store)
    await layouts.settle(PARTITIONS)
    await layouts.begin("another", 3, 5)
    with pytest.raises(Refused, match="changing the number to 3 already"):
        await change(parts).run(2, 5)
    monkeypatch.setattr(repartition_module, "ABANDONED_S", 0.2)
    await asyncio.sleep(0.3)
    assert (await change(parts).run(2, 10)).after == 2
    assert await layouts.read() == Plan(2, 2)


async def test_who_is_silent_must_be_known_to_be_dead(parts: Parts) -> None:
    await LayoutStore(parts.store).settle(PARTITIONS)
    await Membership(parts.store, GROUP, "gateway-x", TTL_S).beat({"kind": "gateway"})
    await asyncio.sleep(TTL_S + 0.2)
    with pytest.raises(Refused, match=r"gateway-x .* are dead, and say --gone"):
        await change(parts).run(2, 5)
    assert (await change(parts, gone=True).run(2, 10)).after == 2


async def test_a_gateway_without_a_journal_has_nowhere_to_hold_what_comes_in(parts: Parts) -> None:
    await LayoutStore(parts.store).settle(PARTITIONS)
    journal = {"bytes": 0, "most_bytes": 0, "oldest_s": 0}
    await Membership(parts.store, GROUP, "gateway-x", TTL_S).beat({"kind": "gateway", "journal": journal})
    with pytest.raises(Refused, match="gateway-x has no journal"):
        await change(parts).run(2, 5)


async def test_what_waits_is_handled_before_the_number_changes_and_superfluous_queues_go(parts: Parts) -> None:
    for partition in range(PARTITIONS):
        await fill(parts, partition)
    said: list[str] = []
    async with Process(parts) as process:
        process.may_handle.set()
        outcome = await change(parts, said=said).run(2, 20)
        assert len(process.handled) == PARTITIONS
        assert process.layout.count == 2
    assert (outcome.before, outcome.after, outcome.left, outcome.late) == (PARTITIONS, 2, {}, ())
    assert sorted(outcome.deleted) == sorted(partition_queues(range(2, PARTITIONS)))
    assert await standings(parts.broker, partition_queues(range(2, PARTITIONS))) == {}
    assert any("the number is 2" in sentence for sentence in said)
    assert await change(parts).run(2, 5) == Outcome(2, 2, 0.0, (), {}, ())


async def test_what_cannot_be_drained_in_time_leaves_everything_as_it_was(parts: Parts) -> None:
    await fill(parts, 0)
    said: list[str] = []
    async with Process(parts) as process:
        with pytest.raises(CalledOff, match="not drained within 3 s: the number stays 4"):
            await change(parts, said=said).run(2, 3)
        assert await LayoutStore(parts.store).read() == Plan(PARTITIONS, PARTITIONS)
        process.may_handle.set()
        await so(lambda: process.handled)
    assert any("1 are in hand" in sentence for sentence in said)
    assert len(await standings(parts.broker, partition_queues(range(PARTITIONS)))) == 3 * PARTITIONS


async def test_a_command_that_is_interrupted_calls_its_change_off(parts: Parts) -> None:
    await fill(parts, 0)
    async with Process(parts):
        running = asyncio.create_task(change(parts).run(2, 30))
        await asyncio.sleep(1)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        assert await LayoutStore(parts.store).read() == Plan(PARTITIONS, PARTITIONS)


async def test_a_change_that_was_called_off_meanwhile_is_not_finished(parts: Parts) -> None:
    await fill(parts, 0)
    async with Process(parts) as process:
        running = asyncio.create_task(change(parts).run(2, 30))
        await asyncio.sleep(1)
        plan = await LayoutStore(parts.store).read()
        assert plan is not None
        assert plan.change is not None
        await LayoutStore(parts.store).call_off(plan.change.token)
        process.may_handle.set()
        with pytest.raises(CalledOff, match="run it again"):
            await running
        assert await LayoutStore(parts.store).read() == Plan(PARTITIONS, PARTITIONS)


async def test_leftovers_of_a_command_that_died_at_the_end_are_cleaned_up_unless_something_is_in_them(
    parts: Parts,
) -> None:
    layouts = LayoutStore(parts.store)
    await layouts.settle(PARTITIONS)
    await layouts.begin("dead", 2, 5)
    await layouts.advance("dead", Phase.CLOSED)
    await layouts.finish("dead")
    await fill(parts, 3)

    outcome = await change(parts).run(2, 5)
    assert list(outcome.left) == [router_queue(3)]
    assert (await layouts.read()) == Plan(2, PARTITIONS)
    channel = await parts.broker.channel(confirms=False)
    await channel.get_queue(router_queue(3))
    await (await channel.get_queue(router_queue(3))).purge()
    await channel.close()

    outcome = await change(parts).run(2, 5)
    assert (outcome.left, outcome.deleted) == ({}, (router_queue(3),))
    assert (await layouts.read()) == Plan(2, 2)
