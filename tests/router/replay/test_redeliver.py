"""Redelivery: agent queues show again what the interactions say."""

from typing import Any

from contracts.interactions import EntryKind
from contracts.queues import AgentState
from tests.parts import NOW, account, message, people, queue
from tests.patience import eventually
from tests.router.replay.conftest import Site

QUEUE = {"action": "Queue", "queue": "sales", "timeout": 600}
CLOSE = {"action": "Close", "disposition": "done"}


async def at_work(site: Site, *actions: dict[str, Any]) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), account(actions))
    await site.parts.presence.set("ann", AgentState.AVAILABLE)


async def test_entries_that_were_lost_come_back_and_the_others_stay_as_they_are(site: Site) -> None:
    await at_work(site, QUEUE)
    await site.happen(*[message(f"+39000000000{n}", f"m{n}", received_at=NOW) for n in range(3)])

    async def offered(count: int = 3) -> bool:
        return len(await site.parts.queues.entries("ann")) == count

    await eventually(offered)
    entries = {entry.id: entry for entry in await site.parts.queues.entries("ann")}
    (lost, *_) = sorted(entries)
    await site.parts.store.database["agent_queues"].delete_one({"_id": lost})

    replay = await site.replay(mode="redeliver")

    await eventually(offered)
    assert {entry.id: entry for entry in await site.parts.queues.entries("ann")} == entries
    assert entries[lost].kind is EntryKind.OFFER
    assert replay.counts["redelivered"] == 3


async def test_what_waits_without_an_offer_is_offered(site: Site) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), account([QUEUE]))
    await site.happen(message("+390000000001", "m1", received_at=NOW))
    await site.parts.presence.set("ann", AgentState.AVAILABLE)
    await site.replay(mode="redeliver")

    async def offered() -> bool:
        return len(await site.parts.queues.entries("ann")) == 1

    await eventually(offered)


async def test_a_closed_interaction_is_nobodys_work_and_nothing_is_sent(site: Site) -> None:
    await at_work(site, {"action": "AutoReply", "text": "Bye"}, CLOSE)
    await site.happen(message("+390000000001", "m1", received_at=NOW))

    async def said() -> bool:
        return len(site.parts.said.sends) == 1

    await eventually(said)
    replay = await site.replay(mode="redeliver")
    assert (replay.counts["closed"], replay.counts.get("redelivered")) == (1, None)
    assert await said()
    assert await site.parts.queues.entries("ann") == []


async def test_a_dry_run_counts_interactions(site: Site) -> None:
    await at_work(site, QUEUE)
    await site.happen(*[message("+390000000001", f"m{n}", received_at=NOW) for n in range(3)])
    replay = await site.replay(mode="redeliver", dry_run=True)
    assert (replay.counts["to_redeliver"], replay.counts["matched"]) == (1, 3)
