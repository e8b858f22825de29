"""Replays over the API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from console.app import build_console
from contracts.replay import LogFacts, Replay, ReplayState
from tests.console.conftest import NOW, Console, Json, shop

__all__ = ["shop"]  # a fixture


async def ask(console: Console, **fields: Json) -> Json:
    answer = await console.call("POST", "/api/replays", fields)
    assert answer.status == 201, answer.text
    return answer.json


async def stored(console: Console, replay_id: str) -> Replay:
    found = await console.dependencies.replays.get(replay_id)
    assert found is not None
    return found


async def test_a_replay_is_a_repair_of_everything_unless_something_else_is_asked_for(console: Console) -> None:
    asked = await ask(console)
    replay = await stored(console, asked["id"])
    assert (replay.mode, replay.dry_run, replay.state) == ("repair", False, "queued")
    assert replay.filter.since is None


async def test_what_is_asked_for_is_kept(console: Console) -> None:
    wanted = {
        "since": "2026-03-14T09:00:00+00:00",
        "accounts": ["shop"],
        "contacts": ["+39"],
        "outcomes": ["missing"],
        "types": ["message_received"],
    }
    asked = await ask(console, mode="redeliver", dry_run=True, rate=7, requested_by="ann", filter=wanted)
    replay = await stored(console, asked["id"])
    assert (replay.rate, replay.requested_by, replay.filter.contacts) == (7, "ann", ("+39",))
    read = (await console.call("GET", f"/api/replays/{asked['id']}")).json
    assert read["filter"]["outcomes"] == ["missing"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mode": "again"}, "mode"),
        ({"rate": 0}, "rate"),
        ({"filter": {"since": "2026-03-14T10:00:00Z", "until": "2026-03-14T09:00:00Z"}}, "filter.until"),
        ({"filter": {"since": "2026-03-14T10:00:00"}}, "filter.since"),
        ({"proposed": {}}, "proposed"),
        ({"mode": "simulate", "proposed": {"shoes": {}}}, "proposed.shoes"),
        (
            {"mode": "simulate", "proposed": {"accounts": {"SHOP": {"actions": [{"action": "Goto", "position": 3}]}}}},
            "proposed.actions.1.position",
        ),
    ],
    ids=str,
)
async def test_what_breaks_a_rule_is_refused_with_the_field(shop: Console, fields: dict[str, Any], field: str) -> None:
    await shop.account()
    answer = await shop.call("POST", "/api/replays", fields)
    assert (answer.status, list(answer.faults)) == (422, [field])


async def test_what_is_no_longer_kept_is_refused_with_the_oldest_time(console: Console) -> None:
    async def facts() -> LogFacts:
        return LogFacts(oldest_at=NOW, newest_at=NOW, first_offset=7, last_offset=9, max_bytes=10**9, max_age="7D")

    served = build_console(replace(console.dependencies, event_log=facts))
    async with TestClient(TestServer(served)) as client:
        other = replace(console, client=client)
        early = {"filter": {"since": (NOW - timedelta(days=1)).isoformat()}}
        answer = await other.call("POST", "/api/replays", early)
        assert answer.status == 422
        assert NOW.isoformat() in answer.faults["filter.since"]
        assert (await other.call("POST", "/api/replays", {"filter": {"since": NOW.isoformat()}})).status == 201
        assert (await other.call("GET", "/api/event-log")).json["oldest_at"] == "2026-03-14T09:26:53Z"


async def test_replays_are_listed_page_by_page(console: Console) -> None:
    asked = {(await ask(console))["id"] for _ in range(5)}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await console.call("GET", "/api/replays", params=query)).json
        seen += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert sorted(seen) == sorted(asked)
    assert len(seen) == 5


async def test_a_replay_is_stopped_and_resumed_and_only_when_it_can_be(console: Console) -> None:
    path = f"/api/replays/{(await ask(console))['id']}"
    assert (await console.call("POST", f"{path}/resume")).status == 409
    assert (await console.call("POST", f"{path}/stop")).json["state"] == "stopped"
    assert (await console.call("POST", f"{path}/stop")).status == 409
    assert (await console.call("POST", f"{path}/resume")).json["state"] == "queued"
    claimed = await console.dependencies.replays.claim("r1", NOW)
    assert claimed is not None
    await console.dependencies.replays.begin(claimed, "r1", NOW)
    assert (await console.call("POST", f"{path}/stop")).json["state"] == ReplayState.STOPPING


@pytest.mark.parametrize(("method", "path"), [("GET", "r9"), ("POST", "r9/stop"), ("POST", "r9/resume")])
async def test_what_does_not_exist_is_not_found(console: Console, method: str, path: str) -> None:
    assert (await console.call(method, f"/api/replays/{path}")).status == 404
