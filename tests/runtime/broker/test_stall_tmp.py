import asyncio, time
import pytest
from contracts.errors import Unavailable
from runtime.broker import connection, Broker
from runtime.embedded.rabbitmq import RabbitMQ
from tests.proxy import Proxy
from tests.runtime.broker.test_connection import not_needed

@pytest.mark.parametrize("how", ["mute", "slow"])
async def test_stall(rabbitmq: RabbitMQ, monkeypatch, how) -> None:
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT_S", 2.0)
    async with Proxy(rabbitmq.url) as proxy:
        broker = not_needed(proxy.url)
        orig = Broker._declare_all
        async def stalled(*args):
            if how == "mute": proxy.answers.clear()
            else: proxy.delay_s = 0.4
            return await orig(*args)
        monkeypatch.setattr(Broker, "_declare_all", staticmethod(stalled))
        t=time.monotonic()
        waiters=[asyncio.create_task(broker.check()) for _ in range(3)]
        done, pending = await asyncio.wait(waiters, timeout=30)
        print(how, time.monotonic()-t, len(done), len(pending), [d.exception() if not d.cancelled() else "cancelled" for d in done])
        for p in pending: p.cancel()
        assert not pending
        proxy.heal()
        monkeypatch.setattr(Broker, "_declare_all", staticmethod(orig))
        await asyncio.wait_for(broker.check(), 10)
        await broker.stop()
