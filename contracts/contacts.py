"""Contacts and the lists that they are kept in (domain, section 2)."""

from typing import Annotated, Any

from pydantic import Field

from contracts.base import Id, Name, Value


class ContactList(Value):
    """A list of contacts."""

    id: Id
    name: Name


class Contact(Value):
    """A customer. `key` is what the provider calls them, opaque; `number` is E.164 where the key stands for one."""

    id: str
    list_id: Id
    key: Annotated[str, Field(min_length=1)]
    number: str | None = None
    name: str = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = Field(default_factory=dict)


def contact_id(list_id: str, contact_key: str) -> str:
    """The id of a contact: one per list and key, so that it can only be created once."""
    return f"{list_id}:{contact_key}"
