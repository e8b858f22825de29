"""Looking at who was not admitted."""

from datetime import datetime, timedelta

import pytest

from contracts.stored import Rejection
from runtime.store.client import Store
from runtime.store.rejections import RejectionRequest, query_of
from tests.console.conftest import NOW, Console


def rejection(number: int, account_id: str = "shop") -> Rejection:
    """Two of them in each second."""
    return Rejection(
        id=f"{account_id}:{number}",
        account_id=account_id,
        contact_key=f"+39000000{number}",
        reason="not listed",
        at=NOW + timedelta(seconds=number // 2),
        correlation_id="c",
    )


async def ids(console: Console, query: str = "") -> list[str]:
    found, cursor = [], ""
    while cursor is not None:
        page = await console.call("GET", f"/api/rejections?limit=3{query}{cursor}")
        assert page.status == 200, page.text
        found += [one["id"] for one in page.json["items"]]
        cursor = page.json["cursor"] and f"&cursor={page.json['cursor']}"
    return found


def moment(seconds: int) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


async def test_rejections_are_listed_the_latest_first_by_account_and_time(console: Console) -> None:
    refused = [*(rejection(number) for number in range(8)), rejection(3, "desk")]
    await console.dependencies.interactions.record(rejections=refused)

    latest = ["shop:6", "shop:7", "shop:4", "shop:5", "desk:3", "shop:2", "shop:3", "shop:0", "shop:1"]
    assert await ids(console) == latest
    assert await ids(console, "&account=shop") == [one for one in latest if one.startswith("shop")]
    assert await ids(console, f"&since={moment(1)}&until={moment(3)}") == latest[2:7]
    assert await ids(console, f"&account=desk&since={moment(2)}") == []
    (shown,) = (await console.call("GET", "/api/rejections?account=desk")).json["items"]
    assert (shown["contact_key"], shown["reason"], shown["at"]) == ("+390000003", "not listed", moment(1))


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=2026-01-01T00:00:00", "cursor=x", "cursor=WyJhdCIsIngiLCJ5Il0"]
)
async def test_a_wrong_query_is_refused(console: Console, query: str) -> None:
    refused = await console.call("GET", f"/api/rejections?{query}")

    assert refused.status == 422
    assert list(refused.faults) == [query.partition("=")[0]]


@pytest.mark.parametrize("account", [None, "shop"])
@pytest.mark.parametrize("after", [None, (NOW + timedelta(seconds=1000), "shop:2000")])
async def test_a_page_is_read_from_one_range_of_an_index(
    store: Store, account: str | None, after: tuple[datetime, str] | None
) -> None:
    rejections = store.database["rejections"]
    documents = [rejection(number, name).model_dump() for number in range(2000) for name in ("shop", "desk")]
    await rejections.insert_many([{"_id": one.pop("id"), **one} for one in documents])

    found = rejections.find(query_of(RejectionRequest(account_id=account, after=after)))
    explained = await found.sort([("at", -1), ("_id", 1)]).limit(50).explain()

    assert "SORT" not in str(explained["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(explained["queryPlanner"]["winningPlan"])
    assert explained["executionStats"]["totalDocsExamined"] <= 55
