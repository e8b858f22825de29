"""Contacts as routing meets them: made once at first sight, and found under the keys that were merged into them."""

from collections.abc import Collection, Sequence

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import BulkWriteError

from contracts.contacts import Contact
from runtime.store.client import Document
from runtime.store.collections import CONTACTS
from runtime.store.contact_documents import MERGED_INTO, contact_document, name_filled
from runtime.store.documents import from_document
from runtime.store.duplicates import duplicates
from runtime.store.loading import Loaded

Database = AsyncIOMotorDatabase[Document]


async def follow(database: Database, loaded: Loaded) -> None:
    """Put the contacts that were kept in the places of those that were merged into them."""
    found = database[CONTACTS].find({"_id": {"$in": list(set(loaded.aliases.values()))}, MERGED_INTO: None})
    kept = {document["_id"]: from_document(Contact, document) async for document in found}
    loaded.contacts |= {merged: kept[into] for merged, into in loaded.aliases.items() if into in kept}


async def seed(database: Database, contacts: Sequence[Contact]) -> None:
    """Create contacts that are not there, and fill empty names."""
    known: list[int] = []
    try:
        await database[CONTACTS].insert_many([contact_document(contact) for contact in contacts], ordered=False)
    except BulkWriteError as error:
        known = duplicates(error)
    names = {contacts[place].id: contacts[place].name for place in known if contacts[place].name}
    if names:
        kept = await _kept(database, names)
        writes = [name_filled(kept.get(contact_id, contact_id), name) for contact_id, name in names.items()]
        await database[CONTACTS].bulk_write(writes, ordered=False)


async def _kept(database: Database, ids: Collection[str]) -> dict[str, str]:
    aliases = database[CONTACTS].find({"_id": {"$in": list(ids)}, MERGED_INTO: {"$type": "string"}})
    return {alias["_id"]: alias[MERGED_INTO] async for alias in aliases}
