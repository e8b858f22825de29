"""Rows of an import laid over the contacts of a list, a batch at a time."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from contracts.base import Value
from contracts.contacts import Attributes, Contact, Tags, contact_id, one_of_each
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import CONTACTS
from runtime.store.contact_documents import MERGED_INTO, as_read, contact_changes, contact_document
from runtime.store.documents import from_document
from runtime.store.duplicates import duplicates


class ContactRow(Value):
    """What a row says of a contact. What it leaves empty stays as it is; tags are added, attributes laid over."""

    key: str
    number: str | None = None
    name: str = ""
    tags: Tags = ()
    attributes: Attributes = {}


Outcome = Literal["created", "updated", "unchanged"]


@dataclass(slots=True)
class _Plan:
    """A batch laid over the contacts as they were read: what each was, and is to be, by its id."""

    before: dict[str, Contact | None] = field(default_factory=dict)
    after: dict[str, Contact] = field(default_factory=dict)
    rows: dict[str, list[ContactRow]] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)

    def changed(self) -> list[str]:
        """The ids of what is to be written."""
        return [id_ for id_, after in self.after.items() if after != self.before[id_]]


class ContactBatches:
    """Writes rows. What was written before is recognised, so that the same rows may come any number of times."""

    def __init__(self, store: Store) -> None:
        self._contacts: AsyncIOMotorCollection[Document] = store.database[CONTACTS]

    async def lay(self, list_id: str, rows: Sequence[ContactRow]) -> Counter[Outcome]:
        """Create and change contacts, and count what became of the rows.

        A row whose contact somebody else changed meanwhile is laid over it again.
        """
        counts: Counter[Outcome] = Counter()
        while rows:
            with store_errors():
                found, aliases = await self._read({contact_id(list_id, row.key) for row in rows})
                # Comparing and building takes a while for a whole batch, which requests are not to wait for.
                plan = await asyncio.to_thread(_planned, list_id, rows, found, aliases)
                lost = await self._write(plan)
            counts.update(one for id_, outcomes in plan.outcomes.items() if id_ not in lost for one in outcomes)
            rows = [row for id_ in lost for row in plan.rows[id_]]
        return counts

    async def _read(self, ids: Collection[str]) -> tuple[list[Document], dict[str, str]]:
        """The documents of these contacts, and of those that some of them were merged into, by the ones merged."""
        found = await self._contacts.find({"_id": {"$in": list(ids)}}).to_list(None)
        aliases = {document["_id"]: document[MERGED_INTO] for document in found if MERGED_INTO in document}
        if aliases:
            found += await self._contacts.find({"_id": {"$in": list(set(aliases.values()) - set(ids))}}).to_list(None)
        return [document for document in found if MERGED_INTO not in document], aliases

    async def _write(self, plan: _Plan) -> set[str]:
        """Write what has changed; the ids of what somebody else was faster with."""
        ids = plan.changed()
        if not ids:
            return set()
        lost: set[str] = set()
        try:
            matched = (await self._contacts.bulk_write([_operation(plan, i) for i in ids], ordered=False)).matched_count
        except BulkWriteError as error:
            lost = {ids[place] for place in duplicates(error)}
            matched = error.details["nMatched"]
        updated = [id_ for id_ in ids if plan.before[id_] is not None]
        return lost if matched == len(updated) else lost | await self._overtaken(plan, updated)

    async def _overtaken(self, plan: _Plan, ids: Collection[str]) -> set[str]:
        # Bulk writes do not say which condition failed; ours is as it was planned, to the last field.
        found = self._contacts.find({"_id": {"$in": list(ids)}, MERGED_INTO: None})
        stands = {document["_id"]: from_document(Contact, document) async for document in found}
        return {id_ for id_ in ids if stands.get(id_) != plan.after[id_]}


def _planned(list_id: str, rows: Sequence[ContactRow], found: Sequence[Document], aliases: Mapping[str, str]) -> _Plan:
    contacts = {document["_id"]: from_document(Contact, document) for document in found}
    plan = _Plan()
    for row in rows:
        given = contact_id(list_id, row.key)
        id_ = aliases.get(given, given)
        if id_ not in plan.before:
            plan.before[id_] = contacts.get(id_)
        known = plan.after.get(id_, plan.before[id_])
        after = _laid_over(known, row, list_id)
        outcome: Outcome = "created" if known is None else "unchanged" if after == known else "updated"
        plan.after[id_] = after
        plan.rows.setdefault(id_, []).append(row)
        plan.outcomes.setdefault(id_, []).append(outcome)
    return plan


def _laid_over(contact: Contact | None, row: ContactRow, list_id: str) -> Contact:
    if contact is None:
        return Contact(id=contact_id(list_id, row.key), list_id=list_id, **dict(row))
    changed: dict[str, Any] = {
        "name": row.name or contact.name,
        "number": contact.number or row.number,
        "tags": one_of_each([*contact.tags, *row.tags]),
        "attributes": {**contact.attributes, **row.attributes},
    }
    after = contact.model_copy(update=changed)
    return contact if after == contact else after.model_copy(update={"revision": contact.revision + 1})


def _operation(plan: _Plan, id_: str) -> InsertOne[Document] | UpdateOne:
    before, after = plan.before[id_], plan.after[id_]
    if before is None:
        return InsertOne(contact_document(after))
    return UpdateOne(as_read(before), {"$set": contact_changes(before, after)})
