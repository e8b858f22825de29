"""A transfer's wait over real processes: it ends the same, and in time, though everything was killed meanwhile."""

from datetime import UTC, datetime, timedelta

from tests.integration.site import Site
from tests.patience import eventually

TIMEOUT_S = 6
LATE = timedelta(seconds=20)  # what a busy machine may take; what is promised is the order
CUSTOMER = "+393331000777"


async def test_a_transfer_returns_in_time_though_every_process_is_killed_while_it_waits(site: Site) -> None:
    sender, target = await site.agent(), await site.agent()
    queue = await site.queue(sender)
    transfer = {"enabled": True, "timeout": TIMEOUT_S}
    account = await site.account({"action": "Queue", "queue": queue, "timeout": 600}, transfer=transfer)
    await site.write(account, CUSTOMER, "hello")
    offered = await site.interaction(account, CUSTOMER, state="offered", offered_to=[sender])
    assert (await site.answer_offer(sender, offered, "accept")).is_success

    began = datetime.now(UTC)
    await site.call("POST", f"/api/interactions/{offered['id']}/transfer", {"agent": target, "note": "yours"})
    await site.interaction(account, CUSTOMER, state="offered", offered_to=[target], owner=sender)
    victims = [site.process(kind) for kind in ("router", "worker", "clock", "console")]
    for victim in victims:
        await site.stack.processes.kill(victim.kind.name, victim.index)

    async def back_at_work() -> bool:
        return [await site.health(victim, "ready") for victim in victims] == [200] * len(victims)

    await eventually(back_at_work)
    back = await site.interaction(account, CUSTOMER, state="assigned", owner=sender, transfer=None)
    (attempt,) = back["transfers"]
    assert (attempt["outcome"], attempt["sender"], attempt["note"]) == ("timed_out", sender, "yours")
    waited = datetime.fromisoformat(attempt["ended_at"]) - began
    assert timedelta(seconds=TIMEOUT_S) <= waited <= timedelta(seconds=TIMEOUT_S) + LATE

    async def let_go() -> bool:
        return await site.desk(target) == []

    await eventually(let_go)
    assert (await site.held(sender), await site.held(target)) == ([offered["id"]], [])
