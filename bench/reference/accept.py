"""The barest door: one aiohttp handler that publishes each body as it is, and answers when the broker has confirmed.

No signature, no parsing, no account: everything that ours does besides is to its disadvantage.
Run as `python -m bench.reference.accept PORT` with AMQP_URL in the environment.
"""

import os
import sys

import aio_pika
from aiohttp import web

QUEUE = "bench.reference.accept"


async def build() -> web.Application:
    """The application, its broker connection open."""
    connection = await aio_pika.connect_robust(os.environ["AMQP_URL"])
    channel = await connection.channel()
    await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})

    async def receive(request: web.Request) -> web.Response:
        message = aio_pika.Message(await request.read(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=QUEUE)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/webhook", receive)])
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
