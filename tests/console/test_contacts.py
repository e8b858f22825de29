"""Contacts over the API: created once, changed, found, and merged."""

import asyncio
from typing import Any

import pytest

from contracts.contacts import Contact, contact_id
from tests.console.conftest import Console, Json
from tests.router.engine.builders import interaction

ANN = {"list_id": "customers", "number": "+39 012 345678", "name": "Ann"}
USER_ID = "US.13491208655302741918"


async def ids(console: Console, **query: str) -> list[str]:
    page = await console.call("GET", "/api/contacts", params={"list": "customers", **query})
    assert page.status == 200, page.text
    return [contact["key"] for contact in page.json["items"]]


async def add(console: Console, key: str, **fields: Json) -> dict[str, Any]:
    named = {"number": key} if key.startswith("+") else {"key": key}
    created: dict[str, Any] = await console.create("contacts", list_id="customers", **named, **fields)
    return created


def path(contact: dict[str, Any], *further: str) -> str:
    return "/".join(["/api/contacts", contact["id"].replace("+", "%2B"), *further])


async def test_a_contact_is_created_under_its_number_and_read_changed_and_deleted(shop: Console) -> None:
    created = await shop.create("contacts", **ANN, tags=["vip", "vip"], attributes={"plan": {"name": "gold"}})
    assert created == {
        "id": "customers:+39012345678",
        "list_id": "customers",
        "key": "+39012345678",
        "number": "+39012345678",
        "name": "Ann",
        "tags": ["vip"],
        "attributes": {"plan": {"name": "gold"}},
        "merged_keys": [],
        "revision": 0,
    }
    assert (await shop.call("GET", path(created))).json == created

    change = {"tags": ["new"], "attributes": {"plan": {"since": 2026}, "town": "Rome"}}
    changed = (await shop.call("PATCH", path(created), change)).json
    attributes = {"plan": {"name": "gold", "since": 2026}, "town": "Rome"}
    assert changed == {**created, "tags": ["new"], "attributes": attributes, "revision": 1}
    assert (await shop.call("PATCH", path(created), {"tags": ["new"]})).json == changed

    assert (await shop.call("DELETE", path(created))).json == {"deleted": [created["id"]]}
    for method, body in [("GET", None), ("DELETE", None), ("PATCH", {"name": "A"}), ("PATCH", {})]:
        assert (await shop.call(method, path(created), body)).status == 404


async def test_a_key_that_is_no_number_is_kept_to_the_letter(shop: Console) -> None:
    created = await shop.create("contacts", list_id="customers", key=USER_ID, number="+1 415 555 0100")

    assert (created["key"], created["number"]) == (USER_ID, "+14155550100")
    assert (await add(shop, "a/b c"))["id"] == "customers:a/b c"
    assert (await shop.call("GET", "/api/contacts/customers:a%2Fb%20c")).json["key"] == "a/b c"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": None}, "key"),
        ({"key": "  ", "number": None}, "key"),
        ({"key": "39012345678"}, "key"),
        ({"key": "+39x"}, "key"),
        ({"key": "a\u200bb"}, "key"),
        ({"key": "+39012345679"}, "number"),
        ({"number": "012345"}, "number"),
        ({"list_id": "nowhere"}, "list_id"),
        ({"name": "x" * 501}, "name"),
        ({"tags": ["a|b"]}, "tags.1"),
        ({"tags": [" "]}, "tags.1"),
        ({"attributes": {"a.b": 1}}, "attributes"),
        ({"attributes": {"a": 2**63}}, "attributes"),
        ({"attributes": {"a": [[[[[[[[1]]]]]]]]}}, "attributes"),
        ({"attributes": {"a": {"b": "\0"}}}, "attributes"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_contact_that_breaks_a_rule_is_refused_and_the_field_named(
    shop: Console, fields: dict[str, Any], field: str
) -> None:
    refused = await shop.call("POST", "/api/contacts", {**ANN, **fields})

    assert refused.status == 422
    assert list(refused.faults) == [field]


async def test_many_who_create_one_contact_at_once_make_it_once_and_the_others_hear_which_it_is(shop: Console) -> None:
    answers = await asyncio.gather(*(shop.call("POST", "/api/contacts", ANN) for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    (detail,) = {answer.json["detail"] for answer in answers if answer.status == 409}
    assert detail == "the list customers has +39012345678 already: it is the contact customers:+39012345678"


async def test_changes_side_by_side_are_all_kept(shop: Console) -> None:
    ann = await add(shop, "+39012345678")

    changes = ({"attributes": {f"a{number}": number}} for number in range(8))
    await asyncio.gather(*(shop.call("PATCH", path(ann), change) for change in changes))

    assert (await shop.call("GET", path(ann))).json["attributes"] == {f"a{number}": number for number in range(8)}


async def test_contacts_are_listed_by_name_or_number_and_found_by_tag_and_by_how_they_begin(shop: Console) -> None:
    await shop.create("lists", id="others", name="Others")
    await shop.create("contacts", list_id="others", number="+390000001", name="Ann", tags=["vip"])
    people = [("+390000003", "ann b", ["vip"]), ("+390000001", "Åse", []), ("+14155550100", "", ["vip", "new"])]
    for key, name, tags in [*people, (USER_ID, "Bob", ["vip"]), ("+390000002", "ANN A", ["new"])]:
        await add(shop, key, name=name, tags=tags)

    by_name = ["+14155550100", "+390000002", "+390000003", "+390000001", USER_ID]
    assert await ids(shop) == await ids(shop, sort="name") == by_name
    assert await ids(shop, sort="-name") == by_name[::-1]
    assert await ids(shop, sort="number") == ["+14155550100", "+390000001", "+390000002", "+390000003", USER_ID]
    assert await ids(shop, tag="vip") == ["+14155550100", "+390000003", USER_ID]
    assert await ids(shop, tag="vip", sort="-number") == [USER_ID, "+390000003", "+14155550100"]
    assert await ids(shop, search="ánn") == ["+390000002", "+390000003"]
    assert await ids(shop, search="ann", tag="vip") == ["+390000003"]
    assert await ids(shop, search="+39") == await ids(shop, search="39") == ["+390000001", "+390000002", "+390000003"]
    assert await ids(shop, search="+39", sort="-number", tag="vip") == ["+390000003"]
    assert await ids(shop, list="others") == ["+390000001"]
    assert await ids(shop, search=".*") == []


async def test_pages_hold_every_contact_once_also_where_names_are_the_same(shop: Console) -> None:
    for number in range(7):
        await add(shop, f"+39000000{number}", name="Ann" if number % 2 else "", tags=["vip"])

    for query in ("", "&tag=vip", "&sort=-name", "&sort=number", "&tag=vip&sort=-number"):
        whole = await ids(shop, **dict(part.split("=") for part in query.split("&")[1:]))
        seen, cursor = [], ""
        while cursor is not None:
            page = (await shop.call("GET", f"/api/contacts?list=customers&limit=3{query}{cursor}")).json
            seen += [contact["key"] for contact in page["items"]]
            cursor = page["cursor"] and f"&cursor={page['cursor']}"
        assert seen == whole
        assert len(seen) == 7


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "list"),
        ("list=customers&sort=tags", "sort"),
        ("list=customers&search=ann&sort=number", "sort"),
        ("list=customers&search=%2B39&sort=-name", "sort"),
        ("list=customers&cursor=xyz", "cursor"),
        ("list=customers&sort=number&cursor=WyJieV9uYW1lIiwiYSIsIiJd", "cursor"),
    ],
)
async def test_a_wrong_query_is_refused(shop: Console, query: str, field: str) -> None:
    refused = await shop.call("GET", f"/api/contacts?{query}")

    assert refused.status == 422
    assert list(refused.faults) == [field]


async def test_two_contacts_become_one_and_both_keys_lead_to_it(shop: Console) -> None:
    kept = await add(shop, USER_ID, tags=["vip"], attributes={"plan": "gold"})
    other = await add(shop, "+39012345678", name="Ann", tags=["new"], attributes={"plan": "free", "town": "Rome"})
    store = shop.dependencies.interactions
    opened = interaction(id="i1", contact_id=other["id"], contact_key=other["key"])
    await shop.store.database["interactions"].insert_one({"_id": "i1", **opened.model_dump(exclude={"id"})})

    merged = await shop.call("POST", path(kept, "merge"), {"contact": other["id"]})

    expected = {
        **kept,
        "number": "+39012345678",
        "name": "Ann",
        "tags": ["vip", "new"],
        "attributes": {"plan": "gold", "town": "Rome"},
        "merged_keys": ["+39012345678"],
        "revision": 1,
    }
    assert merged.json == expected
    assert (await shop.call("GET", path(other))).json == expected
    assert await ids(shop) == await ids(shop, sort="number") == await ids(shop, search="ann") == [USER_ID]
    moved = await store.get("i1")
    assert moved is not None
    assert moved.contact_id == kept["id"]
    assert (await shop.call("POST", path(kept, "merge"), {"contact": other["id"]})).json == expected


async def test_routing_finds_the_kept_contact_under_the_merged_key_and_fills_its_empty_name(shop: Console) -> None:
    kept, other, third = [await add(shop, key) for key in (USER_ID, "+390000001", "+390000002")]
    await shop.call("POST", path(other, "merge"), {"contact": third["id"]})
    await shop.call("POST", path(kept, "merge"), {"contact": other["id"]})
    interactions = shop.dependencies.interactions

    for key in ("+390000001", "+390000002"):
        written = Contact(id=contact_id("customers", key), list_id="customers", key=key, name=f"Called {key}")
        await interactions.create_contacts([written])
    loaded = await interactions.load([], {other["id"], third["id"], kept["id"], "customers:nobody"}, [])

    assert loaded.contacts.keys() == {other["id"], third["id"], kept["id"]}
    assert {(contact.id, contact.name) for contact in loaded.contacts.values()} == {(kept["id"], "Called +390000001")}
    assert await ids(shop, search="called") == [USER_ID]


async def test_what_was_merged_is_neither_changed_nor_merged_nor_created_again(shop: Console) -> None:
    kept, other, third = [await add(shop, f"+39000000{number}") for number in range(3)]
    await shop.call("POST", path(kept, "merge"), {"contact": other["id"]})
    refusals = [
        await shop.call("PATCH", path(other), {"name": "A"}),
        await shop.call("POST", path(third, "merge"), {"contact": other["id"]}),
        await shop.call("POST", path(other, "merge"), {"contact": third["id"]}),
    ]

    assert {refused.status for refused in refusals} == {409}
    assert {refused.json["detail"] for refused in refusals} == {
        f"the contact {other['id']} was merged into {kept['id']}"
    }
    again = await shop.call("POST", "/api/contacts", {"list_id": "customers", "number": other["key"]})
    assert again.json["detail"] == f"the list customers has {other['key']} already: it is the contact {kept['id']}"


async def test_contacts_that_cannot_be_merged_are_refused(shop: Console) -> None:
    await shop.create("lists", id="others", name="Others")
    ann = await add(shop, "+390000001")
    elsewhere = await shop.create("contacts", list_id="others", number="+390000002")

    async def merge(other: str) -> tuple[int, str]:
        refused = await shop.call("POST", path(ann, "merge"), {"contact": other})
        return refused.status, refused.json["detail"]

    assert await merge(ann["id"]) == (422, "contact: is the contact itself")
    assert await merge(elsewhere["id"]) == (422, "contact: is of another list: others")
    assert await merge("customers:nobody") == (404, "there is no contact customers:nobody")


async def test_merges_of_the_same_contact_into_two_others_at_once_leave_it_in_one_of_them(shop: Console) -> None:
    first, second, other = [await add(shop, f"+39000000{number}") for number in range(3)]

    answers = await asyncio.gather(
        *(shop.call("POST", path(kept, "merge"), {"contact": other["id"]}) for kept in (first, second))
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    (merged,) = [answer.json for answer in answers if answer.status == 200]
    assert (await shop.call("GET", path(other))).json == merged


async def test_a_deleted_contact_takes_the_keys_along_that_were_merged_into_it(shop: Console) -> None:
    kept, other, third = [await add(shop, f"+39000000{number}") for number in range(3)]
    await shop.call("POST", path(kept, "merge"), {"contact": other["id"]})

    ids_ = [kept["id"], other["id"], third["id"], "customers:nobody"]
    deleted = await shop.call("POST", "/api/contacts/delete", {"ids": ids_})

    assert sorted(deleted.json["deleted"]) == sorted([kept["id"], third["id"]])
    assert (await add(shop, other["key"]))["id"] == other["id"]
