import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.embedded.processes import SwitchboardProcess
from runtime.sandbox import meta
from tests.integration.accounts import Account, agent_step, queue_step
from tests.integration.site import Site
from tests.patience import eventually

TOLD_S = 10.0
"""What is about a second on a quiet machine; a process that was not told finds out by itself after twice as long."""


def contact() -> str:
    return f"+39334{secrets.randbelow(10**7):07d}"


def steps(walk: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(step["position"], step["action"], step["outcome"]) for step in walk]


async def stop_routing(site: Site, *kinds: str) -> None:
    """Have nobody of these kinds there."""
    for kind in kinds:
        process = site.process(kind)
        await site.stack.processes.stop_one(kind, process.index)


async def kill(site: Site, process: SwitchboardProcess) -> None:
    """`kill -9`, and nobody brings it back."""
    await site.stack.processes.kill(process.kind.name, process.index, restart=False)
    await site.stack.processes.stop_one(process.kind.name, process.index)


async def test_a_jump_to_itself_ends_at_the_step_limit_and_the_next_message_starts_from_the_top(site: Site) -> None:
    queue = await site.queue()
    loop = {"action": "Gotoif", "condition": 'message.text != "help"', "if_true": 1, "if_false": 2}
    account, who = await site.account(loop, queue_step(queue)), contact()

    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, unmanaged=True, message_count=1)
    assert interaction["open"]
    (walk,) = await site.trace(interaction)
    assert steps(walk) == [(0, "message", "opened"), *([(1, "Gotoif", "jumped")] * 100), (0, "list", "unmanaged")]
    assert walk[-1]["value"] == "step limit"

    await site.write(account, who, "help")
    again = await site.interaction(account, who, message_count=2, unmanaged=False, waiting_for=f"queue:{queue}")
    assert again["id"] == interaction["id"]
    walks = await site.trace(interaction, 2)
    assert steps(walks[1])[1:] == [(1, "Gotoif", "jumped"), (2, "Queue", "waiting")]


async def test_events_of_an_account_that_was_deleted_meanwhile_are_set_apart_with_the_reason(site: Site) -> None:
    agent = await site.agent()
    doomed = await site.account(queue_step(await site.queue(agent)))
    other = await site.account(queue_step(await site.queue(agent)))
    known, stranger, neighbour = contact(), contact(), contact()
    await site.write(doomed, known, "hello")
    before = await site.interaction(doomed, known, state="offered")

    await stop_routing(site, "router")
    late = [await site.write(doomed, who, "are you there?") for who in (known, stranger)]
    await site.write(other, neighbour, "hello")
    await site.call("DELETE", f"/api/accounts/{doomed.id}")
    router = await site.stack.processes.start_one("router")

    await site.interaction(other, neighbour, state="offered")
    letters = await eventually(lambda: letters_of(site, doomed, 2))
    assert {letter["body"]["message"]["provider_id"] for letter in letters} == set(late)
    assert {letter["stage"] for letter in letters} == {"router"}
    assert all(re.search("account", letter["reason"]) for letter in letters)
    assert (await site.call("GET", f"/api/interactions/{before['id']}"))["message_count"] == 1
    assert await site.interactions(doomed, stranger) == []
    assert router.pid == site.process("router").pid


async def letters_of(site: Site, account: Account, count: int) -> list[dict[str, Any]]:
    letters = await site.dead_letters(account_id=account.id)
    return letters if len(letters) == count else []


async def test_a_changed_action_list_is_followed_within_about_a_second(site: Site) -> None:
    old, new = await site.queue(), await site.queue()
    account = await site.account(queue_step(old))
    who = contact()
    await site.write(account, who, "hello")
    await site.interaction(account, who, waiting_for=f"queue:{old}")

    await site.call("PATCH", f"/api/accounts/{account.id}", {"actions": [queue_step(new)]})
    changed = time.monotonic()
    places: list[str] = []

    async def routed_anew() -> bool:
        someone = contact()
        await site.write(account, someone, "hello")
        interaction = await site.interaction(account, someone, state="waiting")
        places.append(interaction["waiting_for"])
        return places[-1] == f"queue:{new}"

    await eventually(routed_anew)
    assert time.monotonic() - changed < TOLD_S
    assert places[:-1] == [f"queue:{old}"] * (len(places) - 1)


async def test_a_new_secret_is_asked_for_within_about_a_second(site: Site) -> None:
    account = await site.account(queue_step(await site.queue()), provider="twilio")
    token = secrets.token_hex(16)
    await site.call("PATCH", f"/api/accounts/{account.id}", {"credentials": {"auth_token": token}})
    changed = time.monotonic()

    async def refused() -> bool:
        answer = await site.knock(account.text(contact(), account.new_message_id(), "hello"))
        return answer.status_code == 403

    await eventually(refused)
    assert time.monotonic() - changed < TOLD_S


async def test_the_time_of_a_queue_step_is_over_also_when_clock_and_router_were_killed_meanwhile(site: Site) -> None:
    agent = await site.agent()
    first, second = await site.queue(agent), await site.queue()
    account, who = await site.account(queue_step(first, timeout=3), queue_step(second)), contact()
    await site.write(account, who, "hello")
    offered = await site.interaction(account, who, state="offered")

    for kind in ("clock", "router"):
        await kill(site, site.process(kind))
    for kind in ("clock", "router"):
        await site.stack.processes.start_one(kind)

    later = await site.interaction(account, who, waiting_for=f"queue:{second}")
    assert later["id"] == offered["id"]
    await eventually(lambda: is_free(site, agent))
    outcomes = [step["outcome"] for walk in await site.trace(later, 2) for step in walk]
    assert outcomes == ["opened", "waiting", "timed out", "waiting"]


async def is_free(site: Site, agent: str) -> bool:
    return not await site.desk(agent) and not await site.held(agent)


async def test_a_deadline_that_passed_while_nobody_looked_is_not_forgotten(site: Site) -> None:
    first, second = await site.queue(), await site.queue()
    account, who = await site.account(queue_step(first, timeout=1), queue_step(second)), contact()
    await stop_routing(site, "clock")
    await site.write(account, who, "hello")
    waiting = await site.interaction(account, who, state="waiting")
    assert waiting["waiting_for"] == f"queue:{first}"
    await site.stack.processes.start_one("clock")
    await site.interaction(account, who, waiting_for=f"queue:{second}")


async def test_one_correlation_id_leads_from_the_webhook_to_the_agents_desk(site: Site) -> None:
    agent = await site.agent()
    account, who = await site.account(queue_step(await site.queue(agent))), contact()
    good, bad = (meta.text(who, account.new_message_id(), datetime.now(UTC), "hello") for _ in range(2))
    bad["timestamp"] = "yesterday"
    answer = await site.knock(meta.request(account.meta, [good, bad]))
    assert answer.status_code == 200
    correlation_id = site.events("gateway", "item.set_apart")[-1]["correlation_id"]
    assert await site.dead_letter(correlation_id=correlation_id)

    interaction = await site.interaction(account, who, state="offered")
    assert interaction["correlation_id"] == correlation_id
    (message,) = await site.contents(interaction)
    assert message["correlation_id"] == correlation_id
    assert {walk["correlation_id"] for walk in await site.traces(interaction)} == {correlation_id}
    (entry,) = await eventually(lambda: site.desk(agent))
    assert entry["correlation_id"] == correlation_id
    for kind, event in (("router", "interaction.routed"), ("worker", "interaction.offered")):
        ids = {line["correlation_id"]: line["interaction"] for line in site.events(kind, event)}
        assert ids[correlation_id] == interaction["id"]


@pytest.mark.parametrize("missing", ["queue", "agent"])
async def test_a_step_whose_target_was_deleted_is_passed_over(site: Site, missing: str) -> None:
    gone = await (site.queue() if missing == "queue" else site.agent())
    kept = await site.queue()
    step = queue_step(gone) if missing == "queue" else agent_step(gone)
    account = await site.account(step, queue_step(kept))
    await site.call("DELETE", f"/api/{missing}s/{gone}")

    async def passed_over() -> dict[str, Any] | None:
        who = contact()
        await site.write(account, who, "hello")
        interaction = await site.interaction(account, who, state="waiting")
        return interaction if interaction["waiting_for"] == f"queue:{kept}" else None

    interaction = await eventually(passed_over)
    assert interaction is not None
    (walk,) = await site.trace(interaction)
    assert ("deleted", f"{missing}:{gone}") in [(step["outcome"], step["value"]) for step in walk]
