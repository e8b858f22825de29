"""The connection: made when it is needed, whoever waits for it and however long."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from contracts.errors import Unavailable
from contracts.topology import topology
from runtime.broker import Broker, connection
from runtime.broker.connection import broker_errors
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.settings import Settings
from tests.parts import PARTITIONS, broker_of
from tests.patience import PATIENCE_S
from tests.proxy import Proxy
from tests.rabbitmqctl import clear_alarm, raise_alarm


@pytest.fixture
async def proxy(broker: Broker, rabbitmq: RabbitMQ) -> AsyncIterator[Proxy]:
    async with Proxy(rabbitmq.url) as proxy:
        yield proxy


def not_needed(url: str) -> Broker:
    settings = Settings()
    declared = topology(PARTITIONS, settings.event_log_max_bytes, settings.event_log_max_age)
    return Broker(SecretStr(url), declared, "test", needed=False)


async def test_a_process_that_can_do_without_starts_without_and_connects_later(proxy: Proxy) -> None:
    proxy.refuse = True
    broker = not_needed(proxy.url)
    async with asyncio.timeout(PATIENCE_S):
        await broker.start()
    with pytest.raises(Unavailable):
        await broker.check()
    proxy.refuse = False
    await broker.check()
    await broker.stop()


async def test_an_attempt_goes_on_when_who_waited_for_it_has_no_more_patience(proxy: Proxy) -> None:
    proxy.answers.clear()
    broker = not_needed(proxy.url)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(broker.check(), 0.1)
    second = asyncio.create_task(broker.check())
    await asyncio.sleep(0.05)
    assert proxy.connections == 1
    proxy.answers.set()
    await asyncio.wait_for(second, 5)
    assert proxy.connections == 1
    await broker.stop()


@pytest.mark.parametrize("error", [StopAsyncIteration(), Exception(), ConnectionResetError()], ids=repr)
def test_what_the_client_lets_out_when_a_connection_is_lost_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable, match="RabbitMQ"), broker_errors():
        raise error


def test_a_fault_of_ours_is_none_of_the_brokers() -> None:
    with pytest.raises(KeyError), broker_errors():
        raise KeyError("ours")


async def test_an_attempt_under_way_ends_with_the_broker(proxy: Proxy) -> None:
    proxy.answers.clear()
    broker = not_needed(proxy.url)
    waiting = asyncio.create_task(broker.check())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(PATIENCE_S):
        await broker.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_alarm_of_the_broker_is_seen_and_its_end(
    broker: Broker, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "UNBLOCKED_TIMEOUT_S", 0.2)
    publishing = broker_of(rabbitmq.url)
    await publishing.start()
    channel = await (await publishing.channel(confirms=False)).get_underlay_channel()
    await publishing.check_unblocked()
    try:
        await raise_alarm(rabbitmq)
        async with asyncio.timeout(PATIENCE_S):
            while True:  # a connection hears of the alarm when it publishes
                await channel.basic_publish(b"", routing_key="nowhere")
                await asyncio.sleep(0.05)
                try:
                    await publishing.check_unblocked()
                except Unavailable:
                    break
        monkeypatch.setattr(connection, "UNBLOCKED_TIMEOUT_S", 10)
        waiting = asyncio.create_task(publishing.check_unblocked())
    finally:
        await clear_alarm(rabbitmq)
    await waiting
    await publishing.stop()


async def test_of_several_nodes_one_that_answers_is_used(broker: Broker, rabbitmq: RabbitMQ) -> None:
    host = rabbitmq.url.rpartition("@")[2].rstrip("/")
    for hosts in (f"127.0.0.1:1,{host}", f"{host},127.0.0.1:1", f"127.0.0.1:1,{host},127.0.0.1:2"):
        several = not_needed(f"amqp://guest:guest@{hosts}/")
        await several.check()
        await several.stop()


async def test_of_several_nodes_none_answers(broker: Broker) -> None:
    several = not_needed("amqp://guest:guest@127.0.0.1:1,127.0.0.1:2/")
    with pytest.raises(Unavailable, match="RabbitMQ"):
        await several.check()
    await several.stop()


async def test_a_node_that_hangs_is_given_up_for_the_next(
    broker: Broker, proxy: Proxy, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HANDSHAKE_TIMEOUT_S", 0.3)
    proxy.answers.clear()
    hosts = [url.rpartition("@")[2].rstrip("/") for url in (proxy.url, rabbitmq.url)]
    for order in (hosts, hosts[::-1]):
        several = not_needed(f"amqp://guest:guest@{','.join(order)}/")
        async with asyncio.timeout(PATIENCE_S):
            await several.check()
        await several.stop()
    assert proxy.connections
