"""`switchboard partitions` as a person runs it, over a real broker and a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.topology import EVENTS, event_key
from runtime.broker import Publisher
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.layout import LayoutStore
from runtime.store.membership import Doing, Membership
from tests.parts import PARTITIONS, broker_of
from tests.switchboard import Command, variables_of


@pytest.fixture
async def shell(installation: Settings, tmp_path: Path) -> AsyncIterator[Command]:
    """An installation with a router that owns partition 1, and three bundles in partition 2."""
    store, broker = (
        Store(installation.mongo_url, installation.database),
        broker_of(installation.amqp_url.get_secret_value()),
    )
    await broker.start()
    await LayoutStore(store).settle(PARTITIONS)
    doing = {"partitions": {"1": {"in_hand": 2, "rate": 7.5, "lag_s": 4.0}}}
    await Membership(store, "router", "router-a", 1.0).beat(doing)
    for _ in range(3):
        await Publisher(broker, 5).publish(EVENTS, event_key(2), b"[]")
    beating = asyncio.create_task(_beat(Membership(store, "router", "router-a", 1.0), doing))
    yield Command("partitions", environment=variables_of(installation), directory=tmp_path)
    beating.cancel()
    await broker.stop()
    await store.stop()


async def _beat(membership: Membership, doing: Doing) -> None:
    while True:
        await membership.beat(doing)
        await asyncio.sleep(0.3)


async def test_every_partition_is_shown_with_its_owner_depth_rates_and_lag(shell: Command) -> None:
    assert await shell.run("--stage", "router") == 0, shell.faults
    rows = [line.split() for line in shell.output.splitlines() if "router" in line and "│" in line]
    cells = {row[3]: [cell for cell in row if cell != "│"] for row in rows}
    assert cells["01"] == ["router", "01", "router-a", "0", "0", "2", "7.5", "7.5", "4"]
    assert cells["02"] == ["router", "02", "nobody", "0", "3", "0", "0.0", "0.0", "?"]
    assert cells["all"][:4] == ["router", "all", "1", "instances"]
    assert "Dead letters: 0 open" in shell.output


async def test_programs_get_json_and_idle_partitions_can_be_left_out(shell: Command) -> None:
    assert await shell.run("--json") == 0, shell.faults
    found = json.loads(shell.output)
    assert found["partitions"] == PARTITIONS
    assert [stage["stage"] for stage in found["stages"]] == ["router", "worker", "sender", "errands", "dead_letters"]
    assert [one["owner"] for one in found["stages"][0]["partitions"]] == [None, "router-a", None, None]

    assert await shell.run("--busy", "--stage", "router") == 0
    assert "router-a" in shell.output
    assert " 00 " not in shell.output


async def test_a_stage_that_does_not_exist_is_refused_with_those_that_do(shell: Command) -> None:
    assert await shell.run("--stage", "kitchen") == 2
    assert "router, worker, sender" in shell.faults


async def test_a_broker_that_is_away_is_said_in_one_sentence(shell: Command) -> None:
    assert await shell.run(AMQP_URL="amqp://guest:secret@127.0.0.1:1/") == 1
    assert "switchboard: RabbitMQ" in shell.faults
    assert "secret" not in shell.faults
    assert "Traceback" not in shell.faults
