"""The routes of what is listed, created, changed and deleted: the same seven for every kind."""

from collections.abc import Awaitable, Iterator
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import BaseModel

from console.dependencies import ConsoleDependencies
from console.patches import Patch
from console.resources import Deleted, E, Ids, ListQuery, Paged, Resource, ResourceApi
from contracts.access import CONFIGURING, Access
from runtime.http import Call, Nothing, Route

NOT_FOUND, CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


class Operations(Protocol):
    """What there is to do with the values of one kind."""

    def list(self, call: Call[Nothing, Any], /) -> Awaitable[BaseModel]:
        """A page."""

    def read(self, call: Call[Nothing, Nothing], /) -> Awaitable[BaseModel]:
        """One value."""

    def create(self, call: Call[Any, Nothing], /) -> Awaitable[BaseModel]:
        """A new value, under an id of its own or the one that it brings."""

    def replace(self, call: Call[Any, Nothing], /) -> Awaitable[BaseModel]:
        """All fields anew."""

    def patch(self, call: Call[Patch, Nothing], /) -> Awaitable[BaseModel]:
        """Some fields anew."""

    def delete(self, call: Call[Nothing, Nothing], /) -> Awaitable[Deleted]:
        """One value."""

    def delete_many(self, call: Call[Ids, Nothing], /) -> Awaitable[Deleted]:
        """Those of the values that exist."""


def resource_routes(resource: Resource[E], dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of one kind of configuration."""
    return crud_routes(
        ResourceApi(resource, dependencies), resource.path, resource.name, resource.label,
        input=resource.input, view=resource.view, query=resource.query, read=resource.read,
    )  # fmt: skip


def crud_routes(
    api: Operations,
    many: str,
    tag: str,
    label: str,
    *,
    input: type[BaseModel],
    view: type[BaseModel],
    read: Access,
    query: type[ListQuery] = ListQuery,
) -> Iterator[Route[Any, Any]]:
    """The routes of one kind, whose values are found under `many`. Only admins change it; `read` says who looks."""
    one = f"{many}/{{id}}"
    yield Route(
        method="GET",
        path=many,
        handler=api.list,
        access=read,
        summary=f"List: {tag}",
        tag=tag,
        query=query,
        response=Paged[view],  # type: ignore[valid-type] # made for each kind at run time
    )
    yield Route(
        method="POST",
        path=many,
        handler=api.create,
        summary=f"Create: {label}",
        tag=tag,
        request=input,
        response=view,
        status=HTTPStatus.CREATED,
        access=CONFIGURING,
        errors=(CONFLICT,),
    )
    yield Route(
        method="POST",
        path=f"{many}/delete",
        handler=api.delete_many,
        summary=f"Delete several: {tag}",
        tag=tag,
        request=Ids,
        response=Deleted,
        access=CONFIGURING,
        errors=(CONFLICT,),
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=read,
        summary=f"Read: {label}",
        tag=tag,
        response=view,
        errors=(NOT_FOUND,),
    )
    yield Route(
        method="PUT",
        path=one,
        handler=api.replace,
        summary=f"Replace: {label}",
        tag=tag,
        request=input,
        response=view,
        access=CONFIGURING,
        errors=(NOT_FOUND, CONFLICT),
    )
    yield Route(
        method="PATCH",
        path=one,
        handler=api.patch,
        summary=f"Change some fields: {label}",
        tag=tag,
        request=Patch,
        response=view,
        access=CONFIGURING,
        errors=(NOT_FOUND, CONFLICT),
    )
    yield Route(
        method="DELETE",
        path=one,
        handler=api.delete,
        summary=f"Delete: {label}",
        tag=tag,
        response=Deleted,
        access=CONFIGURING,
        errors=(NOT_FOUND, CONFLICT),
    )
