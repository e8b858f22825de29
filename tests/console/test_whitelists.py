"""Whitelists and their rules over the API."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.accounts import WhitelistMode
from tests.console.conftest import Answer, Console, Json

PREFIX, NUMBER = {"kind": "prefix", "prefix": "+39"}, {"kind": "number", "number": "+4412345678"}
MEMBERS = {"kind": "list", "list_id": "customers"}
LISTED: dict[str, Any] = {"whitelist_mode": WhitelistMode.ONLY_LISTED, "whitelists": ["vip"]}


@pytest.fixture
async def vip(shop: Console) -> Console:
    """A shop with a whitelist that has no rule."""
    await shop.create("whitelists", id="vip", name="VIP")
    return shop


async def add(console: Console, *rules: Json) -> Json:
    answer = await console.call("POST", "/api/whitelists/vip/rules", {"rules": rules})
    assert answer.status == 200, answer.text
    return answer.json


async def ids(console: Console, query: str = "") -> list[str]:
    answer = await console.call("GET", f"/api/whitelists/vip/rules{query}")
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


async def explained(console: Console, account: Json, sender: str) -> str:
    answer = await console.call("POST", f"/api/accounts/{account['id']}/explain", {"from": sender})
    assert answer.status == 200, answer.text
    result: str = answer.json["result"]
    return result


async def test_rules_of_every_kind_are_added_once_and_shown_under_their_ids(vip: Console) -> None:
    spaced = {"kind": "number", "number": "+44 (123) 456-78"}
    assert await add(vip, PREFIX, MEMBERS) == {"added": 2, "known": 0}
    assert await add(vip, PREFIX, NUMBER, spaced) == {"added": 1, "known": 2}

    shown = await vip.call("GET", "/api/whitelists/vip/rules")

    assert shown.json == {
        "items": [
            {"id": "+39*", "rule": PREFIX},
            {"id": "+4412345678", "rule": NUMBER},
            {"id": "@customers", "rule": MEMBERS},
        ],
        "cursor": None,
    }


async def test_a_rule_is_taken_away_by_its_id(vip: Console) -> None:
    await add(vip, PREFIX, NUMBER, MEMBERS)
    for rule in ("%2B39*", "+4412345678"):
        assert (await vip.call("DELETE", f"/api/whitelists/vip/rules/{rule}")).status == 200
    assert await ids(vip) == ["@customers"]
    for rule in ("+39*", "nonsense", "@gone"):
        gone = await vip.call("DELETE", f"/api/whitelists/vip/rules/{rule}")
        assert (gone.status, gone.json["detail"]) == (404, f"there is no rule {rule} in the whitelist vip")


async def test_pages_go_through_all_rules(vip: Console) -> None:
    numbers = [f"+39000000{n:03}" for n in range(25)]
    await add(vip, *({"kind": "number", "number": number} for number in numbers))
    found, query = [], "?limit=10"
    for _ in range(3):
        answer = await vip.call("GET", f"/api/whitelists/vip/rules{query}")
        found += [item["id"] for item in answer.json["items"]]
        query = f"?limit=10&cursor={(answer.json['cursor'] or '').replace('+', '%2B')}"
    assert found == numbers
    assert answer.json["cursor"] is None


@pytest.mark.parametrize("search", ["%2B44", "+44", "44", "%2B44 (1", "44-12"])
async def test_rules_are_searched_by_how_they_begin(vip: Console, search: str) -> None:
    await add(vip, PREFIX, NUMBER, MEMBERS)
    assert await ids(vip, f"?search={search}") == ["+4412345678"]
    assert await ids(vip, "?search=@cust") == ["@customers"]


async def test_a_rule_names_a_list_that_there_is(vip: Console) -> None:
    rules = [PREFIX, {"kind": "list", "list_id": "gone"}]
    refused = await vip.call("POST", "/api/whitelists/vip/rules", {"rules": rules})
    assert (refused.status, refused.faults) == (422, {"rules.2.list_id": "there is no contact list gone"})
    assert await ids(vip) == []


async def test_a_whitelist_that_does_not_exist_has_no_rules(vip: Console) -> None:
    for method, path, body in [
        ("GET", "rules", None),
        ("POST", "rules", {"rules": [PREFIX]}),
        ("DELETE", "rules/+39*", None),
    ]:
        answer = await vip.call(method, f"/api/whitelists/gone/{path}", body)
        assert (answer.status, answer.json["detail"]) == (404, "there is no whitelist gone")


async def test_rules_are_no_field_of_a_whitelist(vip: Console) -> None:
    assert (await vip.call("PATCH", "/api/whitelists/vip", {"rules": [PREFIX]})).faults.keys() == {"rules"}
    assert (await vip.call("GET", "/api/whitelists/vip")).json == {"id": "vip", "name": "VIP", "warnings": []}


async def test_a_list_that_a_rule_names_stays(vip: Console) -> None:
    await vip.create("lists", id="gold", name="Gold")
    await add(vip, {"kind": "list", "list_id": "gold"})

    refused = await vip.call("DELETE", "/api/lists/gold")

    assert (refused.status, refused.json["detail"]) == (409, "in use by whitelist VIP")
    await vip.call("DELETE", "/api/whitelists/vip/rules/@gold")
    assert (await vip.call("DELETE", "/api/lists/gold")).status == 200


async def test_only_listed_without_a_rule_is_warned_about_until_there_is_one(vip: Console) -> None:
    account = await vip.account(**LISTED)
    (warning,) = account["warnings"]
    assert "nobody is admitted" in warning
    assert (await vip.call("GET", "/api/whitelists/vip")).json["warnings"] == [f"account Shop: {warning}"]

    await add(vip, PREFIX)

    for path in (f"accounts/{account['id']}", "whitelists/vip"):
        assert (await vip.call("GET", f"/api/{path}")).json["warnings"] == []
    (listed,) = (await vip.call("GET", "/api/accounts")).json["items"]
    assert listed["warnings"] == []


async def test_the_last_rule_that_goes_warns_of_the_accounts_that_admit_nobody_now(vip: Console) -> None:
    await vip.account(**LISTED)
    await add(vip, PREFIX, NUMBER)
    first = await vip.call("DELETE", "/api/whitelists/vip/rules/+39*")
    last = await vip.call("DELETE", "/api/whitelists/vip/rules/+4412345678")
    assert first.json["warnings"] == []
    (warning,) = last.json["warnings"]
    assert warning.startswith("account Shop: ")
    assert "nobody is admitted" in warning


async def test_a_rule_in_another_of_the_accounts_whitelists_is_enough(vip: Console) -> None:
    await vip.create("whitelists", id="other", name="Other")
    await add(vip, PREFIX)
    account = await vip.account(whitelist_mode="only_listed", whitelists=["other", "vip"])
    assert account["warnings"] == []


async def test_a_rule_decides_at_once_and_a_whitelist_of_the_same_id_begins_without_any(vip: Console) -> None:
    account = await vip.account(actions=[{"action": "Noop"}], **LISTED)
    sender = "+393331234567"
    assert await explained(vip, account, sender) == "rejected"
    await add(vip, PREFIX)
    assert await explained(vip, account, sender) == "routed"

    await vip.call("PATCH", f"/api/accounts/{account['id']}", {"whitelists": []})
    assert (await vip.call("DELETE", "/api/whitelists/vip")).status == 200
    await vip.create("whitelists", id="vip", name="VIP")
    await vip.call("PATCH", f"/api/accounts/{account['id']}", {"whitelists": ["vip"]})

    assert await explained(vip, account, sender) == "rejected"
    assert await ids(vip) == []


async def test_another_name_leaves_the_rules_as_they_are(vip: Console) -> None:
    await add(vip, PREFIX)
    await vip.call("PUT", "/api/whitelists/vip", {"name": "Very important"})
    await vip.call("PATCH", "/api/whitelists/vip", {"name": "Important"})
    assert await ids(vip) == ["+39*"]


async def begin(console: Console, body: object, query: str = "", whitelist: str = "vip") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    path = f"/api/whitelists/{whitelist}/imports{query}"
    return await console.call("POST", path, data=data, headers={"Content-Type": "text/csv"})


async def load(console: Console, body: object, query: str = "") -> Json:
    begun = await begin(console, body, query)
    assert begun.status == 202, begun.text
    return await ended(console, begun.json["id"])


async def ended(console: Console, import_id: str) -> Json:
    async with asyncio.timeout(30):
        job = (await console.call("GET", f"/api/imports/{import_id}")).json
        while job["state"] == "running":
            await asyncio.sleep(0.02)
            job = (await console.call("GET", f"/api/imports/{import_id}")).json
    return job


def figures(job: Json) -> dict[str, int]:
    return {name: job[name] for name in ("read", "created", "unchanged", "rejected")}


async def test_a_file_becomes_rules_and_the_same_file_again_changes_nothing(vip: Console) -> None:
    await add(vip, NUMBER)
    sheet = "Number;prefix\r\n+44 1234 5678;\r\n06 1234567;\r\n;+39\r\n\r\n+390000001;\r\n"
    first = await load(vip, sheet, "?region=it")
    assert (first["state"], first["kind"], first["target_id"]) == ("done", "rules", "vip")
    assert figures(first) == {"read": 4, "created": 3, "unchanged": 1, "rejected": 0}
    assert await ids(vip) == ["+39*", "+390000001", "+39061234567", "+4412345678"]

    assert figures(await load(vip, sheet, "?region=it")) == {"read": 4, "created": 0, "unchanged": 4, "rejected": 0}
    assert [one["kind"] for one in (await vip.call("GET", "/api/whitelists/vip/imports")).json["items"]] == [
        "rules"
    ] * 2


async def test_rows_that_are_no_rules_come_back_with_their_reasons(vip: Console) -> None:
    rows = ["+39,", "0612345678,", ",+", "+390000001,+39", ",,too many", "+390000002,"]
    job = await load(vip, "\n".join(["number,prefix", *rows]))
    assert figures(job) == {"read": 6, "created": 1, "unchanged": 0, "rejected": 5}

    answer = await vip.call("GET", f"/api/imports/{job['id']}/rejected")

    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert table[0] == ["row", "reason", "number", "prefix"]
    reasons = {row[0]: row[1].split(":")[0] for row in table[1:]}
    assert reasons == {"2": "number", "3": "number", "4": "prefix", "5": "row", "6": "row"}
    assert await ids(vip) == ["+390000002"]


@pytest.mark.parametrize(
    ("sheet", "field"),
    [
        ("", "header"),
        ("name\n", "header.1"),
        ("row,reason\n", "header"),
        ("number,number\n+390000001,\n", "header.2"),
        ("+390000001\n", "header.1"),
    ],
)
async def test_a_file_without_a_fit_header_is_refused_at_once(vip: Console, sheet: str, field: str) -> None:
    refused = await begin(vip, sheet)
    assert (refused.status, list(refused.faults)) == (422, [field])
    assert await vip.store.database["imports.files"].count_documents({}) == 0


async def test_a_large_file_is_loaded_while_it_shows_how_far_it_is(vip: Console) -> None:
    count = 20_000

    async def sheet() -> AsyncIterator[bytes]:
        yield b"number\n"
        for start in range(0, count, 1000):
            yield "".join(f"+39{number:09}\n" for number in range(start, start + 1000)).encode()

    begun = await begin(vip, sheet())
    other = await begin(vip, "number\n+390000001\n")
    seen = {0}
    while (job := (await vip.call("GET", f"/api/imports/{begun.json['id']}")).json)["state"] == "running":
        seen.add(job["read"])

    assert (other.status, other.json["detail"]) == (409, "another import is running in the whitelist vip")
    assert figures(job) == {"read": count, "created": count, "unchanged": 0, "rejected": 0}
    assert len(seen) > 2
    assert await ids(vip, "?search=%2B39000019999&limit=2") == ["+39000019999"]


async def test_an_import_into_a_whitelist_that_is_deleted_meanwhile_ends(vip: Console) -> None:
    begun = await begin(vip, "number\n" + "".join(f"+39{number:09}\n" for number in range(50_000)))
    assert (await vip.call("DELETE", "/api/whitelists/vip")).status == 200

    job = await ended(vip, begun.json["id"])

    assert (job["state"], job["reason"]) == ("failed", "there is no whitelist vip")
    left = await vip.store.database["whitelist_rules"].count_documents({})
    assert await vip.dependencies.whitelist_rules.discard_orphans(100_000) == left
    assert await vip.store.database["whitelist_rules"].count_documents({}) == 0


async def test_nothing_is_imported_into_a_whitelist_that_there_is_not(vip: Console) -> None:
    refused = await begin(vip, "number\n+390000001\n", whitelist="gone")
    assert (refused.status, refused.json["detail"]) == (404, "there is no whitelist gone")


async def test_a_list_and_a_whitelist_of_the_same_id_import_side_by_side(vip: Console) -> None:
    await vip.create("lists", id="vip", name="VIP")
    sheet = "number\n" + "".join(f"+39{number:09}\n" for number in range(5000))
    contacts = await vip.call(
        "POST", "/api/lists/vip/imports", data=sheet.encode(), headers={"Content-Type": "text/csv"}
    )
    rules = await begin(vip, sheet)
    assert (contacts.status, rules.status) == (202, 202)
    for begun in (contacts, rules):
        assert (await ended(vip, begun.json["id"]))["created"] == 5000
