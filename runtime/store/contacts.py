"""Contacts for the people who keep them: lists, changes, and two that are one and the same person.

What `runtime/store/interactions.py` does with contacts at every message is not here.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from contracts.contacts import Contact, contact_id, one_of_each
from contracts.errors import ConfigurationFault, Conflict, NotFound
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.collections import CONTACTS, INTERACTIONS
from runtime.store.contact_documents import MERGED_INTO, alias_of, as_read, contact_changes, contact_document, folded
from runtime.store.documents import from_document
from runtime.store.pages import Page, cursor_of, place_of
from runtime.store.transactions import transaction

Order = Literal["name", "number"]

_TAGGED = {"tags": {"$gt": ""}}
_LAST = "\U0010ffff"
"""Sorts behind every character, so that a prefix and this one end the range of what begins with it."""

INDEXES: Indexes = {
    CONTACTS: [
        IndexModel([("list_id", ASCENDING), ("by_name", ASCENDING)], name="by_name"),
        IndexModel([("list_id", ASCENDING), ("by_number", ASCENDING)], name="by_number"),
        IndexModel(
            [("list_id", ASCENDING), ("tags", ASCENDING), ("by_name", ASCENDING)],
            partialFilterExpression=_TAGGED,
            name="by_tag_and_name",
        ),
        IndexModel(
            [("list_id", ASCENDING), ("tags", ASCENDING), ("by_number", ASCENDING)],
            partialFilterExpression=_TAGGED,
            name="by_tag_and_number",
        ),
    ],
}


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """Which contacts of a list: with a tag, and whose name or number (whichever they are sorted by) begins so."""

    list_id: str
    tag: str | None = None
    prefix: str = ""
    order: Order = "name"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None


class ContactStore:
    """Reads and writes of contacts. All methods raise `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database
        self._contacts = store.database[CONTACTS]

    async def find(self, request: ContactRequest) -> Page[Contact]:
        """A page of a list. Each is read from one range of an index, however long the list is.

        Raises:
            ConfigurationFault: the cursor is not one that a page in this order gave.
        """
        by = f"by_{request.order}"
        with store_errors():
            found = self._contacts.find(query_of(request)).sort(by, DESCENDING if request.descending else ASCENDING)
            documents = await found.limit(request.limit + 1).to_list(None)
        shown = documents[: request.limit]
        more = cursor_of(by, shown[-1][by]) if len(documents) > len(shown) else None
        return Page(tuple(from_document(Contact, document) for document in shown), more)

    async def all_of(self, list_id: str) -> AsyncIterator[Contact]:
        """Every contact of a list, by number."""
        with store_errors():
            found = self._contacts.find(query_of(ContactRequest(list_id, order="number"))).sort("by_number", ASCENDING)
            async for document in found:
                yield from_document(Contact, document)

    async def get(self, id_: str) -> Contact | None:
        """One contact; the one that was kept where it was merged."""
        with store_errors():
            document = await self._contacts.find_one({"_id": id_})
            if document is not None and MERGED_INTO in document:
                document = await self._contacts.find_one({"_id": document[MERGED_INTO]})
        return from_document(Contact, document) if document else None

    async def create(self, contact: Contact) -> Contact:
        """A new contact.

        Raises:
            Conflict: the list has one with this key, or has merged it into another one.
        """
        try:
            with store_errors():
                await self._contacts.insert_one(contact_document(contact))
        except DuplicateKeyError:
            existing = await self.get(contact.id)
            known = existing.id if existing else contact.id
            raise Conflict(f"the list {contact.list_id} has {contact.key} already: it is the contact {known}") from None
        return contact

    async def update(self, id_: str, change: Callable[[Contact], Contact]) -> Contact:
        """A contact as `change` makes it; called again when somebody else was faster.

        Raises:
            NotFound, Conflict: there is no such contact, or it was merged into another one.
        """
        while True:
            before = await self._own(id_)
            after = change(before)
            if after == before:
                return before
            after = after.model_copy(update={"revision": before.revision + 1})
            with store_errors():
                result = await self._contacts.update_one(as_read(before), {"$set": contact_changes(before, after)})
            if result.matched_count:
                return after

    async def delete(self, ids: Collection[str]) -> list[str]:
        """Delete those of the contacts that exist, with the keys that were merged into them; their ids."""

        async def attempt(session: AsyncIOMotorClientSession) -> list[str]:
            found = self._contacts.find({"_id": {"$in": list(ids)}, MERGED_INTO: None}, session=session)
            going = [from_document(Contact, document) async for document in found]
            all_ids = [one for contact in going for one in (contact.id, *_merged_ids(contact))]
            await self._contacts.delete_many({"_id": {"$in": all_ids}}, session=session)
            return [contact.id for contact in going]

        return await transaction(self._db, attempt)

    async def merge(self, kept_id: str, other_id: str) -> Contact:
        """One contact out of two of a list: what the other one has goes over, and its key leads to the one kept.

        What both have is the kept one's. Done again, it is done already, and finishes what a crash has left.

        Raises:
            NotFound: there is no such contact.
            Conflict: one of them was merged into a third.
            ConfigurationFault: they are one, or of two lists.
        """
        if kept_id == other_id:
            raise ConfigurationFault("contact", "is the contact itself")

        async def attempt(session: AsyncIOMotorClientSession) -> Contact:
            kept = await self._own(kept_id, session)
            if other_id in _merged_ids(kept):
                return kept
            return await self._merge(kept, await self._own(other_id, session), session)

        contact = await transaction(self._db, attempt)
        with store_errors():
            await self._db[INTERACTIONS].update_many(
                {"contact_id": {"$in": list(_merged_ids(contact))}}, {"$set": {"contact_id": kept_id}}
            )
        return contact

    async def adopt(self, kept_id: str, key: str) -> None:
        """Have another key of its list lead to a contact. A contact that has that key itself is merged into this one.

        What has changed meanwhile is left as it is: the contact is gone, or the key is somebody else's.
        """
        kept = await self.get(kept_id)
        if kept is None or key in {kept.key, *kept.merged_keys}:
            return
        other = Contact(id=contact_id(kept.list_id, key), list_id=kept.list_id, key=key)
        with store_errors(), suppress(DuplicateKeyError):
            await self._contacts.insert_one(contact_document(other))
        with suppress(NotFound, Conflict):
            await self.merge(kept.id, other.id)

    async def _merge(self, kept: Contact, other: Contact, session: AsyncIOMotorClientSession) -> Contact:
        if kept.list_id != other.list_id:
            raise ConfigurationFault("contact", f"is of another list: {other.list_id}")
        after = merged(kept, other)
        await self._contacts.update_one({"_id": kept.id}, {"$set": contact_changes(kept, after)}, session=session)
        await self._contacts.replace_one({"_id": other.id}, alias_of(other, kept.id), session=session)
        await self._contacts.update_many(
            {"_id": {"$in": list(_merged_ids(other))}}, {"$set": {MERGED_INTO: kept.id}}, session=session
        )
        return after

    async def _own(self, id_: str, session: AsyncIOMotorClientSession | None = None) -> Contact:
        with store_errors():
            document = await self._contacts.find_one({"_id": id_}, session=session)
        if document is None:
            raise NotFound(f"there is no contact {id_}")
        if MERGED_INTO in document:
            raise Conflict(f"the contact {id_} was merged into {document[MERGED_INTO]}")
        return from_document(Contact, document)


def merged(kept: Contact, other: Contact) -> Contact:
    """The contact that two become."""
    return kept.model_copy(
        update={
            "number": kept.number or other.number,
            "name": kept.name or other.name,
            "tags": one_of_each([*kept.tags, *other.tags]),
            "attributes": {**other.attributes, **kept.attributes},
            "merged_keys": one_of_each([*kept.merged_keys, other.key, *other.merged_keys]),
            "revision": kept.revision + 1,
        }
    )


def _merged_ids(contact: Contact) -> tuple[str, ...]:
    return tuple(contact_id(contact.list_id, key) for key in contact.merged_keys)


def query_of(request: ContactRequest) -> Document:
    """The query of a request: one range of the index that it is sorted by. Aliases are in none of them."""
    by = f"by_{request.order}"
    prefix = folded(request.prefix) if request.order == "name" else request.prefix
    within: Document = {"$gte": prefix, "$lt": prefix + _LAST}
    if request.cursor is not None:
        last, _ = place_of(request.cursor, by)
        within |= {"$lt": min(last, prefix + _LAST)} if request.descending else {"$gt": last}
    tagged = {} if request.tag is None else {"tags": request.tag}
    return {"list_id": request.list_id, **tagged, by: within}
