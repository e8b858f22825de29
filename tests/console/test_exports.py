"""A list as CSV: complete, harmless to spreadsheets, and an import of it changes nothing."""

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.contacts import MOST_NAME, Contact, contact_id
from runtime.store.contact_documents import contact_document
from tests.console.conftest import Console
from tests.console.test_imports import figures, load

EXPORT = "/api/lists/customers/export"
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
names = st.one_of(st.sampled_from(["=1+1", "'=x", "@a", "+39", "", ' "Ann"; x,\r\ny ', "\ufeffa"]), words)
profile_names = names | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
ids = st.text(st.sampled_from("USabc=-@'.; ,\"é1"), min_size=1, max_size=12).filter(str.strip)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | names,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(words, below, max_size=3),
    max_leaves=5,
)
tags = st.lists(
    names.map(lambda tag: "".join(c for c in tag if c.isprintable() and c != "|").strip()).filter(bool),
    max_size=3,
    unique=True,
)
contacts = st.builds(
    lambda key, number, name, tags, attributes: Contact(
        id=contact_id("customers", key), list_id="customers", key=key, number=key if key[0] == "+" else number,
        name=name[:MOST_NAME], tags=tuple(tags), attributes=attributes,
    ),
    st.one_of(st.integers(10**7, 10**12).map(lambda number: f"+{number}"), ids),
    st.none() | st.integers(10**7, 10**12).map(lambda number: f"+{number}"),
    profile_names,
    tags,
    st.dictionaries(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), values, max_size=3),
)  # fmt: skip


@given(st.lists(contacts, max_size=8, unique_by=lambda contact: contact.id))
@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
async def test_to_import_what_was_exported_changes_nothing(shop: Console, people: list[Contact]) -> None:
    collection = shop.store.database["contacts"]
    await collection.delete_many({})
    if people:
        await collection.insert_many([contact_document(person) for person in people])
    before = await collection.find().sort("_id").to_list(None)

    answer = await shop.call("GET", EXPORT)
    job = await load(shop, answer.text)

    assert await collection.find().sort("_id").to_list(None) == before
    assert figures(job) == (len(people), 0, 0, len(people), 0)


async def test_every_contact_is_exported_once_as_spreadsheets_read_it(shop: Console) -> None:
    for number in range(450):
        await shop.dependencies.contacts.create(
            Contact(
                id=f"customers:+39{number:07d}", list_id="customers", key=f"+39{number:07d}", number=f"+39{number:07d}"
            )
        )
    fields = {"key": "=id", "name": "=1+1", "tags": ["@a", "b"], "attributes": {"n": [1, "é"]}}
    await shop.create("contacts", list_id="customers", **fields)
    merged = await shop.create("contacts", list_id="customers", number="+391234567")
    await shop.call("POST", "/api/contacts/customers:=id/merge", {"contact": merged["id"]})

    answer = await shop.call("GET", EXPORT)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''customers.csv"
    assert answer.text.startswith("\ufeffkey,number,name,tags,attributes\r\n")
    _, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert [row[0] for row in rows[:450]] == [f"+39{number:07d}" for number in range(450)]
    assert rows[450:] == [["'=id", "+391234567", "'=1+1", "'@a|b", '{"n":[1,"é"]}']]


async def test_an_empty_list_has_a_header_and_a_missing_one_is_not_found(shop: Console) -> None:
    assert (await shop.call("GET", EXPORT)).text == "\ufeffkey,number,name,tags,attributes\r\n"
    assert (await shop.call("GET", "/api/lists/nowhere/export")).status == 404
