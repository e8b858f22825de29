"""Agents at work over the API: availability, and who gets what is offered."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.commands import agent_target, queue_target
from contracts.interactions import Interaction, InteractionState
from contracts.topology import EVENTS, WORK
from runtime.store.assignments import Placing
from runtime.store.interactions import Change
from runtime.store.presence import Claim
from tests.console.conftest import NOW, Console, Json


def waiting(interaction_id: str = "i1", **fields: Json) -> Interaction:
    return Interaction(
        id=interaction_id,
        account_id="shop",
        account_key="SHOP",
        contact_key="+390000001",
        contact_id="customers:+390000001",
        conversation=f"shop:{interaction_id}",
        correlation_id="c1",
        state=InteractionState.WAITING,
        waiting_for=queue_target("support"),
        waiting_since=NOW,
        opened_at=NOW,
        preview="Hello",
        **fields,
    )


async def offer(console: Console, *agents: str) -> Interaction:
    """An interaction that is offered to agents who are available, as the workers do it."""
    interaction = waiting()
    dependencies = console.dependencies
    await dependencies.interactions.save([Change(None, interaction)])
    for agent in agents:
        assert (await console.call("PUT", f"/api/agents/{agent}/state", {"state": "available"})).status == 200
    await dependencies.presence.claim([Claim(agent, 0, (interaction.id,)) for agent in agents])
    (offered,) = await dependencies.assignments.place([Placing(interaction, agents, NOW + timedelta(seconds=30))])
    await dependencies.assignments.settle([offered])
    console.publisher.published.clear()
    return offered


async def test_an_agent_who_never_came_is_offline(shop: Console) -> None:
    answer = await shop.call("GET", "/api/agents/ada/state")

    assert answer.json["state"] == "offline"


async def test_a_state_is_kept_with_its_pause_and_its_time(shop: Console) -> None:
    await shop.create("pauses", id="lunch", name="Lunch")
    await shop.call("PUT", "/api/agents/ada/state", {"state": "pause", "pause": "lunch"})

    state = (await shop.call("GET", "/api/agents/ada/state")).json

    assert (state["state"], state["pause"], state["since"]) == ("pause", "lunch", "2026-03-14T09:26:53Z")
    assert shop.publisher.on(WORK) == []


async def test_an_agent_who_becomes_available_is_offered_what_waits_in_each_queue(shop: Console) -> None:
    await shop.create("teams", id="night", name="Night", agents=["ada"])
    await shop.create("queues", id="late", name="Late", teams=["night"])
    await shop.create("queues", id="other", name="Other", agents=["ben"])

    await shop.call("PUT", "/api/agents/ada/state", {"state": "available"})

    commands = [command for bundle in shop.publisher.on(WORK) for command in bundle]
    assert {command["type"] for command in commands} == {"serve"}
    targets = {command["target"] for command in commands}
    assert targets == {agent_target("ada"), queue_target("support"), queue_target("late")}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "asleep"}, "state"),
        ({}, "state"),
        ({"state": "available", "pause": "lunch"}, "pause"),
        ({"state": "pause", "pause": "x" * 65}, "pause"),
        ({"state": "pause", "pause": "nap"}, "pause"),
    ],
)
async def test_a_wrong_state_is_refused(shop: Console, body: dict[str, Any], field: str) -> None:
    refused = await shop.call("PUT", "/api/agents/ada/state", body)

    assert refused.status == 422
    assert list(refused.faults) == [field]


async def test_what_is_offered_stands_in_the_queues_of_both_agents(shop: Console) -> None:
    await offer(shop, "ada", "ben")

    for agent in ("ada", "ben"):
        (entry,) = (await shop.call("GET", f"/api/agents/{agent}/queue")).json["items"]
        assert (entry["kind"], entry["interaction_id"], entry["preview"]) == ("offer", "i1", "Hello")


async def test_exactly_one_agent_gets_what_several_accept_and_the_others_hear_who(shop: Console) -> None:
    await offer(shop, "ada", "ben")

    answers = await asyncio.gather(*(shop.call("POST", f"/api/agents/{a}/queue/i1/accept") for a in ("ada", "ben")))

    won, lost = sorted(answers, key=lambda answer: answer.status)
    assert (won.status, lost.status) == (200, 409)
    winner = won.json["owner"]
    assert lost.json["detail"] == f"already taken by {winner}"
    ((event,),) = shop.publisher.on(EVENTS)
    assert (event["type"], event["agent_id"], event["interaction_id"]) == ("offer_accepted", winner, "i1")
    assert (event["account_id"], event["contact_key"], event["correlation_id"]) == ("shop", "+390000001", "c1")
    (owned,) = (await shop.call("GET", f"/api/agents/{winner}/queue")).json["items"]
    assert owned["kind"] == "owned"
    loser = {"ada": "ben", "ben": "ada"}[winner]
    assert (await shop.call("GET", f"/api/agents/{loser}/queue")).json["items"] == []


async def test_a_rejected_offer_leaves_the_queue_of_the_one_who_refused_it(shop: Console) -> None:
    offered = await offer(shop, "ada", "ben")

    rejected = await shop.call("POST", "/api/agents/ada/queue/i1/reject")

    assert rejected.status == 200
    assert rejected.json["refused"] == ["ada"]
    ((event,),) = shop.publisher.on(EVENTS)
    assert (event["type"], event["agent_id"], event["round"]) == ("offer_rejected", "ada", offered.round)
    assert (await shop.call("GET", "/api/agents/ada/queue")).json["items"] == []
    assert (await shop.call("POST", "/api/agents/ada/queue/i1/accept")).status == 409
    assert (await shop.call("POST", "/api/agents/ada/queue/i1/reject")).status == 409


async def test_a_click_counts_while_the_broker_is_away(shop: Console) -> None:
    await offer(shop, "ada")
    shop.publisher.down = True

    accepted = await shop.call("POST", "/api/agents/ada/queue/i1/accept")
    available = await shop.call("PUT", "/api/agents/ada/state", {"state": "available"})

    assert (accepted.status, accepted.json["owner"]) == (200, "ada")
    assert (available.status, available.json["holding"]) == (200, ["i1"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "zoe/state", None),
        ("PUT", "zoe/state", {"state": "available"}),
        ("GET", "zoe/queue", None),
        ("POST", "zoe/queue/i1/accept", None),
        ("POST", "zoe/queue/i1/reject", None),
        ("POST", "ada/queue/i9/accept", None),
        ("POST", "ada/queue/i9/reject", None),
    ],
)
async def test_an_agent_or_interaction_that_does_not_exist_is_not_found(
    shop: Console, method: str, path: str, body: Json
) -> None:
    answer = await shop.call(method, f"/api/agents/{path}", body)

    assert answer.status == 404
    assert "there is no" in answer.json["detail"]
