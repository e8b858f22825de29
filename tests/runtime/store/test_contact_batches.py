"""Rows laid over contacts: what is new, what changes, what is there already, and who is faster."""

import asyncio
from collections import Counter

from contracts.contacts import Contact
from runtime.store.client import Store
from runtime.store.contact_batches import ContactBatches, ContactRow
from runtime.store.contacts import ContactStore

ROWS = [ContactRow(key=f"+39000000{number}", number=f"+39000000{number}", tags=("new",)) for number in range(5)]


async def test_rows_create_change_and_leave_as_they_are(store: Store) -> None:
    batches = ContactBatches(store)
    later = ContactRow(key="+390000000", name="Ann", tags=("vip",), attributes={"town": "Rome"})

    assert await batches.lay("l", [*ROWS, later, later]) == Counter(created=5, updated=1, unchanged=1)
    assert await batches.lay("l", [*ROWS, later]) == Counter(unchanged=6)

    contact = await ContactStore(store).get("l:+390000000")
    assert contact is not None
    assert (contact.name, contact.tags, contact.attributes) == ("Ann", ("new", "vip"), {"town": "Rome"})


async def test_what_a_row_leaves_empty_stays(store: Store) -> None:
    contacts = ContactStore(store)
    ann = Contact(id="l:a", list_id="l", key="a", number="+391", name="Ann", tags=("x",), attributes={"a": 1, "b": 2})
    await contacts.create(ann)

    await ContactBatches(store).lay("l", [ContactRow(key="a", attributes={"b": 3, "c": None})])

    assert await contacts.get("l:a") == ann.model_copy(
        update={"attributes": {"a": 1, "b": 3, "c": None}, "revision": 1}
    )


async def test_a_row_of_a_merged_key_is_laid_over_the_contact_that_was_kept(store: Store) -> None:
    contacts = ContactStore(store)
    await ContactBatches(store).lay("l", ROWS[:2])
    kept = await contacts.merge("l:+390000000", "l:+390000001")

    counts = await ContactBatches(store).lay("l", [ROWS[1], ContactRow(key="+390000001", name="Ann")])

    assert counts == Counter(unchanged=1, updated=1)
    assert await contacts.get("l:+390000000") == kept.model_copy(update={"name": "Ann", "revision": 2})


async def test_batches_side_by_side_with_people_lose_nothing_and_count_every_row(store: Store) -> None:
    contacts, batches = ContactStore(store), ContactBatches(store)
    keys = [f"k{number}" for number in range(50)]
    rows = [[ContactRow(key=key, tags=(f"t{batch}",)) for key in keys] for batch in range(4)]

    async def edit(key: str) -> None:
        await contacts.update(f"l:{key}", lambda c: c.model_copy(update={"name": "Edited"}))

    first = await batches.lay("l", rows[0])
    counts = await asyncio.gather(*(batches.lay("l", batch) for batch in rows[1:]), *map(edit, keys))

    assert first == Counter(created=50)
    assert [sum(count.values()) for count in counts[:3] if count is not None] == [50] * 3
    for key in keys:
        contact = await contacts.get(f"l:{key}")
        assert contact is not None
        assert (contact.name, sorted(contact.tags)) == ("Edited", ["t0", "t1", "t2", "t3"])


async def test_rows_and_first_messages_create_a_contact_once(store: Store) -> None:
    batches = ContactBatches(store)
    rows = [ContactRow(key=f"k{number}", name="Imported") for number in range(100)]

    counts = await asyncio.gather(*(batches.lay("l", rows) for _ in range(4)))

    total = sum(counts, Counter())
    assert total["created"] == 100
    assert sum(total.values()) == 400


async def test_a_contact_from_before_there_were_revisions_can_be_changed(store: Store) -> None:
    contacts = ContactStore(store)
    await store.database["contacts"].insert_many([{"_id": f"l:{key}", "list_id": "l", "key": key} for key in "ab"])

    edited = await contacts.update("l:a", lambda contact: contact.model_copy(update={"name": "Ann"}))
    counts = await ContactBatches(store).lay("l", [ContactRow(key="b", name="Bob")])

    assert (edited.name, edited.revision, counts) == ("Ann", 1, Counter(updated=1))
