"""Dead letters over the API."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.deadletters import DeadLetter
from tests.console.conftest import NOW, Console, Json

WORDS = "nobody may read this"
NOTICE = {
    "event_id": "e1",
    "correlation_id": "c1",
    "account_id": "shop",
    "contact_key": "+390000000001",
    "received_at": "2026-03-14T09:26:53Z",
    "type": "notice_received",
    "kind": "account",
    "raw": {"text": WORDS},
}


async def keep(console: Console, *ids: str, **fields: Json) -> None:
    base = {"stage": "router", "reason": "account shop does not exist", "attempts": 1, "at": NOW, "body": NOTICE}
    letters = [DeadLetter.model_validate({**base, "id": one, "correlation_id": "c", **fields}) for one in ids]
    await console.dependencies.dead_letters.keep(letters)


async def listed(console: Console, **query: Any) -> list[str]:  # noqa: ANN401 - parameters of a query
    answer = await console.call("GET", "/api/dead-letters", params=query)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


async def test_pages_go_by_time_and_id_so_that_none_of_one_moment_is_left_out(console: Console) -> None:
    await keep(console, "d1", "d2", "d3", "d4")
    await keep(console, "d0", at=NOW + timedelta(seconds=1))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await console.call("GET", "/api/dead-letters", params=query)).json
        seen += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert seen == ["d0", "d1", "d2", "d3", "d4"]


@pytest.mark.parametrize("cursor", ["x", "2026-03-14T09:26:53+00:00", "2026-03-14T09:26:53~d1"])
async def test_a_cursor_of_nobodys_is_refused(console: Console, cursor: str) -> None:
    answer = await console.call("GET", "/api/dead-letters", params={"cursor": cursor})
    assert (answer.status, list(answer.faults)) == (422, ["cursor"])


async def test_letters_are_found_by_stage_account_time_reason_and_state(console: Console) -> None:
    await keep(console, "d1", stage="worker", account_id="shop")
    await keep(console, "d2", reason="Undecodable (x)", at=NOW + timedelta(hours=1))
    assert await listed(console, stage="worker") == ["d1"]
    assert await listed(console, account="shop") == ["d1"]
    assert await listed(console, reason="undecodable (") == ["d2"]
    assert await listed(console, until=(NOW + timedelta(minutes=1)).isoformat()) == ["d1"]
    assert await listed(console, since=(NOW + timedelta(minutes=1)).isoformat()) == ["d2"]
    await console.call("POST", "/api/dead-letters/d2/discard", {"by": "ann"})
    assert await listed(console, state="open") == ["d1"]
    assert await listed(console, state="discarded") == ["d2"]
    assert await listed(console) == ["d2", "d1"]


async def test_what_customers_wrote_is_shown_to_who_asks_for_it(console: Console) -> None:
    await keep(console, "d1")
    for path in ("/api/dead-letters", "/api/dead-letters/d1"):
        assert WORDS not in (await console.call("GET", path)).text
        assert WORDS in (await console.call("GET", path, params={"with_text": "true"})).text
    shown = (await console.call("GET", "/api/dead-letters/d1")).json
    assert (shown["body"]["event_id"], shown["reason"]) == ("e1", "account shop does not exist")


async def test_a_letter_is_sent_back_once(console: Console) -> None:
    await keep(console, "d1")
    for _ in range(2):
        answer = await console.call("POST", "/api/dead-letters/d1/retry", {"by": "ann"})
        assert (answer.json["state"], answer.json["retries"], answer.json["retried_by"]) == ("retried", 1, "ann")
        assert WORDS not in answer.text
    ((event,),) = console.publisher.on("")
    assert event["event_id"] == "e1"


async def test_a_letter_that_cannot_be_retried_says_why(console: Console) -> None:
    await keep(console, "d1", stage="gateway")
    answer = await console.call("POST", "/api/dead-letters/d1/retry", {})
    assert answer.status == 409
    assert "only the provider can send it anew" in answer.json["detail"]


async def test_a_broker_that_is_away_is_said(console: Console) -> None:
    await keep(console, "d1")
    console.publisher.down = True
    assert (await console.call("POST", "/api/dead-letters/d1/retry", {})).status == 503
    assert await listed(console, state="open") == ["d1"]


async def test_who_gives_a_letter_up_is_on_record(console: Console) -> None:
    await keep(console, "d1")
    answer = await console.call("POST", "/api/dead-letters/d1/discard", {"by": "ann", "note": "a test"})
    assert (answer.json["discarded_by"], answer.json["note"]) == ("ann", "a test")
    assert answer.json["discarded_at"].startswith("2026-03-14T09:26:53")
    assert (await console.call("POST", "/api/dead-letters/d1/retry", {})).status == 409


@pytest.mark.parametrize(("method", "path"), [("GET", "d9"), ("POST", "d9/retry"), ("POST", "d9/discard")])
async def test_what_does_not_exist_is_not_found(console: Console, method: str, path: str) -> None:
    body: Json = {} if method == "POST" else None
    assert (await console.call(method, f"/api/dead-letters/{path}", body)).status == 404
