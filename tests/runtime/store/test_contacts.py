"""Long lists of contacts: every page is read from one range of an index."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pymongo import ASCENDING, DESCENDING

from contracts.contacts import Contact, contact_id
from runtime.store.client import Store
from runtime.store.collections import CONTACTS
from runtime.store.contact_documents import alias_of, contact_document, folded
from runtime.store.contacts import ContactRequest, ContactStore, Order, query_of
from runtime.store.pages import cursor_of

MANY, LIMIT = 6000, 50


@pytest.fixture(scope="module")
def many() -> list[Contact]:
    """Names that are often the same or missing, tags that are on a few and on most, in two lists."""
    return [
        Contact(
            id=contact_id(list_id, key),
            list_id=list_id,
            key=key,
            number=key,
            name=["", "Ann", f"Ann {number}", f"Bob {number}"][number % 4],
            tags=("most", "few") if number % 100 == 0 else ("most",) if number % 5 else (),
        )
        for list_id in ("one", "two")
        for number in range(MANY // 2)
        for key in [f"+39{number:08d}"]
    ]


def stages(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in ("inputStage", "queryPlan"):
        if below in plan:
            yield from stages(plan[below])


@pytest.mark.parametrize(("order", "descending"), list(product(("name", "number"), (False, True))))
async def test_a_page_costs_no_more_than_its_rows_whatever_is_asked_for(
    store: Store, many: list[Contact], order: Order, descending: bool
) -> None:
    contacts = store.database[CONTACTS]
    await contacts.insert_many([contact_document(contact) for contact in many])
    await contacts.insert_many(
        [alias_of(Contact(id=f"one:a{n}", list_id="one", key=f"a{n}"), "one:b") for n in range(99)]
    )
    by = f"by_{order}"
    cursor = cursor_of(by, "bob 1999\0" if order == "name" else "+3900001500")

    for tag, prefix, behind in product(
        (None, "most", "few"), ("", "ann" if order == "name" else "+39000012"), (None, cursor)
    ):
        request = ContactRequest("one", tag, prefix, order, descending, LIMIT, behind)
        found = contacts.find(query_of(request)).sort(by, DESCENDING if descending else ASCENDING).limit(LIMIT + 1)
        explained = await found.explain()
        names = {stage["stage"] for stage in stages(explained["queryPlanner"]["winningPlan"])}
        assert names <= {"LIMIT", "FETCH", "IXSCAN"}, (request, names)
        assert explained["executionStats"]["totalDocsExamined"] <= LIMIT + 1, request
        assert explained["executionStats"]["totalKeysExamined"] <= LIMIT + 3, request


async def test_pages_hold_every_contact_of_a_list_once_and_in_order(store: Store, many: list[Contact]) -> None:
    await store.database[CONTACTS].insert_many([contact_document(contact) for contact in many])
    pages, cursor = ContactStore(store), None
    found: list[Contact] = []

    while not found or cursor is not None:
        page = await pages.find(ContactRequest("two", limit=500, cursor=cursor))
        found += page.items
        cursor = page.cursor

    expected = sorted((c for c in many if c.list_id == "two"), key=lambda c: (folded(c.name), c.key))
    assert [c.id for c in found] == [c.id for c in expected]
    assert [c.id async for c in pages.all_of("two")] == [c.id for c in many if c.list_id == "two"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ångström ÉCOLE", "angstrom ecole"),
        ("STRASSE Straße", "strasse strasse"),
        ("a\0b", "a b"),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_are_sorted_without_case_and_accents(text: str, expected: str) -> None:
    assert folded(text) == expected
