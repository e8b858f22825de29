"""`switchboard journal drain`, as a person runs it, for a journal whose gateway never came back."""

import json
from pathlib import Path

import orjson
import pytest

from contracts.errors import Unavailable
from gateway.receive.journal import Journal, Kind
from gateway.receive.journal.directory import JournalDirectory, flood
from runtime.broker import Broker, Publisher
from runtime.clock import utc_now
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.metrics import Metrics
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.layout import LayoutStore, Plan
from tests.gateway.receive.journal.conftest import PLENTY
from tests.gateway.receive.journal.way import Way, arrivals, way
from tests.parts import PARTITIONS
from tests.switchboard import Command, variables_of


class Away(Publisher):
    """Publishes nothing."""

    async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
        raise Unavailable("RabbitMQ: away")


@pytest.fixture
def command(installation: Settings, tmp_path: Path) -> Command:
    return Command("journal", "drain", environment=variables_of(installation), directory=tmp_path)


@pytest.fixture
async def left(command: Command, broker: Broker) -> list[int]:
    """The numbers of events that are in the journals 0 and 1, whose gateways are gone."""
    taken: list[int] = []
    for number in ("0", "1"):
        async with way(command.directory / number, broker, publisher=Away(broker, 1)) as one:
            one.numbers = iter(range(len(taken), 10_000))  # type: ignore[assignment] # the test counts on
            for _ in range(50):
                await one.say(3)
            taken += one.taken
    return taken


async def test_a_journal_is_drained_in_order_and_taken_away(
    command: Command, left: list[int], rabbitmq: RabbitMQ
) -> None:
    journal = command.directory / "0"
    assert await command.run(journal) == 0, command.faults
    assert command.output == f"{journal}: 150 records published, 0 bytes left\n"
    assert list(journal.glob("*.journal")) == []
    (await arrivals(rabbitmq.url)).assert_complete(left[:150])

    assert await command.run(journal) == 0
    assert command.output == f"{journal}: 0 records published, 0 bytes left\n"


async def test_with_a_journal_those_of_its_accounts_in_flood_are_drained_behind_it(
    command: Command, left: list[int], rabbitmq: RabbitMQ
) -> None:
    journal = command.directory / "0"
    later = list(range(len(left), len(left) + 200))
    await put_aside(journal, later)
    assert await command.run(journal) == 0, command.faults
    assert command.output.splitlines() == [
        f"{journal}: 150 records published, 0 bytes left",
        f"{journal}/floods/shop.flood: 200 records published, 0 bytes left",
    ]
    assert list(journal.rglob("*.journal")) == []
    (await arrivals(rabbitmq.url)).assert_complete([*left[:150], *later])


async def put_aside(path: Path, numbers: list[int]) -> None:
    """Events in the lane of an account in flood, beside a journal whose gateway is gone."""
    journal = Journal(flood(path, "shop"), PLENTY, Metrics(), utc_now)
    await journal.start()
    await journal.append(Kind.EVENT, [Way._event(number)[2] for number in numbers])
    await journal.stop()


async def test_of_a_directory_of_journals_those_that_nobody_uses_are_drained(
    command: Command, left: list[int], rabbitmq: RabbitMQ
) -> None:
    used = JournalDirectory(command.directory / "0")
    used.acquire()
    try:
        assert await command.run("--json", command.directory) == 0, command.faults
        told = orjson.loads(command.output)
        assert told == {
            "complete": True,
            "journals": [{"directory": str(command.directory / "1"), "records": 150, "bytes": 0}],
        }
        assert "journal.in_use" in command.faults
        assert await command.run(command.directory / "0") == 1
        assert "another process uses this journal" in command.faults
    finally:
        used.release()
    (await arrivals(rabbitmq.url)).assert_complete(left[150:])


@pytest.mark.usefixtures("left")
async def test_without_a_broker_nothing_is_lost_and_the_exit_code_says_so(command: Command) -> None:
    before = [path.read_bytes() for path in command.directory.glob("*/*.journal")]
    assert await command.run("--json", command.directory, AMQP_URL="amqp://guest:guest@127.0.0.1:1/") == 1
    told = json.loads(command.output)
    assert (told["complete"], told["journals"][0]["records"]) == (False, 0)
    assert "journal.not_drained" in command.faults
    assert [path.read_bytes() for path in command.directory.glob("*/*.journal")] == before


@pytest.mark.usefixtures("left")
@pytest.mark.thorough
async def test_the_number_of_partitions_is_the_installations_whatever_the_setting_says(
    command: Command, installation: Settings
) -> None:
    assert await command.run(command.directory / "0") == 0
    assert await command.run(command.directory / "1", SWITCHBOARD_PARTITIONS="9") == 0
    assert not list((command.directory / "1").glob("*.journal"))
    store = Store(installation.mongo_url, installation.database)
    assert await LayoutStore(store).read() == Plan(PARTITIONS, PARTITIONS)
    await store.stop()


async def test_where_there_is_no_journal_that_is_said(command: Command) -> None:
    assert await command.run(command.directory) == 1
    assert "there is no journal in" in command.faults


async def test_wrong_settings_are_said(command: Command) -> None:
    assert await command.run(command.directory, SWITCHBOARD_JOURNAL_AFTER_S="soon") == 2
    assert "SWITCHBOARD_JOURNAL_AFTER_S" in command.faults
