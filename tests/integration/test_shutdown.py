import asyncio
import time
from pathlib import Path

import httpx
import pytest

from runtime.embedded import leftovers
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.settings import Settings
from tests.integration.accounts import Account, queue_step
from tests.integration.site import HASTE, Site, running
from tests.integration.traffic import traffic
from tests.patience import eventually

MESSAGES = 300
DEADLINE_S = Settings().stop_deadline_s
ON_DEMAND = ("worker", "router", "clock", "console")
"""Kinds that end by the same code as the others, and in `test_the_whole_stack` with them."""


@pytest.mark.parametrize("kind", ["gateway", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ON_DEMAND)])
async def test_a_process_that_is_asked_to_stop_in_full_flow_ends_well_and_loses_nothing(site: Site, kind: str) -> None:
    process = site.process(kind)

    async def stop_and_replace() -> None:
        since = time.monotonic()
        await site.stack.processes.stop_one(kind, process.index, DEADLINE_S)
        assert process.exit_status == 0
        assert time.monotonic() - since < DEADLINE_S / 2
        await site.stack.processes.start_one(kind)

    await traffic(site, MESSAGES, stop_and_replace)
    assert "stop_deadline_passed" not in site.log_lines(kind)


async def test_the_whole_stack_stops_well_in_full_flow_and_loses_nothing_that_was_answered(
    rabbitmq: RabbitMQ, mongodb: MongoDB, tmp_path: Path
) -> None:
    async with running(tmp_path, rabbitmq.url, mongodb.url, HASTE) as site:
        members = list(site.stack.processes.members)
        account = await site.account(queue_step(await site.queue()))
        accepted: dict[str, list[str]] = {f"+3933600000{n:02d}": [] for n in range(16)}
        writing = [asyncio.create_task(write_while_open(site, account, who, accepted[who])) for who in accepted]
        await eventually(lambda: has_written(accepted, 64))
        await site.stack.stop()
        await asyncio.gather(*writing)
        assert {member.name: member.exit_status for member in members} == {member.name: 0 for member in members}
        assert leftovers.belonging_to(tmp_path / "processes") == []

        await site.stack.start()
        for who, ids in accepted.items():
            stored = await eventually(lambda who=who, ids=ids: log_of(site, account, who, len(ids)))  # type: ignore[misc] # bound here
            assert stored == ids


async def write_while_open(site: Site, account: Account, who: str, accepted: list[str]) -> None:
    """Write again and again, each message until it is taken, for as long as there is a door."""
    while True:
        message_id = account.new_message_id()
        try:
            answer = await site.knock(account.text(who, message_id, "hello"))
        except httpx.HTTPError:
            return
        if answer.status_code != httpx.codes.OK:
            return
        accepted.append(message_id)


async def has_written(accepted: dict[str, list[str]], count: int) -> bool:
    return sum(map(len, accepted.values())) >= count


async def log_of(site: Site, account: Account, who: str, count: int) -> list[str]:
    """The provider's ids of what is stored of a contact, once there are so many."""
    found = await site.documents("messages", account_id=account.id, contact_key=who)
    ids = [message["provider_id"] for message in sorted(found, key=lambda message: message["sequence"])]
    return ids if len(ids) >= count else []
