"""How the pipeline stands, read from a real broker and real heartbeats."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from contracts.deadletters import DeadLetter
from contracts.errors import Unavailable
from contracts.pipeline import PartitionFigures, Pipeline
from contracts.topology import DEAD, EVENTS, event_key, router_queue, send_key
from runtime.attendance import Attendance
from runtime.broker import Publisher, standings
from runtime.consumer import PartitionConsumer
from runtime.layout import Layout
from runtime.pipeline import LEAST_S, PipelineReader
from runtime.settings import Settings
from runtime.store.deadletters import DeadLetterStore
from runtime.store.layout import LayoutStore
from runtime.store.membership import Membership, Roll
from tests.parts import NOW, PARTITIONS, Parts

SETTINGS = Settings(heartbeat_s=0.1, member_ttl_s=1.0, linger_ms=1, prefetch=4)


@pytest.fixture
def reader(parts: Parts) -> PipelineReader:
    return PipelineReader(
        parts.broker, Roll(parts.store), DeadLetterStore(parts.store), lambda: PARTITIONS, 1.0, lambda: NOW
    )


class Gate:
    """A handler that handles nothing before it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, bodies: Sequence[bytes]) -> int:
        await self.opened.wait()
        return len(bodies)


@pytest.fixture
async def gate(parts: Parts) -> AsyncIterator[Gate]:
    """What the router `r1` waits for; it owns all partitions."""
    gate = Gate()
    consumer = PartitionConsumer(
        "router",
        parts.broker,
        parts.outbox,
        Membership(parts.store, "router", "r1", 1.0),
        router_queue,
        gate,
        SETTINGS,
        parts.metrics,
        "r1",
        PARTITIONS,
    )
    await consumer.start()
    yield gate
    gate.opened.set()
    await consumer.stop()


async def fill(parts: Parts, count: int, partition: int = 0) -> None:
    publisher = Publisher(parts.broker, 5)
    for _ in range(count):
        await publisher.publish(EVENTS, event_key(partition), b"[]")


def of(pipeline: Pipeline, stage: str) -> Sequence[PartitionFigures]:
    return next(one for one in pipeline.stages if one.stage == stage).partitions


async def test_an_idle_pipeline_has_every_queue_and_nothing_in_it(reader: PipelineReader) -> None:
    pipeline = await reader.read()
    assert {stage.stage: len(stage.partitions) for stage in pipeline.stages} == {
        "router": PARTITIONS,
        "worker": PARTITIONS,
        "sender": PARTITIONS,
        "errands": 1,
        "dead_letters": 1,
    }
    for stage in pipeline.stages:
        assert (stage.depth, stage.in_hand, stage.rate_in, stage.rate_out, stage.lag_s) == (0, 0, 0, 0, 0)
        assert {one.owner for one in stage.partitions} == {None}
    assert pipeline.at == NOW
    assert (pipeline.dead_letters.open, pipeline.dead_letters.waiting, pipeline.journals) == (0, 0, ())


async def test_what_waits_without_an_owner_has_a_depth_and_nobody_knows_how_late_it_is(
    parts: Parts, reader: PipelineReader
) -> None:
    await fill(parts, 3, partition=1)
    figures = of(await reader.read(), "router")[1]
    assert (figures.depth, figures.owner, figures.consumers, figures.lag_s) == (3, None, 0, None)


async def test_an_owner_has_messages_in_hand_and_the_age_of_the_oldest_is_the_lag(
    parts: Parts, reader: PipelineReader, gate: Gate
) -> None:
    await fill(parts, 10)
    await asyncio.sleep(2.0)
    figures = of(await reader.read(), "router")[0]
    assert (figures.owner, figures.consumers, figures.in_hand, figures.depth) == ("r1", 1, 4, 6)
    assert figures.lag_s is not None
    assert 1.5 <= figures.lag_s < 10

    gate.opened.set()
    await asyncio.sleep(LEAST_S)
    stage = next(one for one in (await reader.read()).stages if one.stage == "router")
    assert (stage.depth, stage.in_hand, stage.lag_s, stage.instances) == (0, 0, 0, ("r1",))
    assert stage.rate_out > 0


async def test_rates_say_what_comes_in_and_what_goes_out(parts: Parts, reader: PipelineReader, gate: Gate) -> None:
    await reader.read()
    began = asyncio.get_running_loop().time()
    await fill(parts, 30)
    await asyncio.sleep(1.2)
    figures = of(await reader.read(), "router")[0]
    took = asyncio.get_running_loop().time() - began
    assert figures.rate_out == 0
    assert figures.rate_in == pytest.approx(30 / took, rel=0.5)
    gate.opened.set()


async def test_an_owner_that_was_killed_owns_nothing_when_its_heartbeat_is_old(
    parts: Parts, reader: PipelineReader
) -> None:
    doing = {"partitions": {"0": {"in_hand": 1, "rate": 5.0, "lag_s": 3.0}}}
    await Membership(parts.store, "sender", "s1", 1.0).beat(doing)
    figures = of(await reader.read(), "sender")[0]
    assert figures.owner is None  # the reading took a second
    await asyncio.sleep(LEAST_S)
    await Membership(parts.store, "sender", "s1", 1.0).beat(doing)
    figures = of(await reader.read(), "sender")[0]
    assert (figures.owner, figures.in_hand, figures.rate_out, figures.lag_s) == ("s1", 1, 5.0, 3.0)


async def test_asked_twice_within_a_second_it_says_the_same(parts: Parts, reader: PipelineReader) -> None:
    first, second = await asyncio.gather(reader.read(), reader.read())
    assert second is first


async def test_dead_letters_on_their_way_and_open_ones_are_counted(parts: Parts, reader: PipelineReader) -> None:
    letter = DeadLetter(
        id="d1", stage="router", reason="no such account", attempts=1, at=NOW, correlation_id="c", body="{}"
    )
    await DeadLetterStore(parts.store).keep([letter])
    await Publisher(parts.broker, 5).publish(DEAD, "", b"{}")
    found = (await reader.read()).dead_letters
    assert (found.open, found.waiting) == (1, 1)


async def test_the_journals_of_gateways_are_told_by_their_heartbeats(parts: Parts, reader: PipelineReader) -> None:
    membership, layouts = Membership(parts.store, "process", "g1", 1.0), LayoutStore(parts.store)
    attendance = Attendance("gateway", membership, layouts, Layout(PARTITIONS), PARTITIONS, 0.1)
    attendance.tell("journal", lambda: {"bytes": 10, "most_bytes": 100, "oldest_s": 1.5})
    await attendance.start()
    (journal,) = (await reader.read()).journals
    assert (journal.instance, journal.bytes, journal.most_bytes, journal.oldest_s) == ("g1", 10, 100, 1.5)
    await attendance.stop()
    assert await Roll(parts.store).call() == []


async def test_a_queue_that_does_not_exist_costs_the_others_nothing(parts: Parts) -> None:
    found = await standings(parts.broker, [router_queue(0), "no-such-queue", send_key(1), "nor-this"])
    assert set(found) == {router_queue(0), send_key(1)}


async def test_without_a_broker_there_is_no_answer(parts: Parts, reader: PipelineReader) -> None:
    stopped = parts.broker
    await stopped.stop()
    stopped._urls = [url.with_port(1) for url in stopped._urls]
    with pytest.raises(Unavailable):
        await reader.read()
