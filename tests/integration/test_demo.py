import json
from pathlib import Path
from typing import Any

import pytest

from runtime.embedded import leftovers
from runtime.embedded.stack_file import running_stack
from tests.integration.accounts import queue_step
from tests.integration.site import PARTITIONS, Site
from tests.integration.traffic import SETTLE_S, Traffic, traffic
from tests.switchboard import Command

MESSAGES = 300


async def still_there(site: Site, earlier: Traffic) -> None:
    """What an earlier run left is as it was."""
    run = earlier.again(site)
    try:
        await run.verify(earlier.account, lambda *_: None, SETTLE_S)
    finally:
        await run.close()
    assert earlier.account.faults == []


async def test_messages_of_four_providers_land_once_in_order_and_in_the_right_place(site: Site) -> None:
    account = await traffic(site, MESSAGES)
    assert account.messages == MESSAGES
    assert account.repeated > 0
    assert sum(account.landed.values()) == account.conversations
    assert {"demo-dora (offered)", "rejected", "waiting in queue:demo-night"} <= set(account.landed)
    assert {where for where in account.landed if "demo-ann" in where or "demo-ben" in where}


async def test_everything_survives_a_restart_and_new_traffic_goes_on(site: Site) -> None:
    earlier = Traffic(site)
    await earlier.run(MESSAGES // 2)
    account = await site.account(queue_step(await site.queue()))
    await site.write(account, "+393371112222", "before")
    before = await site.interaction(account, "+393371112222", message_count=1)
    counts = await documents(site)

    await site.stack.stop()
    await site.stack.start()

    assert await documents(site) == counts
    await still_there(site, earlier)
    await site.known(account)
    await site.write(account, "+393371112222", "after")
    after = await site.interaction(account, "+393371112222", message_count=2)
    assert after["id"] == before["id"]
    await traffic(site, MESSAGES // 2)
    await still_there(site, earlier)


async def documents(site: Site) -> dict[str, int]:
    """How much is stored of what must survive."""
    names = ("accounts", "agents", "queues", "interactions", "messages", "contacts", "agent_queues", "presence")
    return {name: await site.store.database[name].count_documents({}) for name in names}


async def demo(state_dir: Path, database: str) -> tuple[int | None, dict[str, Any], str]:
    """Run the command; its exit code, the one object that it printed, and what it said to people."""
    command = Command("demo", "--messages", "100", "--json", "--state-dir", str(state_dir))
    code = await command.run(SWITCHBOARD_DATABASE=database, SWITCHBOARD_PARTITIONS=str(PARTITIONS))
    (line,) = command.output.splitlines() or [command.faults]
    return code, json.loads(line), command.faults


async def test_the_command_starts_everything_says_that_all_is_well_and_leaves_no_process(tmp_path: Path) -> None:
    code, account, said = await demo(tmp_path, "switchboard")
    assert (code, account["faults"], account["messages"]) == (0, [], 100)
    assert sum(account["landed"].values()) == account["conversations"]
    assert account["answer_states"] == {"read": 2 * account["answered"]}
    assert account["answered"] > 0
    assert "Starting Switchboard" in said
    assert running_stack(tmp_path) is None
    directories = [tmp_path / name for name in ("processes", "rabbitmq", "mongodb")]
    assert [process for directory in directories for process in leftovers.belonging_to(directory)] == []


@pytest.mark.thorough
async def test_the_command_uses_a_stack_that_runs_already(site: Site) -> None:
    before = site.info.pids
    code, account, said = await demo(site.stack.state_dir, site.database)
    assert (code, account["faults"], account["messages"]) == (0, [], 100)
    assert account["answer_states"] == {"read": 2 * account["answered"]}
    assert "Starting" not in said
    assert site.info.pids == before
