"""Publishing on a real broker: confirmed or refused, and never waited for too long."""

import asyncio

import pytest
from structlog.testing import capture_logs

from contracts.errors import Unavailable
from contracts.topology import EVENTS, WORK, event_key, router_queue, work_key
from runtime.broker import Broker, Delivery, Publisher, Subscription
from runtime.embedded.rabbitmq import RabbitMQ
from tests.parts import broker_of
from tests.patience import PATIENCE_S
from tests.proxy import Proxy
from tests.queues import refusing_queue


async def first(broker: Broker, queue: str) -> bytes:
    """The first body of a queue."""
    arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
    subscription = Subscription(broker, queue, 1, arrivals.put_nowait)
    await subscription.open()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return (await arrivals.get()).body
    finally:
        await subscription.close()


async def test_what_is_confirmed_is_in_the_queue(broker: Broker) -> None:
    await Publisher(broker, 5).publish(EVENTS, event_key(1), b"[]")

    assert await first(broker, router_queue(1)) == b"[]"


async def test_what_no_queue_takes_is_refused(broker: Broker) -> None:
    with pytest.raises(Unavailable, match="no queue takes 'nowhere' from the exchange 'work'"):
        await Publisher(broker, 5).publish("work", "nowhere", b"[]")


async def test_what_some_queue_refuses_is_not_taken(broker: Broker, rabbitmq: RabbitMQ) -> None:
    async with refusing_queue(rabbitmq.url, WORK, work_key(1)):
        with pytest.raises(Unavailable, match="Nack"):
            await Publisher(broker, 5).publish(WORK, work_key(1), b"[]")


async def test_events_reach_their_partition_while_their_log_refuses_them_and_that_is_said_once(
    broker: Broker, rabbitmq: RabbitMQ
) -> None:
    publisher = Publisher(broker, 5)
    with capture_logs() as logs:
        async with refusing_queue(rabbitmq.url):
            for body in (b"[1]", b"[2]"):
                await publisher.publish(EVENTS, event_key(1), body)
                await publisher.publish(WORK, work_key(1), body)
        for body in (b"[3]", b"[4]"):
            await publisher.publish(EVENTS, event_key(1), body)

    assert [log["event"] for log in logs if log["event"].startswith("broker.refuses")] == [
        "broker.refuses",
        "broker.refuses_no_more",
    ]
    assert await first(broker, router_queue(1)) == b"[1]"


async def test_events_of_a_partition_that_is_not_there_are_refused_whatever_their_log_does(
    broker: Broker, rabbitmq: RabbitMQ
) -> None:
    async with refusing_queue(rabbitmq.url):
        with pytest.raises(Unavailable, match=f"no queue takes '{router_queue(99)}'"):
            await Publisher(broker, 5).publish(EVENTS, event_key(99), b"[]")


async def test_what_nobody_need_hear_is_not_refused(broker: Broker) -> None:
    await Publisher(broker, 5).publish("configuration", "", b"{}", mandatory=False)


async def test_a_broker_that_does_not_answer_is_waited_for_so_long_and_no_longer(
    broker: Broker, rabbitmq: RabbitMQ
) -> None:
    publisher = Publisher(broker, 0.3)
    await publisher.publish(EVENTS, event_key(0), b"[]")
    rabbitmq.pause()
    try:
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(Unavailable, match="TimeoutError"):
                await publisher.publish(EVENTS, event_key(0), b"[]")
    finally:
        rabbitmq.resume()
    await Publisher(broker, 10).publish(EVENTS, event_key(0), b"[]")


async def test_after_a_loss_a_channel_is_opened_anew(broker: Broker, rabbitmq: RabbitMQ) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        publisher = Publisher(through, 5)
        await publisher.publish(EVENTS, event_key(0), b"[1]")
        proxy.refuse = True
        proxy.cut()
        with pytest.raises(Unavailable):
            await publisher.publish(EVENTS, event_key(0), b"[2]")
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable):
            await through.check()

        proxy.refuse = False
        await publisher.publish(EVENTS, event_key(0), b"[3]")
        await through.check()
        await through.stop()


async def test_a_broker_that_comes_later_is_waited_for(broker: Broker, rabbitmq: RabbitMQ) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        proxy.refuse = True
        late = broker_of(proxy.url)
        with capture_logs() as lines:
            starting = asyncio.create_task(late.start())
            await asyncio.sleep(0.2)
            assert not starting.done()
            proxy.refuse = False
            await asyncio.wait_for(starting, 5)
        assert [line["event"] for line in lines] == ["broker.waiting", "broker.connected"]
        await late.stop()


async def test_a_wrong_password_is_told_without_the_password(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.url.replace("guest:guest", "guest:not-the-password")
    with pytest.raises(Unavailable) as refused:
        await broker_of(url).check()
    assert "not-the-password" not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_a_broker_that_was_never_reached_stops_without_more() -> None:
    await broker_of("amqp://guest:guest@127.0.0.1:1/").stop()
