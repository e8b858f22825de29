"""Contacts as documents: each with what it is sorted and found by, and the aliases that merging leaves behind.

A contact that was merged into another one leaves an alias under its id, with the id of the one that was kept. Who
creates a contact under that key finds it taken, as they would find the contact, and who looks for it is led on. An
alias has no `by_name` and no `by_number`, so that it is in no list.
"""

import unicodedata

from pymongo import UpdateOne

from contracts.contacts import Contact
from runtime.store.client import Document
from runtime.store.documents import changes, to_document

MERGED_INTO = "merged_into"
END = "\0"
"""Ends what is sorted by: what follows makes each entry of a list one of a kind, so that a page can begin behind it."""
MOST_SORTED = 100


def contact_document(contact: Contact) -> Document:
    """The document of a contact."""
    return {**to_document(contact), **_order(contact)}


def contact_changes(before: Contact, after: Contact) -> Document:
    """The fields in which the documents of two contacts differ."""
    order, earlier = _order(after), _order(before)
    return {**changes(before, after), **{name: order[name] for name in order if order[name] != earlier[name]}}


def as_read(contact: Contact) -> Document:
    """The condition that nobody has changed a contact since it was read."""
    return {"_id": contact.id, "revision": contact.revision or {"$in": [0, None]}}


def alias_of(contact: Contact, kept: str) -> Document:
    """What is left in the place of a contact that was merged."""
    return {"_id": contact.id, "list_id": contact.list_id, "key": contact.key, MERGED_INTO: kept}


def name_filled(contact_id: str, name: str) -> UpdateOne:
    """The write that gives a name to a contact that has none."""
    by_name = {"$concat": [{"$literal": folded(name) + END}, "$key"]}
    return UpdateOne({"_id": contact_id, "name": ""}, [{"$set": {"name": {"$literal": name}, "by_name": by_name}}])


def folded(text: str) -> str:
    """A text as it is sorted and searched by: without case and accents, and not longer than is useful."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain.replace(END, " ")[:MOST_SORTED]


def _order(contact: Contact) -> Document:
    number = contact.number or contact.key
    return {
        "by_name": folded(contact.name) + END + contact.key,
        "by_number": number if number == contact.key else number + END + contact.key,
    }
