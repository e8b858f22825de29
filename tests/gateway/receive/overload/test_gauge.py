"""The load, asked of a real broker and a real database."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.errors import Unavailable
from contracts.topology import router_queue, work_key
from gateway.receive.overload import Gauge
from gateway.receive.overload.load import IDLE, Load
from runtime.broker import Broker, Publisher
from runtime.layout import Layout
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.membership import Membership, Roll
from tests.parts import PARTITIONS, broker_of

PREFETCH = 8


@pytest.fixture
def gauge(broker: Broker, store: Store) -> Gauge:
    return Gauge(broker, Roll(store), Layout(PARTITIONS), Settings(prefetch=PREFETCH))


async def owns_all(store: Store, stage: str, **figures: float) -> None:
    part: Mapping[str, Any] = {"in_hand": 0, "rate": 0.0, "lag_s": 0.0, "held_s": 0.0, "done": 0, **figures}
    doing = {"partitions": {str(number): part for number in range(PARTITIONS)}}
    await Membership(store, stage, f"{stage}-1", 5).beat(doing)


async def test_what_waits_for_nobody_is_counted_at_the_broker(gauge: Gauge, broker: Broker) -> None:
    publisher = Publisher(broker, 5)
    for queue in (router_queue(0), router_queue(0), router_queue(3), work_key(1)):
        await publisher.publish("", queue, b"[]")
    assert await gauge.read() == Load(waiting=4, in_hand=0, wait_s=4.0)


async def test_a_broker_is_not_asked_while_those_who_own_the_queues_have_little_in_hand(
    gauge: Gauge, store: Store, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owns_all(store, "router", in_hand=1, rate=5.0, held_s=0.3, done=10)
    await owns_all(store, "worker", in_hand=0, rate=5.0, held_s=0.1, done=10)
    await broker.stop()
    found = await gauge.read()
    assert (found.waiting, found.in_hand) == (0, PARTITIONS)
    assert found.wait_s == pytest.approx(0.04)


async def test_of_a_partition_whose_owner_has_much_in_hand_the_rest_is_counted_at_the_broker(
    gauge: Gauge, store: Store, broker: Broker
) -> None:
    await owns_all(store, "router", in_hand=PREFETCH // 2, rate=1.0, held_s=4.0, done=8)
    await owns_all(store, "worker")
    await Publisher(broker, 5).publish("", router_queue(2), b"[]")
    found = await gauge.read()
    assert (found.waiting, found.in_hand) == (1, PARTITIONS * PREFETCH // 2)
    assert found.wait_s == pytest.approx(1 / PARTITIONS + 0.5)


async def test_members_that_are_gone_do_not_count_and_without_a_database_nobody_does(
    broker: Broker, store: Store
) -> None:
    await owns_all(store, "router", in_hand=3, rate=1.0)
    assert await Gauge(broker, Roll(store), Layout(PARTITIONS), Settings(member_ttl_s=1e-6)).read() == IDLE
    away = Store(SecretStr("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"), "test")
    try:
        assert await Gauge(broker, Roll(away), Layout(PARTITIONS), Settings()).read() == IDLE
    finally:
        await away.stop()


async def test_a_broker_that_is_away_is_said(store: Store) -> None:
    nowhere = broker_of("amqp://guest:guest@127.0.0.1:1/")
    with pytest.raises(Unavailable):
        await Gauge(nowhere, Roll(store), Layout(PARTITIONS), Settings()).read()
