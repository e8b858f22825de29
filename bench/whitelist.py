"""The scenario `whitelist`: a large whitelist is loaded from CSV, and looked through as routing does it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import psutil

from bench.machine import Machine
from bench.report import Figure, percentile_ms, say, say_progress
from contracts.whitelists import Whitelist
from runtime.crypto import secret_box
from runtime.embedded.stack_file import StackInfo
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.whitelists import WhitelistRules

SMALL = 1000
SENDERS = 20
"""Senders of one look-up: those of a batch of the router's who have no open interaction."""
LOOK_UPS = 2000
WARM_UP = 200
TARGET = 0.8
PART = 10_000
POLL_S = 0.25
MEBIBYTE = 1024 * 1024
ID = "bench"


async def whitelist(machine: Machine, count: int) -> Figure:
    """Look-ups a second in a whitelist of so many numbers, against the same when it had a thousand.

    Half of the senders are in it. `seconds` is what the load took from the request to the last row, `memory_mb` by how
    much the process that did it grew at the most meanwhile.
    """
    async with machine.stack(["console"]) as (stack, settings):
        store = Store(settings.mongo_url, settings.database)
        rules = WhitelistRules(store)
        async with _api(stack.info) as api:
            (await api.post("/api/whitelists", json={"id": ID, "name": "Bench"})).raise_for_status()
            found = await ConfigurationStore(store, secret_box(settings)).get(Whitelist, ID)
            assert found is not None
            await _load(api, 0, SMALL)
            small = await _look_ups(rules, found.rules_key, SMALL)
            say(f"whitelist: {SMALL} numbers, {_described(small)}")
            console = psutil.Process(stack.info.pids["console-0"])
            seconds, grown = await _measured(api, console, count)
            say(
                f"whitelist: {count} numbers in {seconds:.0f} s with {grown:.0f} MB, "
                f"{await _size(machine, settings)} on disk"
            )
            large = await _look_ups(rules, found.rules_key, count)
            say(f"whitelist: {count} numbers, {_described(large)}")
        await store.stop()
    rate, reference_rate = LOOK_UPS / sum(large), LOOK_UPS / sum(small)
    return Figure(
        scenario="whitelist",
        rate=round(rate, 1),
        p50_ms=percentile_ms(large, 0.5),
        p99_ms=percentile_ms(large, 0.99),
        reference=f"the same look-ups of {SENDERS} senders while the whitelist had {SMALL} numbers",
        reference_rate=round(reference_rate, 1),
        ratio=round(rate / reference_rate, 2),
        target=f"ratio >= {TARGET}",
        met=rate / reference_rate >= TARGET,
        seconds=round(seconds, 1),
        memory_mb=round(grown, 1),
    )


def _api(info: StackInfo) -> httpx.AsyncClient:
    token = info.token_file.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=info.console_url, headers=headers, timeout=60, trust_env=False)


async def _measured(api: httpx.AsyncClient, process: psutil.Process, count: int) -> tuple[float, float]:
    """How long the load of the rest took, and the most by which the process grew."""
    before, most = process.memory_info().rss, 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(POLL_S)

    watching = asyncio.create_task(watch())
    started = time.perf_counter()
    await _load(api, SMALL, count)
    seconds = time.perf_counter() - started
    watching.cancel()
    return seconds, (most - before) / MEBIBYTE


async def _load(api: httpx.AsyncClient, first: int, last: int) -> None:
    begun = await api.post(
        f"/api/whitelists/{ID}/imports", content=_sheet(first, last), headers={"Content-Type": "text/csv"}
    )
    begun.raise_for_status()
    path = f"/api/imports/{begun.json()['id']}"
    while (job := (await api.get(path)).json())["state"] == "running":
        say_progress(job["read"], last - first)
        await asyncio.sleep(POLL_S)
    assert (job["state"], job["created"]) == ("done", last - first), job


async def _sheet(first: int, last: int) -> AsyncIterator[bytes]:
    yield b"number\n"
    for start in range(first, last, PART):
        yield "".join(f"{_number(place)}\n" for place in range(start, min(start + PART, last))).encode()


def _number(place: int) -> str:
    """The number at a place: scattered over the country, as customers' numbers are, and none twice."""
    return f"+39{place * 7_368_787 % 10**10:010}"


def _senders(count: int, chance: random.Random) -> Iterator[str]:
    for turn, place in enumerate(chance.sample(range(count), SENDERS)):
        number = _number(place)
        yield number if turn % 2 else f"+44{number[3:]}"


async def _look_ups(rules: WhitelistRules, key: str, count: int) -> list[float]:
    """The seconds that each look-up took, after some to warm up."""
    chance = random.Random(count)  # noqa: S311 - whom a benchmark looks up is no secret
    taken: list[float] = []
    for _ in range(WARM_UP + LOOK_UPS):
        senders = dict.fromkeys(_senders(count, chance), (key,))
        started = time.perf_counter()
        found = await rules.naming(senders, (ID,))
        taken.append(time.perf_counter() - started)
        assert sum(map(bool, found.values())) == SENDERS // 2
    return taken[WARM_UP:]


async def _size(machine: Machine, settings: Settings) -> str:
    figures = await machine.database(settings.database).command("collStats", "whitelist_rules")
    return f"{figures['storageSize'] / MEBIBYTE:.0f} + {figures['totalIndexSize'] / MEBIBYTE:.0f} MB"


def _described(taken: list[float]) -> str:
    return f"look-ups of {SENDERS} senders p50 {percentile_ms(taken, 0.5)} ms, p99 {percentile_ms(taken, 0.99)} ms"
