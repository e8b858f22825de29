"""What `/live`, `/ready` and `/metrics` say."""

import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer

from contracts.errors import Unavailable
from runtime import health as health_module
from runtime.health import Health, health_app
from runtime.metrics import Metrics


async def _well() -> None:
    """Nothing is wrong."""


async def _ill() -> None:
    raise Unavailable("MongoDB: away")


async def _nameless() -> None:
    raise KeyError


async def _stuck() -> None:
    await asyncio.sleep(60)


async def test_a_process_is_ready_when_every_check_passes() -> None:
    health = Health()
    health.register("mongodb", _well)
    async with TestClient(TestServer(health_app(health, Metrics()))) as client:
        live, ready = await client.get("/live"), await client.get("/ready")
        assert (live.status, await live.json()) == (200, {"status": "live"})
        assert (ready.status, await ready.json()) == (200, {"status": "ready", "failures": {}})


async def test_a_check_that_fails_is_named_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "CHECK_TIMEOUT_S", 0.05)
    health = Health()
    for name, check in (("fine", _well), ("mongodb", _ill), ("odd", _nameless), ("rabbitmq", _stuck)):
        health.register(name, check)
    async with TestClient(TestServer(health_app(health, Metrics()))) as client:
        answer = await client.get("/ready")
        assert answer.status == 503
        failures = {"mongodb": "MongoDB: away", "odd": "KeyError", "rabbitmq": "no answer within 0.05 s"}
        assert await answer.json() == {"status": "not ready", "failures": failures}
        assert (await client.get("/live")).status == 200


async def test_metrics_are_shown_in_prometheus_text() -> None:
    metrics = Metrics()
    metrics.webhooks.labels("meta", "200").inc()
    async with TestClient(TestServer(health_app(Health(), metrics))) as client:
        answer = await client.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert 'switchboard_webhooks_total{answer="200",provider="meta"} 1.0' in await answer.text()
