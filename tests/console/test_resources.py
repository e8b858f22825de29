"""What every kind of configuration can do over the API, each in the same way."""

import asyncio
from typing import Any

import pytest

from contracts.topology import CONFIGURATION
from tests.console.conftest import Console, Json, account_fields

SPANS = [{"start": "08:00:00", "end": "17:59:00", "weekdays": [0], "days": [], "months": [12]}]
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "accounts": (account_fields(), {"description": "changed"}),
    "whitelists": ({"name": "A"}, {"name": "B"}),
    "queues": ({"name": "A", "agents": ["ada"], "strategy": "beepall"}, {"weight": 3}),
    "agents": ({"name": "A", "capacity": 2}, {"capacity": 3}),
    "teams": ({"name": "A", "agents": ["ben"]}, {"agents": ["ada", "ben"]}),
    "lists": ({"name": "A"}, {"name": "B"}),
    "pauses": ({"name": "A"}, {"name": "B"}),
    "canned-answers": ({"key": "hi", "text": "Hello {contact.name|there}"}, {"text": "Hi"}),
    "dispositions": (
        {"levels": ["Sale", "Done"], "scope": "queue", "scope_id": "support"},
        {"levels": ["Sale"]},
    ),
    "intervals": ({"name": "A", "spans": SPANS}, {"name": "B"}),
}
FOLLOWS = {"accounts": {"revision": 2}, "dispositions": {"path": "Sale"}}
MAIN = {"canned-answers": "key", "dispositions": "levels"}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
async def test_a_value_is_created_read_changed_and_deleted(shop: Console, kind: str) -> None:
    fields, change = KINDS[kind]
    created = await shop.create(kind, **fields)
    one = f"/api/{kind}/{created['id']}"
    assert (await shop.call("GET", one)).json == created

    patched = (await shop.call("PATCH", one, change)).json
    assert patched == created | change | FOLLOWS.get(kind, {})

    replaced = (await shop.call("PUT", one, fields)).json
    assert replaced == created | ({"revision": 3} if kind == "accounts" else {})
    assert (await shop.call("GET", one)).json == replaced

    deleted = await shop.call("DELETE", one)
    assert deleted.json == {"deleted": [created["id"]], "warnings": []}
    assert (await shop.call("GET", one)).status == 404


@every_kind
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", "fields"), ("PATCH", {}), ("DELETE", None)])
async def test_an_id_that_does_not_exist_is_not_found(shop: Console, kind: str, method: str, body: Json) -> None:
    answer = await shop.call(method, f"/api/{kind}/nobody", KINDS[kind][0] if body == "fields" else body)

    assert answer.status == 404
    assert "nobody" in answer.json["detail"]


@every_kind
async def test_a_value_comes_under_the_id_that_it_brings_and_only_once(shop: Console, kind: str) -> None:
    fields = KINDS[kind][0]
    assert (await shop.create(kind, id="mine", **fields))["id"] == "mine"

    assert (await shop.call("POST", f"/api/{kind}", {**fields, "id": "mine"})).status == 409
    assert (await shop.call("PUT", f"/api/{kind}/mine", {**fields, "id": "yours"})).faults == {
        "id": "cannot be changed"
    }


@pytest.mark.parametrize("entity_id", ["..", "-x", "a b", "a/b", "", "x" * 65])
async def test_an_id_that_no_path_could_name_is_refused(shop: Console, entity_id: str) -> None:
    refused = await shop.call("POST", "/api/agents", {"id": entity_id, "name": "A"})

    assert list(refused.faults) == ["id"]


@every_kind
async def test_unknown_and_missing_fields_are_named(shop: Console, kind: str) -> None:
    refused = await shop.call("POST", f"/api/{kind}", {"colour": "red"})

    assert refused.status == 422
    assert refused.faults["colour"] == "Extra inputs are not permitted"
    assert refused.faults[MAIN.get(kind, "name")] == "Field required"


@every_kind
async def test_every_change_makes_a_version_and_tells_of_it(shop: Console, kind: str) -> None:
    before = await shop.dependencies.configuration_store.version()
    fields, change = KINDS[kind]
    shop.publisher.published.clear()
    created = await shop.create(kind, **fields)
    await shop.call("PATCH", f"/api/{kind}/{created['id']}", change)
    await shop.call("DELETE", f"/api/{kind}/{created['id']}")
    await shop.call("POST", f"/api/{kind}", {"colour": "red"})

    assert shop.publisher.on(CONFIGURATION) == [{"version": before + n} for n in (1, 2, 3)]
    assert await shop.dependencies.configuration_store.version() == before + 3
    assert shop.dependencies.configuration_cache.current.version == before + 3


async def test_a_change_stands_while_the_broker_is_away(shop: Console) -> None:
    shop.publisher.down = True

    created = await shop.create("agents", name="Cleo")

    assert (await shop.call("GET", f"/api/agents/{created['id']}")).status == 200


@pytest.mark.parametrize("kind", ["queues", "intervals", "pauses", "canned-answers", "dispositions"])
async def test_names_that_people_or_conditions_choose_by_are_unique(shop: Console, kind: str) -> None:
    fields = KINDS[kind][0]
    await shop.create(kind, **fields)

    refused = await shop.call("POST", f"/api/{kind}", fields)

    assert refused.faults == {MAIN.get(kind, "name"): "is taken by another one"}


async def test_a_field_that_is_named_as_the_kind_of_its_rule_is_named_once(shop: Console) -> None:
    await shop.create("whitelists", id="vip", name="VIP")
    rules = [{"kind": "number", "number": "+390000001"}, {"kind": "number", "number": "none"}, {"kind": "prefix"}]

    refused = await shop.call("POST", "/api/whitelists/vip/rules", {"rules": rules})

    assert list(refused.faults) == ["rules.2.number", "rules.3.prefix"]


async def test_pages_hold_every_value_once_and_in_order(shop: Console) -> None:
    names = ["zoe", "Ada", "adam", "Åsa", "bob", "Bob", "bob", "eve"]
    for name in names:
        await shop.create("lists", name=name)

    for sort, expected in [("name", sorted_names(names)), ("-name", sorted_names(names)[::-1])]:
        assert await pages(shop, f"/api/lists?limit=3&sort={sort}") == expected


def sorted_names(names: list[str]) -> list[str]:
    folded = {"Åsa": ("asa", 1)}
    return sorted([*names, "Customers"], key=lambda name: (folded.get(name, (name.lower(), 0)), name.swapcase()))


async def pages(shop: Console, path: str) -> list[str]:
    names, ids, cursor = [], set(), ""
    for _ in range(10):
        page = (await shop.call("GET", f"{path}{cursor}")).json
        names += [item["name"] for item in page["items"]]
        ids |= {item["id"] for item in page["items"]}
        if page["cursor"] is None:
            assert len(ids) == len(names)
            return names
        assert len(page["items"]) == 3
        cursor = f"&cursor={page['cursor']}"
    raise AssertionError("the pages do not end")


async def test_accounts_are_found_by_part_of_their_name_key_phone_or_description(shop: Console) -> None:
    await shop.account(name="North (shop)", key="AAA")
    await shop.account(name="South", key="BBB", phone="+15550001111", description="The Beach")

    async def found(search: str) -> list[str]:
        page = await shop.call("GET", "/api/accounts", params={"search": search, "sort": "key"})
        return [account["key"] for account in page.json["items"]]

    assert await found("(SHOP)") == ["AAA"]
    assert await found("bbb") == ["BBB"]
    assert await found("+1555") == ["BBB"]
    assert await found("beach") == ["BBB"]
    assert await found("") == ["AAA", "BBB"]
    assert await found(".*") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=phone", "sort"),
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("cursor=xyz", "cursor"),
        ("cursor=%C3%A4", "cursor"),
        ("cursor=e30", "cursor"),
        ("cursor=WyJpZCIsImEiLCJhIl0", "cursor"),
        ("colour=red", "colour"),
    ],
)
async def test_a_wrong_query_is_refused(shop: Console, query: str, field: str) -> None:
    refused = await shop.call("GET", f"/api/lists?{query}")

    assert refused.status == 422
    assert list(refused.faults) == [field]


async def test_several_accounts_are_deleted_at_once(shop: Console) -> None:
    ids = [(await shop.account(key=f"K{n}"))["id"] for n in range(3)]

    deleted = await shop.call("POST", "/api/accounts/delete", {"ids": [ids[0], "nobody", ids[2], ids[0]]})

    assert deleted.json == {"deleted": [ids[0], ids[2]], "warnings": []}
    assert [account["id"] for account in (await shop.call("GET", "/api/accounts")).json["items"]] == [ids[1]]


async def test_changes_side_by_side_all_take_effect_one_after_the_other(shop: Console) -> None:
    account = await shop.account()
    before = await shop.dependencies.configuration_store.version()
    one = f"/api/accounts/{account['id']}"

    answers = await asyncio.gather(*(shop.call("PATCH", one, {"attributes": {f"a{n}": n}}) for n in range(8)))

    assert [answer.status for answer in answers] == [200] * 8
    assert sorted(answer.json["revision"] for answer in answers) == list(range(2, 10))
    assert (await shop.call("GET", one)).json["attributes"] == {f"a{n}": n for n in range(8)}
    assert await shop.dependencies.configuration_store.version() == before + 8


async def test_a_list_deleted_while_an_account_is_made_for_it_leaves_no_account_without_a_list(shop: Console) -> None:
    for number in range(5):
        await shop.create("lists", id=f"l{number}", name="L")
        created, deleted = await asyncio.gather(
            shop.call("POST", "/api/accounts", account_fields(key=f"R{number}", list_id=f"l{number}")),
            shop.call("DELETE", f"/api/lists/l{number}"),
        )
        assert (created.status, deleted.status) in {(201, 409), (422, 200)}
