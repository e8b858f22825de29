import asyncio
import secrets
from typing import Any

from tests.integration.accounts import agent_step, queue_step
from tests.integration.site import Site
from tests.patience import eventually


def contact() -> str:
    return f"+39335{secrets.randbelow(10**7):07d}"


async def offered_to(site: Site, interaction: dict[str, Any], *agents: str) -> dict[str, Any]:
    """The interaction once it is offered to exactly these agents, and stands on their desks and no others."""

    async def look() -> dict[str, Any] | None:
        now: dict[str, Any] = await site.call("GET", f"/api/interactions/{interaction['id']}")
        entries = await site.documents("agent_queues", interaction_id=interaction["id"])
        desks = {entry["agent_id"] for entry in entries}
        return now if set(now["offered_to"]) == desks == set(agents) else None

    seen = await eventually(look)
    assert seen is not None
    return seen


async def outcomes(site: Site, interaction: dict[str, Any]) -> list[tuple[str, str | None]]:
    found = await site.documents("offers", interaction_id=interaction["id"])
    return [(offer["agent_id"], offer["outcome"]) for offer in sorted(found, key=lambda offer: offer["round"])]


async def holds_nothing(site: Site, agent: str) -> bool:
    return not await site.desk(agent) and not await site.held(agent)


async def test_what_waits_in_a_queue_without_members_is_offered_to_the_first_who_joins(site: Site) -> None:
    queue = await site.queue()
    account, who = await site.account(queue_step(queue)), contact()
    await site.write(account, who, "hello")
    waiting = await site.interaction(account, who, state="waiting", waiting_for=f"queue:{queue}")
    listed = (await site.call("GET", f"/api/queues/{queue}/waiting"))["items"]
    assert [interaction["id"] for interaction in listed] == [waiting["id"]]

    agent = await site.agent(state="offline")
    await site.call("PATCH", f"/api/queues/{queue}", {"agents": [agent]})
    await site.set_state(agent, "available")
    await offered_to(site, waiting, agent)
    (entry,) = await site.desk(agent)
    assert (entry["kind"], entry["unread"], entry["preview"]) == ("offer", 1, "hello")


async def test_two_who_accept_at_once_are_told_apart(site: Site) -> None:
    ann, ben = await site.agent(), await site.agent()
    account = await site.account(queue_step(await site.queue(ann, ben, strategy="beepall")))
    for _ in range(5):
        who = contact()
        await site.write(account, who, "hello")
        interaction = await offered_to(site, await site.interaction(account, who, state="offered"), ann, ben)

        answers = await asyncio.gather(*(site.answer_offer(agent, interaction, "accept") for agent in (ann, ben)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won, lost = (ann, ben) if answers[0].status_code == 200 else (ben, ann)
        (refusal,) = (answer for answer in answers if answer.status_code == 409)
        assert refusal.json()["detail"] == f"already taken by {won}"

        await site.interaction(account, who, state="assigned", owner=won)
        settled = {(won, "accepted"), (lost, "withdrawn")}
        await eventually(lambda i=interaction, s=settled: is_settled(site, i, s))  # type: ignore[misc] # bound here
        assert interaction["id"] not in await site.held(lost)
        assert interaction["id"] in await site.held(won)


async def is_settled(site: Site, interaction: dict[str, Any], wanted: set[tuple[str, str | None]]) -> bool:
    return set(await outcomes(site, interaction)) == wanted


async def test_a_rejected_offer_goes_to_the_next_agent_and_all_are_asked_again_after_a_pause(site: Site) -> None:
    agents = [await site.agent() for _ in range(3)]
    account, who = await site.account(queue_step(await site.queue(*agents))), contact()
    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, state="offered")
    asked: list[str] = []
    for _ in agents:
        current = await eventually(lambda: offered_to_one(site, interaction))
        asked.append(current["offered_to"][0])
        assert (await site.answer_offer(asked[-1], interaction, "reject")).status_code == 200
        assert (await site.answer_offer(asked[-1], interaction, "accept")).status_code == 409
    assert asked == agents

    again = await eventually(lambda: offered_to_one(site, interaction))
    assert again["offered_to"] == agents[:1]
    assert again["round"] > 3
    rejected = [outcome for outcome in await outcomes(site, interaction) if outcome[1] == "rejected"]
    assert rejected == [(agent, "rejected") for agent in agents]


async def offered_to_one(site: Site, interaction: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = await site.call("GET", f"/api/interactions/{interaction['id']}")
    return now if len(now["offered_to"]) == 1 else {}


async def test_who_rejects_what_all_are_offered_takes_nothing_from_the_others(site: Site) -> None:
    ann, ben, cleo = [await site.agent() for _ in range(3)]
    account = await site.account(queue_step(await site.queue(ann, ben, cleo, strategy="beepall")))
    who = contact()
    await site.write(account, who, "hello")
    interaction = await offered_to(site, await site.interaction(account, who, state="offered"), ann, ben, cleo)
    await site.answer_offer(ann, interaction, "reject")
    still = await offered_to(site, interaction, ben, cleo)
    assert still["round"] == interaction["round"]
    await eventually(lambda: holds_nothing(site, ann))

    for agent in (ben, cleo):
        await site.answer_offer(agent, interaction, "reject")
    again = await offered_to(site, interaction, ann, ben, cleo)
    assert again["round"] > interaction["round"]
    assert again["message_count"] == 1


async def test_a_missed_offer_goes_to_the_next_agent(site: Site) -> None:
    ann, ben = await site.agent(), await site.agent()
    account, who = await site.account(queue_step(await site.queue(ann, ben, agent_timeout=5))), contact()
    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, state="offered")
    await offered_to(site, interaction, ann)
    await offered_to(site, interaction, ben)
    assert (await site.answer_offer(ann, interaction, "accept")).status_code == 409
    assert (await site.answer_offer(ben, interaction, "accept")).status_code == 200
    await eventually(lambda: is_settled(site, interaction, {(ann, "missed"), (ben, "accepted")}))
    await eventually(lambda: holds_nothing(site, ann))


async def test_when_the_time_in_a_queue_is_over_the_next_entry_has_its_turn(site: Site) -> None:
    ann, ben = await site.agent(), await site.agent()
    first, second = await site.queue(ann), await site.queue(ben)
    account, who = await site.account(queue_step(first, timeout=1), queue_step(second)), contact()
    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, queue_id=second, state="offered")
    await offered_to(site, interaction, ben)
    await eventually(lambda: holds_nothing(site, ann))


async def test_an_agent_who_rejects_what_only_they_are_offered_passes_it_on(site: Site) -> None:
    ann, ben = await site.agent(), await site.agent()
    account, who = await site.account(agent_step(ann), queue_step(await site.queue(ben))), contact()
    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, state="offered")
    await offered_to(site, interaction, ann)
    await site.answer_offer(ann, interaction, "reject")
    await offered_to(site, interaction, ben)


async def test_a_list_that_ends_leaves_the_interaction_open_and_unmanaged(site: Site) -> None:
    ann = await site.agent()
    account, who = await site.account(queue_step(await site.queue(ann), timeout=1)), contact()
    await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, unmanaged=True, open=True, state="waiting")
    await offered_to(site, interaction)
    await site.write(account, who, "anybody?")
    again = await site.interaction(account, who, state="offered", message_count=2)
    assert again["id"] == interaction["id"]


async def test_who_pauses_or_leaves_gets_no_offers_and_keeps_what_is_theirs(site: Site) -> None:
    ann, ben = await site.agent(), await site.agent()
    account = await site.account(queue_step(await site.queue(ann, ben)))
    first, second = contact(), contact()
    for who, agent in ((first, ann), (second, ben)):
        await site.write(account, who, "hello")
        interaction = await offered_to(site, await site.interaction(account, who, state="offered"), agent)
        assert (await site.answer_offer(agent, interaction, "accept")).status_code == 200
    await site.set_state(ann, "pause")
    await site.set_state(ben, "offline")

    third = contact()
    await site.write(account, third, "hello")
    await site.write(account, first, "and another thing")
    waiting = await site.interaction(account, third, state="waiting")
    mine = await site.interaction(account, first, message_count=2)
    assert (mine["state"], mine["owner"]) == ("assigned", ann)

    async def shown() -> bool:
        return [(entry["kind"], entry["unread"]) for entry in await site.desk(ann)] == [("owned", 2)]

    await eventually(shown)
    await sweeps_pass(site)
    assert await outcomes(site, waiting) == []
    assert [entry["kind"] for entry in await site.desk(ben)] == ["owned"]

    await site.set_state(ben, "available")
    await offered_to(site, waiting, ben)


async def sweeps_pass(site: Site, count: int = 2) -> None:
    """Wait until an interaction that can be offered has been, so many times: whoever else could be offered was seen."""
    for _ in range(count):
        queue = await site.queue()
        account, who = await site.account(queue_step(queue)), contact()
        await site.write(account, who, "hello")
        await site.interaction(account, who, state="waiting")
        agent = await site.agent()
        await site.call("PATCH", f"/api/queues/{queue}", {"agents": [agent]})
        await site.interaction(account, who, state="offered")


async def test_an_agent_of_capacity_one_never_holds_more(site: Site) -> None:
    agent = await site.agent(capacity=1)
    account = await site.account(queue_step(await site.queue(agent, agent_timeout=1)))
    customers = [contact() for _ in range(6)]
    await asyncio.gather(*(site.write(account, who, "hello") for who in customers))
    held: list[list[str]] = []
    had: set[str] = set()

    async def each_had_a_turn() -> bool:
        held.append(await site.held(agent))
        desk = await site.desk(agent)
        assert len(held[-1]) <= 1
        assert len([entry for entry in desk if entry["interaction_id"] in held[-1]]) <= 1
        for interaction_id in held[-1]:
            if len(had) % 2:
                await site.answer_offer(agent, {"id": interaction_id}, "reject")
            had.add(interaction_id)
        return len(had) == len(customers)

    await eventually(each_had_a_turn)


async def test_what_an_agent_of_capacity_one_owns_counts(site: Site) -> None:
    agent = await site.agent(capacity=1)
    account, (first, second) = await site.account(queue_step(await site.queue(agent))), (contact(), contact())
    await site.write(account, first, "hello")
    interaction = await offered_to(site, await site.interaction(account, first, state="offered"), agent)
    assert (await site.answer_offer(agent, interaction, "accept")).status_code == 200
    await site.write(account, second, "hello")
    waiting = await site.interaction(account, second, state="waiting")
    await sweeps_pass(site)
    assert await outcomes(site, waiting) == []
    assert await site.held(agent) == [interaction["id"]]
