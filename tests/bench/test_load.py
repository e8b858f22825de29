"""The load generators and the references work: on a tiny run, so that a figure is not that of an error."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aio_pika
import orjson
import pytest
from aiohttp import web
from motor.motor_asyncio import AsyncIOMotorClient

from bench.load import Tally, closed_loop, connect, http_request, open_loop
from bench.machine import Machine
from bench.reference import accept
from contracts.base import new_id
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.embedded.services import Endpoints
from runtime.process import HttpServer

DRAIN_QUEUE = "bench.reference.drain"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server that refuses every fifth request."""
    count = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal count
        count += 1
        assert await request.read() == b"hello"
        return web.Response(status=503 if count % 5 == 0 else 200, text="x" * 300)

    app = web.Application()
    app.add_routes([web.post("/hook", answer)])
    server = HttpServer(app, "127.0.0.1", 0, "gateway")
    await server.start()
    yield f"http://127.0.0.1:{server.port}/hook"
    await server.stop()


async def test_a_closed_loop_counts_what_was_answered_and_what_was_refused(url: str) -> None:
    tally = await closed_loop(url, [http_request(url, [("X-A", "1")], b"hello")] * 50, 4)
    assert (len(tally.latencies), tally.refused) == (40, 10)
    assert tally.rate > 0
    assert tally.percentile_ms(0.5) <= tally.percentile_ms(0.99)


async def test_an_open_loop_keeps_its_rate(url: str) -> None:
    tally = await open_loop(url, [http_request(url, [], b"hello")] * 50, rate=200, connections=4)
    assert (len(tally.latencies), tally.refused) == (40, 10)
    assert 0.2 < tally.elapsed_s < 2


def test_no_answers_make_no_figures() -> None:
    assert (Tally().rate, Tally().percentile_ms(0.5)) == (0.0, 0.0)


async def test_a_server_that_goes_away_is_an_error_and_no_figure() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    with pytest.raises(ConnectionResetError):
        await (await connect(url)).send(http_request(url, [], b"hello"))
    server.close()


@pytest.mark.thorough
async def test_the_reference_of_accept_answers_when_the_broker_has_the_body(
    rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMQP_URL", rabbitmq.url)
    server = HttpServer(await accept.build(), "127.0.0.1", 0, "reference")
    await server.start()
    url = f"http://127.0.0.1:{server.port}/webhook"
    tally = await closed_loop(url, [http_request(url, [], b"hello")] * 20, 4)
    await server.stop()
    assert len(tally.latencies) == 20
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(accept.QUEUE)
        assert queue.declaration_result.message_count == 20
        await channel.queue_delete(accept.QUEUE)


@pytest.mark.thorough
async def test_the_reference_of_drain_brings_every_message_to_an_agents_queue(
    rabbitmq: RabbitMQ, mongodb: MongoDB, tmp_path: Path
) -> None:
    name = f"bench_{new_id()}"
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb.url)
    environment = {"AMQP_URL": rabbitmq.url, "MONGO_URL": mongodb.url, "SWITCHBOARD_DATABASE": name}
    machine = Machine(Endpoints(rabbitmq.url, mongodb.url, None), tmp_path)
    async with (
        machine.reference("bench.reference.drain", environment=environment),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        channel = await connection.channel()
        await channel.declare_queue(DRAIN_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        for number in range(12):
            content = {"kind": "text", "text": str(number)}
            sent = {"provider_id": f"m{number % 10}", "profile_name": "Ada", "content": content}
            body = orjson.dumps({"account_id": "a", "contact_key": f"c{number % 3}", "message": sent})
            message = aio_pika.Message(body, content_type="application/json")
            await channel.default_exchange.publish(message, routing_key=DRAIN_QUEUE)
        await _until(client[name]["ref_messages"], 10)
        await asyncio.sleep(0.2)
    unread = [one["unread"] async for one in client[name]["ref_agent_queues"].find()]
    assert (len(unread), sum(unread)) == (3, 10)
    await client.drop_database(name)
    client.close()


async def _until(collection: Any, count: int) -> None:  # noqa: ANN401 - motor's own type takes the document's
    async with asyncio.timeout(10):
        while await collection.count_documents({}) < count:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
