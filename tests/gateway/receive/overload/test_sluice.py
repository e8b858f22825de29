"""An account in flood on a real broker: it goes aside and comes back, in order, and the others go straight."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from contracts.topology import router_queue
from gateway.receive.overload import sluice as sluice_module
from gateway.receive.overload.load import IDLE, Load
from runtime.broker import Broker, depths
from runtime.embedded.rabbitmq import RabbitMQ
from tests.gateway.receive.journal.way import arrivals
from tests.gateway.receive.overload.flooded import PRESSED, Flooded, flooded
from tests.parts import PARTITIONS, broker_of
from tests.patience import so
from tests.proxy import Proxy

ROOT = Path(__file__).parents[4]
FLOOD = 12
"""Events between two looks, at least."""
WRITER = """
import asyncio, sys
from pathlib import Path
from gateway.receive.overload import sluice
from tests.gateway.receive.overload.flooded import PRESSED, flooded
from tests.parts import broker_of
from runtime.logging import configure_logging
from runtime.settings import Settings

async def write():
    configure_logging(Settings(log_level="error"), "test")
    sluice.LOOK_S = 0.05
    broker = broker_of(sys.argv[2])
    await broker.start()
    async with flooded(Path(sys.argv[1]), broker) as one:
        one.gauge.load = PRESSED
        while True:
            await asyncio.gather(*(one.say("loud") for _ in range(20)), one.say("calm"))
            print(len(one.taken), int("loud" in one.lanes.open), flush=True)

asyncio.run(write())
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sluice_module, "LOOK_S", 0.05)
    monkeypatch.setattr(sluice_module, "TURN_S", 0.005)
    monkeypatch.setattr(sluice_module, "ASIDE_S", 0.2)


@pytest.fixture
async def one(tmp_path: Path, broker: Broker) -> AsyncIterator[Flooded]:
    async with flooded(tmp_path / "0", broker) as gateway:
        yield gateway


async def diverted(one: Flooded, account: str = "loud") -> None:
    """Have an account flood under pressure until it is diverted."""
    one.gauge.load = PRESSED

    async def flood() -> None:
        while account not in one.lanes.open:
            await one.say(account, FLOOD)
            await asyncio.sleep(0.01)

    await asyncio.wait_for(flood(), 30)


@asynccontextmanager
async def traffic(one: Flooded, *accounts: str) -> AsyncIterator[None]:
    """Requests of these accounts, many at a time, and now and then one of the calm one, until the block ends."""
    saying = asyncio.create_task(say_on(one, accounts))
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)


async def say_on(one: Flooded, accounts: tuple[str, ...]) -> None:
    under_way: set[asyncio.Task[None]] = set()
    try:
        for turn in itertools.count():
            now = accounts if turn % 10 else (*accounts, "calm")
            under_way |= {asyncio.create_task(one.say(account)) for account in now}
            await asyncio.sleep(0.004)
            under_way = {task for task in under_way if not task.done()}
    finally:
        await asyncio.gather(*under_way)


async def waiting(broker: Broker) -> int:
    return sum((await depths(broker, [router_queue(number) for number in range(PARTITIONS)])).values())


async def test_an_account_in_flood_goes_aside_and_comes_back_in_order_and_the_others_go_straight(
    one: Flooded, rabbitmq: RabbitMQ
) -> None:
    async with traffic(one, "loud", "loud", "loud", "loud"):
        one.gauge.load = PRESSED
        await so(lambda: "loud" in one.lanes.open)
        await asyncio.sleep(0.3)
        assert list(one.lanes.open) == ["loud"]
        assert one.process.metric("switchboard_flood_bytes") > 0
        assert one.process.journal.empty
        told = one.lanes.added_to(one.process.journal.figures())
        assert told["bytes"] > 0

    async with traffic(one, "loud"):
        one.gauge.load = IDLE
        await so(lambda: not one.lanes.open)
        await asyncio.sleep(0.3)
    assert one.process.metric("switchboard_flood_diverted_total") >= 20
    assert not list(one.process.path.glob("floods/*"))
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete(one.taken)
    assert arrived.repeated == 0


async def test_what_comes_while_the_last_is_given_back_waits_and_goes_behind_it(
    one: Flooded, rabbitmq: RabbitMQ
) -> None:
    await diverted(one)
    await one.say("loud", 40)
    async with traffic(one, "loud"):
        one.gauge.load = IDLE
        await so(lambda: one.process.metric("switchboard_flood_accounts") == 0)
    await so(lambda: not one.lanes.open)
    arrived = await arrivals(rabbitmq.url)
    arrived.assert_complete(one.taken)
    assert arrived.repeated == 0


async def test_a_burst_diverts_nobody(one: Flooded) -> None:
    one.gauge.load = PRESSED
    await one.say("loud", 200)
    for _ in range(20):
        await one.say("calm")
        await asyncio.sleep(0.02)
    assert not one.lanes.open


async def test_while_one_is_aside_nothing_of_it_reaches_the_broker_but_what_is_given_back_slowly(
    one: Flooded, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    await diverted(one)
    before = await waiting(broker)
    await one.say("loud", 500)
    await asyncio.sleep(0.2)
    assert await waiting(broker) - before < 100
    one.gauge.load = IDLE
    await so(lambda: not one.lanes.open)
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_two_accounts_in_flood_are_given_back_side_by_side(one: Flooded, rabbitmq: RabbitMQ) -> None:
    await diverted(one)
    await one.say("loud", 1000)
    await diverted(one, "other")
    one.gauge.load = IDLE
    await so(lambda: "other" not in one.lanes.open)
    assert "loud" in one.lanes.open, "it had much more"
    await so(lambda: not one.lanes.open)
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_a_full_lane_refuses_its_own_account_and_no_other(
    tmp_path: Path, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    async with flooded(tmp_path / "0", broker, most_bytes=5000) as one:
        await diverted(one)
        answers = await asyncio.gather(*(one.say("loud") for _ in range(100)), return_exceptions=True)
        refused = [answer for answer in answers if answer is not None]
        assert 0 < len(refused) < 100
        assert {type(answer) for answer in refused} == {Unavailable}
        await one.say("calm")
        one.gauge.load = IDLE
        await so(lambda: not one.lanes.open)
        await one.say("loud")
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_what_is_aside_goes_behind_the_journal_at_the_door_when_the_broker_is_away(
    tmp_path: Path, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    async with Proxy(rabbitmq.url) as proxy:
        through = broker_of(proxy.url)
        await through.start()
        async with flooded(tmp_path / "0", through, patience_s=2.0) as one:
            await diverted(one)
            await one.say("loud", 200)
            proxy.refuse = True
            proxy.cut()
            async with traffic(one, "loud"):
                await so(lambda: not one.process.journal.empty)
                await asyncio.sleep(0.3)
                proxy.refuse = False
                one.gauge.load = IDLE
                await so(lambda: not one.lanes.open and one.process.journal.empty)
            await so(lambda: not one.lanes.open and one.process.journal.empty)
        await through.stop()
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_when_the_broker_holds_too_much_everybody_is_kept_until_it_is_half(
    one: Flooded, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    await one.say("calm")
    one.gauge.load = Load(1000, 0, 0.0)
    await one.say("calm")
    await so(lambda: one.process.metric("switchboard_all_aside"))
    before = await waiting(broker)
    for _ in range(20):
        await asyncio.gather(one.say("loud", 5), one.say("calm"))
    one.gauge.load = Load(600, 0, 0.0)
    await asyncio.sleep(0.2)
    assert await waiting(broker) == before
    assert one.process.journal.size > 0

    one.gauge.load = Load(400, 0, 0.0)
    await so(lambda: one.process.journal.empty)
    await one.say("calm")
    (await arrivals(rabbitmq.url)).assert_complete(one.taken)


async def test_the_next_process_goes_on_with_what_was_aside_before_anything_new(
    tmp_path: Path, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    async with flooded(tmp_path / "0", broker) as one:
        await diverted(one)
        await one.say("loud", 300)
    assert list((tmp_path / "0" / "floods").iterdir())
    async with flooded(tmp_path / "0", broker) as again:
        again.numbers, again.turns = one.numbers, one.turns
        async with traffic(again, "loud"):
            await so(lambda: not again.lanes.open)
    (await arrivals(rabbitmq.url)).assert_complete([*one.taken, *again.taken])


@pytest.mark.thorough
async def test_after_a_kill_in_full_flood_nothing_is_lost_and_all_is_in_order(
    tmp_path: Path, broker: Broker, rabbitmq: RabbitMQ
) -> None:
    answered = await asyncio.to_thread(killed_writer, tmp_path / "0", rabbitmq.url)
    async with flooded(tmp_path / "0", broker) as again:
        assert list(again.lanes.open) == ["loud"]
        again.numbers = iter(range(10**6, 2 * 10**6))
        for _ in range(20):
            await again.say("loud")
            await again.say("calm")
        await so(lambda: not again.lanes.open)
    arrived = await arrivals(rabbitmq.url)
    there = {number for numbers in arrived.numbers.values() for number in numbers if number < 10**6}
    assert len(there) >= answered
    arrived.assert_complete(again.taken)


def killed_writer(path: Path, url: str) -> int:
    """Run a gateway whose account is in flood, and kill it; how many events it had answered at least."""
    writer = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", WRITER, str(path), url],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert writer.stdout is not None
    aside = answered = 0
    for line in writer.stdout:
        answered, is_aside = map(int, line.split())
        aside += is_aside
        if aside >= 20:
            break
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    return answered
