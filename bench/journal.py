"""The scenario `journal`: the door while the broker is stopped. It answers after an fsync, and all of it arrives."""

import asyncio
import time

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench import site
from bench.load import Tally, closed_loop, http_request, open_loop
from bench.machine import Machine
from bench.report import Figure, say
from contracts.topology import router_queue
from runtime.broker import Broker, standings
from runtime.cli.partitions import NOTHING_DECLARED
from runtime.embedded.stack import Stack
from runtime.settings import Settings

TARGET_MS = 50.0
CONNECTIONS = 128
ROUNDS = 3
SUSTAINED = 4000
"""Webhooks that show the most that the door takes without a broker."""
FIRST_STEADY = 10**6
DEADLINE_S = 300.0
POLL_S = 0.25


async def journal(machine: Machine, seconds: float) -> Figure:
    """Latency of answers while the broker is stopped, at half of the rate that the door takes then; of three rounds the
    one in the middle counts.

    The first half second of an outage, in which the broker is still waited for, comes before the measurement. Then the
    broker is started again, and everything that was answered must be in its queues.
    """
    assert machine.broker is not None
    async with machine.stack(["gateway"], SWITCHBOARD_OVERLOAD_BACKLOG="0") as (stack, settings):
        url = f"{stack.info.gateway_url}{site.webhook(0).path}"
        await machine.broker.stop()
        try:
            sustained = await closed_loop(url, _wires(url, range(SUSTAINED)), CONNECTIONS)
            rate = sustained.rate / 2
            say(f"journal: without a broker the door takes {sustained.rate:.0f}/s")
            count = int(rate * seconds / ROUNDS)
            rounds: list[Tally] = []
            for first in range(FIRST_STEADY, FIRST_STEADY + ROUNDS * count, count):
                rounds.append(await open_loop(url, _wires(url, range(first, first + count)), rate, CONNECTIONS))
                p50, p99 = (rounds[-1].percentile_ms(share) for share in (0.5, 0.99))
                say(f"journal: round {len(rounds)}/{ROUNDS}, p50 {p50} ms, p99 {p99} ms at {rate:.0f}/s")
        finally:
            await machine.broker.start()
        events = SUSTAINED + ROUNDS * count
        drained_s = await _drained(stack, settings, events)
        say(f"journal: {events} events were in the broker {drained_s:.1f} s after it was back")
    tally = sorted(rounds, key=lambda one: one.percentile_ms(0.99))[ROUNDS // 2]
    refused = sum(one.refused for one in (sustained, *rounds))
    return _figure(sustained, tally, rate, drained_s, refused)


def _figure(sustained: Tally, tally: Tally, rate: float, drained_s: float, refused: int) -> Figure:
    p99 = tally.percentile_ms(0.99)
    return Figure(
        scenario="journal",
        rate=round(rate, 1),
        p50_ms=tally.percentile_ms(0.5),
        p99_ms=p99,
        reference=f"the rate at which {CONNECTIONS} connections send their next webhook when the last is on the disk",
        reference_rate=round(sustained.rate, 1),
        ratio=0.5,
        target=f"p99 <= {TARGET_MS:g} ms, and none refused",
        met=p99 <= TARGET_MS and not refused,
        seconds=round(drained_s, 1),
    )


def _wires(url: str, numbers: range) -> list[bytes]:
    requests = [site.webhook(number) for number in numbers]
    return [http_request(url, list(request.headers.items()), request.body) for request in requests]


async def _drained(stack: Stack, settings: Settings, count: int) -> float:
    """The seconds until the journal is empty; every event must have been drained into the queues of the routers."""
    started = time.perf_counter()
    health = stack.info.health_urls["gateway-0"]
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(DEADLINE_S):
        found = figures((await client.get(f"{health}/metrics")).text)
        while found["switchboard_journal_bytes"]:
            await asyncio.sleep(POLL_S)
            found = figures((await client.get(f"{health}/metrics")).text)
    elapsed = time.perf_counter() - started
    assert found["switchboard_journal_drained_total"] == count, found
    broker = Broker(settings.amqp_url, NOTHING_DECLARED, "bench")
    await broker.start()
    queues = await standings(broker, [router_queue(number) for number in range(settings.partitions)])
    await broker.stop()
    assert sum(standing.depth for standing in queues.values()) > 0
    return elapsed


def figures(text: str) -> dict[str, float]:
    """The metrics that have no labels."""
    families = text_string_to_metric_families(text)
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}
