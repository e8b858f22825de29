"""Contacts: found, changed one by one, and two of them made one."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field

from console.access_sight import Eyes
from console.dependencies import ConsoleDependencies
from console.patches import Patch, merged
from console.resources import Limit, Paged
from contracts.access import READING, SUPERVISING, WORKING
from contracts.base import Id, PhoneNumber, Value
from contracts.contacts import MOST_KEY, Contact, ContactFields, ContactList, contact_id, identity
from contracts.errors import ConfigurationFault, NotFound
from runtime.http import Call, Nothing, Problem, Route, checked
from runtime.store.contacts import ContactRequest

_TAG = "contacts"
ContactId = Annotated[str, Field(min_length=1, max_length=400)]


class ContactQuery(Value):
    """Which contacts of a list: with a tag, and whose name or number begins with `search`.

    A search that begins with a plus or a digit is for numbers and sorted by them, any other is for names.
    """

    list: Id
    tag: Annotated[str | None, Field(max_length=64)] = None
    search: Annotated[str, Field(max_length=100)] = ""
    sort: Literal["name", "-name", "number", "-number"] | None = None
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=4000)] = None


class ContactInput(ContactFields):
    """A new contact: by the key that the provider has for them, by their number, or both."""

    list_id: Id
    key: Annotated[str, Field(max_length=MOST_KEY)] = ""
    number: PhoneNumber | None = None


class MergeInput(Value):
    """The contact that is to become a part of this one."""

    contact: ContactId


class ContactIds(Value):
    """What is to be deleted."""

    ids: Annotated[tuple[ContactId, ...], Field(min_length=1, max_length=1000)]


class DeletedContacts(Value):
    """What was deleted."""

    deleted: tuple[str, ...]


class ContactApi:
    """The operations on contacts."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_store
        self._contacts = dependencies.contacts
        self._eyes = Eyes(dependencies)

    async def list(self, call: Call[Nothing, ContactQuery]) -> Paged[Contact]:
        """A page of a list. Who is not to see numbers does not find contacts by them either."""
        await self._eyes.contact_list(call.principal, call.query.list)
        request = _request(call.query)
        if call.principal.masked and request.order == "number":
            raise Problem(HTTPStatus.FORBIDDEN, "customers' numbers are kept from you: search by name")
        page = await self._contacts.find(request)
        return Paged[Contact](items=page.items, cursor=page.cursor)

    async def read(self, call: Call[Nothing, Nothing]) -> Contact:
        """One contact."""
        contact = await self._contacts.get(call.path["id"])
        if contact is None:
            raise NotFound(f"there is no contact {call.path['id']}")
        return contact

    async def create(self, call: Call[ContactInput, Nothing]) -> Contact:
        """A new contact."""
        given = call.body
        if await self._configuration.get(ContactList, given.list_id) is None:
            raise ConfigurationFault("list_id", f"there is no contact list {given.list_id}")
        key, number = identity(given.key, given.number or "")
        fields = given.model_dump(include=set(ContactFields.model_fields))
        new = Contact(id=contact_id(given.list_id, key), list_id=given.list_id, key=key, number=number, **fields)
        return await self._contacts.create(new)

    async def patch(self, call: Call[Patch, Nothing]) -> Contact:
        """Some fields anew."""

        def changed(contact: Contact) -> Contact:
            stored = contact.model_dump(include=set(ContactFields.model_fields))
            return contact.model_copy(update=dict(checked(ContactFields, merged(stored, call.body.root))))

        return await self._contacts.update(call.path["id"], changed)

    async def merge(self, call: Call[MergeInput, Nothing]) -> Contact:
        """One contact out of two."""
        return await self._contacts.merge(call.path["id"], call.body.contact)

    async def delete(self, call: Call[Nothing, Nothing]) -> DeletedContacts:
        """One contact."""
        deleted = await self._contacts.delete([call.path["id"]])
        if not deleted:
            raise NotFound(f"there is no contact {call.path['id']}")
        return DeletedContacts(deleted=tuple(deleted))

    async def delete_many(self, call: Call[ContactIds, Nothing]) -> DeletedContacts:
        """Those of the contacts that exist."""
        return DeletedContacts(deleted=tuple(await self._contacts.delete(call.body.ids)))


def _request(query: ContactQuery) -> ContactRequest:
    numbers = query.search[:1] == "+" or query.search[:1].isdecimal()
    sort = query.sort or ("number" if numbers else "name")
    by_number = sort.endswith("number")
    if query.search and numbers is not by_number:
        raise ConfigurationFault("sort", f"must be {'number' if numbers else 'name'}, as that is what is searched")
    prefix = f"+{query.search.lstrip('+')}" if numbers else query.search
    return ContactRequest(
        list_id=query.list,
        tag=query.tag,
        prefix=prefix,
        order="number" if by_number else "name",
        descending=sort.startswith("-"),
        limit=query.limit,
        cursor=query.cursor,
    )


def contact_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of contacts."""
    api, many, one = ContactApi(dependencies), "/api/contacts", "/api/contacts/{id}"
    taken = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    yield Route(
        method="GET",
        path=many,
        handler=api.list,
        access=READING,
        summary="List the contacts of a list",
        tag=_TAG,
        query=ContactQuery,
        response=Paged[Contact],
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=many,
        handler=api.create,
        access=SUPERVISING,
        summary="Create a contact",
        tag=_TAG,
        request=ContactInput,
        response=Contact,
        status=HTTPStatus.CREATED,
        errors=(HTTPStatus.CONFLICT,),
    )
    yield Route(
        method="POST",
        path=f"{many}/delete",
        handler=api.delete_many,
        access=SUPERVISING,
        audited="deleted",
        summary="Delete several contacts",
        tag=_TAG,
        request=ContactIds,
        response=DeletedContacts,
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=READING,
        summary="Read a contact, under its id or that of one that was merged into it",
        tag=_TAG,
        response=Contact,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="PATCH",
        path=one,
        handler=api.patch,
        access=WORKING,
        summary="Change a contact's name, tags or attributes",
        tag=_TAG,
        request=Patch,
        response=Contact,
        errors=taken,
    )
    yield Route(
        method="DELETE",
        path=one,
        handler=api.delete,
        access=SUPERVISING,
        audited="deleted",
        summary="Delete a contact; its interactions stay",
        tag=_TAG,
        response=DeletedContacts,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=f"{one}/merge",
        handler=api.merge,
        access=SUPERVISING,
        audited="merged",
        summary="Merge another contact of the list into this one",
        tag=_TAG,
        request=MergeInput,
        response=Contact,
        errors=taken,
    )
