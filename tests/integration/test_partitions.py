"""The number of partitions is changed in full flow, by the command as an operator runs it."""

import asyncio
import signal

import pytest
from pydantic import SecretStr

from contracts.topology import Topology, partition_queues
from runtime.broker import Broker, standings
from runtime.settings import Settings
from runtime.store.layout import LayoutStore, Phase
from tests.integration.accounts import queue_step
from tests.integration.site import PARTITIONS, Site
from tests.integration.traffic import traffic
from tests.patience import eventually
from tests.switchboard import begun

MESSAGES = 400
COMMAND_S = 90.0
CALLED_OFF_S = 25.0
CONTACT = "+393331114447"

pytestmark = pytest.mark.thorough


async def command(site: Site, *options: str) -> asyncio.subprocess.Process:
    """`switchboard partitions set ...` over the site, begun."""
    where = {
        "AMQP_URL": site.info.amqp_url,
        "MONGO_URL": site.info.mongo_url,
        "SWITCHBOARD_DATABASE": site.database,
    }
    return await begun(("partitions", "set", *options), where)


async def set_number(site: Site, number: int, *options: str) -> str:
    """Change the number; what the command said."""
    # Tests before this one have killed processes of this site: they are dead indeed.
    process = await command(site, str(number), "--yes", "--gone", *options)
    async with asyncio.timeout(COMMAND_S):
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def queues_there(site: Site, numbers: range) -> int:
    """How many queues of these partitions there are."""
    broker = Broker(SecretStr(site.info.amqp_url), Topology(exchanges=(), queues=()), "test")
    try:
        return len(await standings(broker, partition_queues(numbers)))
    finally:
        await broker.stop()


async def test_nothing_is_lost_doubled_or_reordered_when_the_number_falls_and_rises_in_full_flow(site: Site) -> None:
    added = await site.stack.processes.start_one("router")
    before = site.info.pids
    said: list[str] = []

    async def fall() -> None:
        said.append(await set_number(site, 5))

    async def rise() -> None:
        said.append(await set_number(site, PARTITIONS))

    fallen = await traffic(site, MESSAGES, fall)
    assert fallen.refused_requests == 0
    assert "nothing was left in the queues of the 16 partitions; there are 5 now" in said[0]
    assert f"deleted {3 * (PARTITIONS - 5)} queues" in said[0]
    shares = [
        await site.metric(member, "switchboard_partitions_owned", stage="router")
        for member in site.stack.processes.members
        if member.kind.name == "router"
    ]
    assert sorted(shares) == [2, 3]

    risen = await traffic(site, MESSAGES, rise)
    assert risen.refused_requests == 0
    assert await queues_there(site, range(5, PARTITIONS)) == 3 * (PARTITIONS - 5)
    assert site.info.pids == before, "a process had to be restarted"
    await site.stack.processes.stop_one("router", added.index)


async def test_a_change_whose_command_is_killed_is_called_off_and_the_next_run_makes_it(site: Site) -> None:
    account = await site.account(queue_step(await site.queue()))
    layouts = LayoutStore(site.store)

    async def under_way() -> bool:
        plan = await layouts.read()
        return plan is not None and plan.phase is not Phase.OPEN

    async def called_off() -> bool:
        plan = await layouts.read()
        return plan is not None and plan.change is None and plan.count == PARTITIONS

    first = await site.write(account, CONTACT, "before")
    process = await command(site, "7", "--yes", "--gone")
    await eventually(under_way)
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    second = await site.write(account, CONTACT, "meanwhile")
    await eventually(called_off, CALLED_OFF_S)

    await set_number(site, 7)
    third = await site.write(account, CONTACT, "afterwards")
    interaction = await site.interaction(account, CONTACT, message_count=3)
    assert [message["provider_id"] for message in await site.contents(interaction)] == [first, second, third]
    await set_number(site, PARTITIONS)


async def test_a_process_that_starts_takes_the_number_of_the_installation_and_not_that_of_its_setting(
    site: Site,
) -> None:
    await set_number(site, 3)
    added = await site.stack.processes.start_one("router")  # its environment says 16

    async def shared() -> bool:
        routers = [member for member in site.stack.processes.members if member.kind.name == "router"]
        owned = [await site.metric(one, "switchboard_partitions_owned", stage="router") for one in routers]
        return sorted(owned) == [1, 2]

    await eventually(shared)
    assert await queues_there(site, range(3, PARTITIONS)) == 0
    await site.stack.processes.stop_one("router", added.index)
    await set_number(site, PARTITIONS)


async def test_a_process_that_is_silent_must_be_known_to_be_dead(site: Site) -> None:
    added = await site.stack.processes.start_one("router")
    await site.stack.processes.kill("router", added.index, restart=False)
    await asyncio.sleep(Settings().member_ttl_s + 1)
    process = await command(site, "8")
    _, said = await process.communicate()
    assert process.returncode == 1
    assert "are silent and have not said goodbye" in said.decode()
    process = await command(site, "8", "--gone")
    _, said = await process.communicate()
    assert process.returncode == 0
    assert "nothing speaks against 8" in said.decode()
    await site.stack.processes.stop_one("router", added.index)
