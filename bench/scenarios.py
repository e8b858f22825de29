"""The scenarios: what is measured, how, and against what."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue, FieldValue

from bench import site
from bench.load import Tally, closed_loop, connect, http_request, open_loop
from bench.machine import Machine, held
from bench.report import Figure, percentile_ms, say, say_progress
from bench.watcher import SELDOM_S, Watcher
from contracts.base import new_id
from contracts.events import MessageReceived
from contracts.topology import topology
from runtime.broker import Broker, Publisher
from runtime.publishing import Outbox
from runtime.settings import Settings

CONNECTIONS = 256
ROUNDS = 3
WARM_UP = 1500
ACCEPT_TARGET, DRAIN_TARGET, LIVE_TARGET_MS = 1.5, 5.0, 100.0
DEADLINE_S = 600.0
POLL_S = 0.1
CUSTOMERS = 16
"""As many as an installation has partitions: more would only wait for one another."""
WARM_UP_S = 3.0
# Numbers of messages, far enough apart for the parts of a run to have customers of their own.
FIRST_MEASURED, FIRST_STEADY = 10**6, 2 * 10**6
PUBLISH_TIMEOUT_S = 30.0
LAID_AT_ONCE = 100
DRAIN_REFERENCE_QUEUE = "bench.reference.drain"
TOTAL_DELIVERED = {"$group": {"_id": None, "messages": {"$sum": "$sequence"}}}


async def accept(machine: Machine, count: int) -> Figure:
    """Webhooks taken a second, each answered after the broker's confirm; ours and the barest handler take turns."""
    requests = [site.webhook(number) for number in site.spread(count)]
    port = _free_port()
    bare_url = f"http://127.0.0.1:{port}/webhook"
    ours: list[Tally] = []
    bare: list[Tally] = []
    environment = {"AMQP_URL": machine.endpoints.amqp_url}
    async with (
        # Nobody takes anything from the queues: for ever so short that would be an overload.
        machine.stack(["gateway"], SWITCHBOARD_OVERLOAD_BACKLOG="0") as (stack, _),
        machine.reference("bench.reference.accept", str(port), environment=environment),
    ):
        our_url = f"{stack.info.gateway_url}{requests[0].path}"
        await _until_served(bare_url)
        for turn in range(ROUNDS):
            for url, tallies, name in ((our_url, ours, "ours"), (bare_url, bare, "reference")):
                wire = [http_request(url, list(request.headers.items()), request.body) for request in requests]
                if not turn:
                    await closed_loop(url, wire[:WARM_UP], CONNECTIONS)
                tally = await closed_loop(url, wire, CONNECTIONS)
                assert not tally.refused, f"{tally.refused} requests were refused"
                tallies.append(tally)
                say(f"accept: round {turn + 1}/{ROUNDS}, {name}: {tally.rate:.0f}/s")
    best, yardstick = _median(ours), _median(bare)
    return Figure(
        scenario="accept",
        rate=round(best.rate, 1),
        p50_ms=best.percentile_ms(0.5),
        p99_ms=best.percentile_ms(0.99),
        reference="aiohttp + aio-pika, one publish and confirm a request, nothing else",
        reference_rate=round(yardstick.rate, 1),
        ratio=round(best.rate / yardstick.rate, 2),
        target=f"ratio >= {ACCEPT_TARGET}",
        met=best.rate / yardstick.rate >= ACCEPT_TARGET,
    )


async def drain(machine: Machine, count: int) -> Figure:
    """A backlog of events through router and worker into agent queues.

    The reference gets a quarter of the events: one message at a time is as fast at the end as at the beginning.
    """
    rate = await _drain_ours(machine, count)
    say(f"drain: ours {rate:.0f}/s")
    reference_rate = await _drain_reference(machine, count // 4)
    say(f"drain: reference {reference_rate:.0f}/s")
    return Figure(
        scenario="drain",
        rate=round(rate, 1),
        p50_ms=None,
        p99_ms=None,
        reference="FastStream + motor, one message at a time",
        reference_rate=round(reference_rate, 1),
        ratio=round(rate / reference_rate, 2),
        target=f"ratio >= {DRAIN_TARGET:g}",
        met=rate / reference_rate >= DRAIN_TARGET,
    )


async def _drain_ours(machine: Machine, count: int) -> float:
    async with machine.stack(["router", "worker"]) as (stack, settings):
        database = machine.database(settings.database)

        async def delivered() -> int:
            rows = await database.agent_queues.aggregate([TOTAL_DELIVERED]).to_list(None)
            return int(rows[0]["messages"]) if rows else 0

        async with held(list(stack.info.pids.values())):
            await _lay(settings, list(site.backlog(count)))
            started = time.perf_counter()
        await _reaches(delivered, count)
        elapsed = time.perf_counter() - started
        assert await database.messages.count_documents({}) == count
        return count / elapsed


async def _lay(settings: Settings, events: list[MessageReceived]) -> None:
    declared = topology(settings.partitions, settings.event_log_max_bytes, settings.event_log_max_age)
    broker = Broker(settings.amqp_url, declared, "bench")
    await broker.start()
    outbox = Outbox(Publisher(broker, PUBLISH_TIMEOUT_S), settings.partitions)
    for first in range(0, len(events), LAID_AT_ONCE):
        await outbox.events(events[first : first + LAID_AT_ONCE])
    await broker.stop()


async def _drain_reference(machine: Machine, count: int) -> float:
    name = f"bench_{new_id()[-8:]}"
    database = machine.database(name)
    environment = {
        "AMQP_URL": machine.endpoints.amqp_url,
        "MONGO_URL": machine.endpoints.mongo_url,
        "SWITCHBOARD_DATABASE": name,
    }

    async def delivered() -> int:
        rows = await database.ref_agent_queues.aggregate(
            [{"$group": {"_id": None, "messages": {"$sum": "$unread"}}}]
        ).to_list(None)
        return int(rows[0]["messages"]) if rows else 0

    connection = await aio_pika.connect(machine.endpoints.amqp_url)
    async with connection, machine.reference("bench.reference.drain", environment=environment) as pid:
        channel = await connection.channel()
        queue = await _declared(channel)
        async with held([pid]):
            for event in site.backlog(count):
                body = event.model_dump_json().encode()
                message = aio_pika.Message(body, content_type="application/json", delivery_mode=2)
                await channel.default_exchange.publish(message, queue.name)
            started = time.perf_counter()
        await _reaches(delivered, count)
        elapsed = time.perf_counter() - started
        await queue.delete(if_unused=False, if_empty=False)
    await database.client.drop_database(name)
    return count / elapsed


async def _declared(channel: AbstractChannel) -> AbstractQueue:
    """The reference's queue, once the reference consumes it."""
    arguments: dict[str, FieldValue] = {"x-queue-type": "quorum"}
    while True:
        queue = await channel.declare_queue(DRAIN_REFERENCE_QUEUE, durable=True, arguments=arguments)
        if queue.declaration_result.consumer_count:
            return queue
        await asyncio.sleep(POLL_S)


async def live(machine: Machine, seconds: float) -> Figure:
    """From a webhook's first byte to its agent's queue, at half of the rate that the whole way sustains.

    That rate is measured first, on the same stack: so many customers write, each their next message when the last one
    is in an agent's queue. The messages that follow come at a steady rate, whatever becomes of those before them; of
    three rounds the one in the middle counts.
    """
    async with machine.stack(["gateway", "router", "worker"]) as (stack, settings):
        url = f"{stack.info.gateway_url}{site.webhook(0).path}"
        watcher = Watcher(machine.endpoints.mongo_url, settings.database)
        await watcher.start()
        await sustained(url, watcher, WARM_UP_S, first=0)
        rate = await sustained(url, watcher, seconds, first=FIRST_MEASURED)
        say(f"live: {CUSTOMERS} customers sustain {rate:.0f}/s from door to queue")
        rounds: list[tuple[float, float]] = []
        for turn in range(ROUNDS):
            latencies = await _steady(url, watcher, rate / 2, seconds, first=FIRST_STEADY + turn * FIRST_STEADY)
            p50, p99 = (percentile_ms(latencies, share) for share in (0.5, 0.99))
            rounds.append((p99, p50))
            say(f"live: round {turn + 1}/{ROUNDS}, p50 {p50} ms, p99 {p99} ms")
        await watcher.stop()
    p99, p50 = sorted(rounds)[ROUNDS // 2]
    return Figure(
        scenario="live",
        rate=round(rate / 2, 1),
        p50_ms=p50,
        p99_ms=p99,
        reference=f"the rate at which {CUSTOMERS} customers write their next message when the last is in a queue",
        reference_rate=round(rate, 1),
        ratio=0.5,
        target=f"p99 <= {LIVE_TARGET_MS:g} ms",
        met=p99 <= LIVE_TARGET_MS,
    )


async def sustained(url: str, watcher: Watcher, seconds: float, first: int) -> float:
    """Messages a second from the door to the queues, with as many on the way as there are customers."""
    until = time.perf_counter() + seconds
    done = 0

    async def customer(number: int) -> None:
        nonlocal done
        connection = await connect(url)
        while time.perf_counter() < until:
            seen = watcher.seen((site.contact(number), number % site.PER_CONTACT + 1))
            assert await connection.send(_wire(url, number))
            await seen
            done += 1
            following = number + 1
            number = following if following % site.PER_CONTACT else following + (CUSTOMERS - 1) * site.PER_CONTACT

    started = time.perf_counter()
    await asyncio.gather(*(customer(first + one * site.PER_CONTACT) for one in range(CUSTOMERS)))
    return done / (time.perf_counter() - started)


async def _steady(url: str, watcher: Watcher, rate: float, seconds: float, first: int) -> list[float]:
    """The latencies of messages that come at a rate, in seconds."""
    numbers = [first + number for number in site.staggered(int(rate * seconds))]
    wire = [_wire(url, number) for number in numbers]
    watcher.poll_s = SELDOM_S
    seen = [watcher.seen((site.contact(number), number % site.PER_CONTACT + 1)) for number in numbers]
    tally = await open_loop(url, wire, rate, CONNECTIONS)
    assert not tally.refused, f"{tally.refused} requests were refused"
    async with asyncio.timeout(DEADLINE_S):
        arrived = await asyncio.gather(*seen)
    return [at - (tally.started_at + place / rate) for place, at in enumerate(arrived)]


def _wire(url: str, number: int) -> bytes:
    request = site.webhook(number)
    return http_request(url, list(request.headers.items()), request.body)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _until_served(url: str) -> None:
    while True:
        try:
            await connect(url)
        except OSError:
            await asyncio.sleep(POLL_S)
        else:
            return


async def _reaches(count: Callable[[], Awaitable[int]], wanted: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while (reached := await count()) < wanted:
            say_progress(reached, wanted)
            await asyncio.sleep(POLL_S)


def _median(tallies: list[Tally]) -> Tally:
    return sorted(tallies, key=lambda tally: tally.rate)[len(tallies) // 2]
