"""Listening on a real broker, and listening again after a loss."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from contracts.topology import CONFIGURATION
from runtime.broker import Broker, Listener, Publisher, listener
from runtime.embedded.rabbitmq import RabbitMQ
from tests.parts import broker_of
from tests.patience import so
from tests.proxy import Proxy


class Ear:
    """Counts what was heard."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1

    async def until(self, count: int) -> None:
        """Wait until so much was heard."""
        await so(lambda: self.count >= count)


@pytest.fixture
async def proxy(broker: Broker, rabbitmq: RabbitMQ) -> AsyncIterator[Proxy]:
    async with Proxy(rabbitmq.url) as proxy:
        yield proxy


async def test_a_listener_hears_when_it_begins_and_whenever_something_is_said(broker: Broker) -> None:
    ear = Ear()
    listening = Listener(broker, CONFIGURATION, ear)
    await listening.start()
    await ear.until(1)

    await Publisher(broker, 5).publish(CONFIGURATION, "", b"{}", mandatory=False)

    await ear.until(2)
    await listening.stop()


async def test_a_listener_hears_again_after_a_loss(
    broker: Broker, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "RETRY_S", 0.05)
    through, ear = broker_of(proxy.url), Ear()
    await through.start()
    listening = Listener(through, CONFIGURATION, ear)
    await listening.start()
    await ear.until(1)
    with capture_logs() as lines:
        proxy.refuse = True
        proxy.cut()
        await asyncio.sleep(0.2)
        proxy.refuse = False
        await ear.until(2)

    await Publisher(broker, 5).publish(CONFIGURATION, "", b"{}", mandatory=False)

    await ear.until(3)
    assert "listener.waiting" in {line["event"] for line in lines}
    await listening.stop()
    await through.stop()


async def test_a_listener_that_never_began_stops_without_more(broker: Broker) -> None:
    await Listener(broker, CONFIGURATION, Ear()).stop()
