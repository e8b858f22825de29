"""Looking at interactions, their logs and traces, what waits, and dead letters."""

from datetime import timedelta

import pytest

from contracts.commands import queue_target
from contracts.content import Text
from contracts.interactions import RoutingTrace, TraceEntry
from contracts.stored import StoredMessage
from runtime.store.interactions import Change
from tests.console.conftest import NOW, Console, Json
from tests.console.test_agents import waiting


async def keep(console: Console, interaction_id: str, **fields: Json) -> None:
    interaction = waiting(interaction_id).model_copy(update=fields)
    await console.dependencies.interactions.save([Change(None, interaction)])


async def ids(console: Console, query: str) -> list[str]:
    answer = await console.call("GET", f"/api/interactions?{query}")
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


async def test_interactions_are_listed_the_latest_first_and_filtered(console: Console) -> None:
    await keep(console, "i1", opened_at=NOW - timedelta(hours=1), account_id="north")
    await keep(console, "i2", queue_id="support")
    await keep(console, "i3", opened_at=NOW - timedelta(hours=2), contact_key="+390000009")

    assert await ids(console, "") == ["i2", "i1", "i3"]
    assert await ids(console, "account=north") == ["i1"]
    assert await ids(console, "queue=support") == ["i2"]
    assert await ids(console, "contact=%2B390000009") == ["i3"]
    assert await ids(console, "state=waiting&account=shop") == ["i2", "i3"]
    assert await ids(console, "state=closed") == []


async def test_pages_of_interactions_hold_every_one_once_also_those_opened_at_one_time(console: Console) -> None:
    for number in range(5):
        await keep(console, f"i{number}")

    first = (await console.call("GET", "/api/interactions?limit=2")).json
    second = (await console.call("GET", f"/api/interactions?limit=2&cursor={first['cursor']}")).json
    third = (await console.call("GET", f"/api/interactions?limit=2&cursor={second['cursor']}")).json

    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == ["i0", "i1", "i2", "i3", "i4"]
    assert third["cursor"] is None


@pytest.mark.parametrize(("query", "field"), [("state=waiting,lost", "state.1"), ("cursor=nothing", "cursor")])
async def test_a_wrong_filter_is_refused(console: Console, query: str, field: str) -> None:
    assert list((await console.call("GET", f"/api/interactions?{query}")).faults) == [field]


async def test_an_interaction_is_read_with_its_messages_in_order(console: Console) -> None:
    await keep(console, "i1")
    messages = [
        StoredMessage(
            id=f"shop:m{n}",
            event_id=f"e{n}",
            correlation_id="c1",
            interaction_id="i1",
            account_id="shop",
            contact_key="+390000001",
            direction="inbound",
            sequence=n,
            provider_id=f"m{n}",
            content=Text(text=f"message {n}"),
            sent_at=NOW,
            received_at=NOW,
        )
        for n in (2, 1, 3)
    ]
    await console.dependencies.interactions.record(messages=messages)

    read = (await console.call("GET", "/api/interactions/i1")).json
    first = (await console.call("GET", "/api/interactions/i1/messages?limit=2")).json
    rest = (await console.call("GET", f"/api/interactions/i1/messages?cursor={first['cursor']}")).json

    assert (read["id"], read["state"]) == ("i1", "waiting")
    assert [message["content"]["text"] for message in first["items"]] == ["message 1", "message 2"]
    assert [message["sequence"] for message in rest["items"]] == [3]
    assert rest["cursor"] is None

    last = (await console.call("GET", "/api/interactions/i1/messages?latest=true&limit=2")).json
    before = (await console.call("GET", f"/api/interactions/i1/messages?before={last['cursor']}&limit=2")).json

    assert [message["sequence"] for message in last["items"]] == [2, 3]
    assert [message["sequence"] for message in before["items"]] == [1]
    assert before["cursor"] is None


async def test_the_trace_says_step_by_step_how_an_interaction_was_routed(console: Console) -> None:
    await keep(console, "i1")
    step = TraceEntry(at=NOW, position=1, action="Queue", outcome="waiting", value=None)
    trace = RoutingTrace(id="t1", interaction_id="i1", correlation_id="c1", config_version=7, at=NOW, entries=(step,))
    await console.dependencies.interactions.record(traces=[trace])

    answer = await console.call("GET", "/api/interactions/i1/trace")

    assert answer.json == {"items": [trace.model_dump(mode="json")]}


async def test_what_waits_for_a_queue_is_listed_the_longest_first(shop: Console) -> None:
    await keep(shop, "i1", waiting_since=NOW)
    await keep(shop, "i2", waiting_since=NOW - timedelta(minutes=5))
    await keep(shop, "i3", waiting_for=queue_target("sales"))

    answer = await shop.call("GET", "/api/queues/support/waiting")

    assert [item["id"] for item in answer.json["items"]] == ["i2", "i1"]


@pytest.mark.parametrize(
    "path", ["interactions/i9", "interactions/i9/messages", "interactions/i9/trace", "queues/nowhere/waiting"]
)
async def test_what_does_not_exist_is_not_found(console: Console, path: str) -> None:
    assert (await console.call("GET", f"/api/{path}")).status == 404
