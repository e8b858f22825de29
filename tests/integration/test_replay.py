"""Replays and dead letters over the running system, by the commands that operators have."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.accounts import Account, queue_step
from tests.integration.site import Site
from tests.patience import eventually
from tests.switchboard import Command

WHO = "+393337000001"


async def run(site: Site, *arguments: str) -> tuple[int, str, str]:
    """The exit code of a command over the site, and what it printed and complained of."""
    token = site.info.token_file.read_text(encoding="utf-8").strip()
    command = Command(where=("--url", site.info.console_url), environment={"SWITCHBOARD_CONSOLE_TOKEN": token})
    return await command.run(*arguments), command.output, command.faults


async def replayed(site: Site, *options: str) -> dict[str, Any]:
    """What a replay has come to that was followed to its end."""
    code, output, faults = await run(site, "replay", "--json", *options)
    assert code == 0, faults
    found: dict[str, Any] = json.loads(output)
    return found


async def log_of(site: Site, account: Account) -> list[tuple[int, str]]:
    found = await site.documents("messages", account_id=account.id)
    return sorted((message["sequence"], message["provider_id"]) for message in found)


@pytest.fixture
async def account(site: Site) -> Account:
    return await site.account(queue_step(await site.queue()))


async def written(site: Site, account: Account, count: int, who: str = WHO) -> list[tuple[int, str]]:
    """Have so many messages written, and wait for them; the log."""
    for number in range(count):
        await site.write(account, who, f"number {number}")
    await eventually(lambda: _long(site, account, count))
    return await log_of(site, account)


async def _long(site: Site, account: Account, count: int) -> bool:
    return len(await log_of(site, account)) == count


async def test_lost_messages_are_counted_repaired_and_found_complete_afterwards(site: Site, account: Account) -> None:
    before = await written(site, account, 6)
    await site.store.database["messages"].delete_many({"account_id": account.id, "sequence": {"$in": [2, 5]}})

    counted = await replayed(site, "--account", account.id, "--dry-run")
    assert (counted["counts"]["to_repair"], len(await log_of(site, account))) == (2, 4)
    repaired = await replayed(site, "--account", account.id)
    assert (repaired["state"], repaired["counts"]["repaired"], repaired["progress"]) == ("done", 2, 1.0)
    assert await log_of(site, account) == before
    assert "repaired" not in (await replayed(site, "--account", account.id))["counts"]


@pytest.mark.thorough
async def test_a_replayer_that_is_killed_in_the_middle_is_followed_by_another_one(site: Site, account: Account) -> None:
    before = await written(site, account, 12)
    for name in ("messages", "interactions", "routing_traces"):
        await site.store.database[name].delete_many({"account_id": account.id})
    asked = await site.call(
        "POST", "/api/replays", {"rate": 2, "filter": {"accounts": [account.id]}, "hold_replies": True}
    )

    async def runs() -> bool:
        return bool((await site.call("GET", f"/api/replays/{asked['id']}"))["state"] == "running")

    await eventually(runs)
    await site.stack.processes.kill("replayer", site.process("replayer").index, restart=True)

    async def done() -> bool:
        found = await site.call("GET", f"/api/replays/{asked['id']}")
        return bool(found["state"] == "done")

    await eventually(done)
    assert await log_of(site, account) == before


async def test_a_simulation_says_where_messages_would_go(site: Site, account: Account, tmp_path: Path) -> None:
    await written(site, account, 3)
    other = await site.queue()
    proposal = tmp_path / "proposal.json"
    proposal.write_text(json.dumps({"accounts": {account.id: {"actions": [queue_step(other)]}}}))
    replay = await replayed(site, "--mode", "simulate", "--account", account.id, "--config", str(proposal))
    (row,) = replay["differences"]
    assert (row["after"], row["count"], replay["counts"]["joined"]) == (f"queue:{other}", 1, 2)
    code, output, _ = await run(site, "replay", "show", replay["id"])
    assert (code, f"queue:{other}" in output) == (0, True)


async def test_what_the_log_holds_is_shown(site: Site, account: Account) -> None:
    await written(site, account, 1)
    code, output, _ = await run(site, "replay", "log")
    assert code == 0
    for words in ("Oldest event", "about", "7D", "10.7 GB"):
        assert words in output
    code, output, _ = await run(site, "replay", "list", "--json")
    assert (code, isinstance(json.loads(output), list)) == (0, True)


async def test_a_parked_event_is_retried_once_its_fault_is_gone(site: Site) -> None:
    account = await site.account(queue_step(await site.queue()))
    letter_id = await site.parked(account.id, WHO, "hello", reason="a bug")

    code, output, _ = await run(site, "dlq", "list", "--account", account.id)
    assert (code, "a bug" in output, "hello" in output) == (0, True, False)
    assert (await run(site, "dlq", "retry", letter_id))[0] == 0
    await eventually(lambda: _long(site, account, 1))
    assert (await run(site, "dlq", "discard", letter_id))[0] == 1
