"""The routes of one kind of configuration: the same seven for every kind."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from console.dependencies import ConsoleDependencies
from console.patches import Patch
from console.resources import Deleted, E, Ids, Paged, Resource, ResourceApi
from contracts.access import CONFIGURING
from runtime.http import Route

NOT_FOUND, CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


def resource_routes(resource: Resource[E], dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of one kind. Only admins change it; who reads it is the kind's to say."""
    api, one, many = ResourceApi(resource, dependencies), f"{resource.path}/{{id}}", resource.path
    tag, label, view = resource.name, resource.label, resource.view
    yield Route(
        method="GET",
        path=many,
        handler=api.list,
        access=resource.read,
        summary=f"List: {tag}",
        tag=tag,
        query=resource.query,
        response=Paged[view],  # type: ignore[valid-type] # made for each kind at run time
    )
    yield Route(
        method="POST",
        path=many,
        handler=api.create,
        summary=f"Create: {label}",
        tag=tag,
        request=resource.input,
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
        access=resource.read,
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
        request=resource.input,
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
