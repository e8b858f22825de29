"""Consuming one queue of a real broker: in order, bounded, and given back in order."""

import asyncio

from contracts.topology import EVENTS, event_key, router_queue
from runtime.broker import Broker, Delivery, Publisher, Subscription
from runtime.embedded.rabbitmq import RabbitMQ
from tests.parts import broker_of
from tests.patience import PATIENCE_S, so
from tests.proxy import Proxy

QUEUE = router_queue(2)


async def fill(broker: Broker, count: int) -> None:
    """Publish so many bodies, numbered from 0."""
    publisher = Publisher(broker, 5)
    for number in range(count):
        await publisher.publish(EVENTS, event_key(2), b"%d" % number)


async def take(arrivals: "asyncio.Queue[Delivery]", count: int) -> list[Delivery]:
    """The next so many deliveries."""
    async with asyncio.timeout(PATIENCE_S):
        return [await arrivals.get() for _ in range(count)]


async def test_it_knows_for_how_long_messages_have_been_in_hand(broker: Broker) -> None:
    arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
    subscription = Subscription(broker, QUEUE, 5, arrivals.put_nowait)
    await subscription.open()
    assert subscription.held_s() == 0
    await fill(broker, 2)
    deliveries = await take(arrivals, 2)
    before = subscription.held_s()
    await asyncio.sleep(0.1)
    both = subscription.held_s()
    assert both - before >= 0.2, "a tenth of a second each"
    await subscription.acknowledge(deliveries[-1].tag)
    done = subscription.held_s()
    await asyncio.sleep(0.05)
    assert subscription.held_s() == done >= both
    await subscription.close()


async def test_no_more_than_the_prefetch_is_in_hand_and_the_rest_is_given_back_in_order(broker: Broker) -> None:
    await fill(broker, 8)
    arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
    one = Subscription(broker, QUEUE, 5, arrivals.put_nowait)
    assert not one.active
    await one.open()
    held = await take(arrivals, 5)
    await asyncio.sleep(0.1)
    assert arrivals.empty()
    await one.acknowledge(held[1].tag)
    await one.close()

    later: asyncio.Queue[Delivery] = asyncio.Queue()
    other = Subscription(broker, QUEUE, 10, later.put_nowait)
    await other.open()
    given = await take(later, 6)
    assert [delivery.body for delivery in given] == [b"%d" % number for number in range(2, 8)]
    assert [delivery.redelivered for delivery in given[:3]] == [True] * 3
    await other.close()
    assert not one.active


async def test_what_was_handled_is_acknowledged_though_it_was_revoked_meanwhile(broker: Broker) -> None:
    await fill(broker, 2)
    arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
    one = Subscription(broker, QUEUE, 5, arrivals.put_nowait)
    await one.open()
    handled, _ = await take(arrivals, 2)

    one.revoke()
    assert not handled.subscription.active
    await one.acknowledge(handled.tag)
    await one.close()

    later: asyncio.Queue[Delivery] = asyncio.Queue()
    other = Subscription(broker, QUEUE, 5, later.put_nowait)
    await other.open()
    assert [delivery.body for delivery in await take(later, 1)] == [b"1"]
    await other.close()


async def test_a_subscription_that_the_broker_cancels_is_not_active_any_more(
    broker: Broker, rabbitmq: RabbitMQ
) -> None:
    """As when the queue loses its leader: the channel stands, and nothing ever comes again."""
    subscription = Subscription(broker, QUEUE, 5, lambda _: None)
    await subscription.open()
    assert subscription.active
    channel = await broker.channel(confirms=False)
    await channel.queue_delete(QUEUE)

    await so(lambda: not subscription.active)
    await subscription.close()


async def test_the_end_of_the_connection_ends_the_subscription_without_an_error(
    broker: Broker, rabbitmq: RabbitMQ
) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        await fill(broker, 1)
        arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
        subscription = Subscription(through, QUEUE, 5, arrivals.put_nowait)
        await subscription.open()
        (delivery,) = await take(arrivals, 1)
        proxy.refuse = True
        proxy.cut()
        await subscription.acknowledge(delivery.tag)
        await asyncio.sleep(0.1)
        assert not subscription.active
        await subscription.acknowledge(delivery.tag)
        await subscription.close()
        await through.stop()
