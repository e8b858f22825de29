"""Pages of a collection: search, order, and a cursor that goes on after the last value seen."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING
from pymongo.collation import Collation

from contracts.errors import ConfigurationFault
from runtime.store.client import Document

T = TypeVar("T")

_ORDER = Collation("en")
"""Sorts as people expect: letters before their capitals, `Ä` beside `A`; no two ids are equal under it."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: of the documents that contain `search` in one of the `searched` fields, whatever the case."""

    search: str = ""
    searched: tuple[str, ...] = ("name",)
    sort: str = "name"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The values of a page, and the cursor of the next one; None when this is the last."""

    items: tuple[T, ...]
    cursor: str | None


async def page_of(
    collection: AsyncIOMotorCollection[Document], request: PageRequest, read: Callable[[Document], T]
) -> Page[T]:
    """One page of a collection. The field that it is sorted by must hold text in every document.

    Raises:
        ConfigurationFault: the cursor is not one that a page in this order gave.
    """
    field = "_id" if request.sort == "id" else request.sort
    direction = DESCENDING if request.descending else ASCENDING
    query = {"$and": [_searched(request), _after(request, field)]}
    cursor = collection.find(query).collation(_ORDER).sort([(field, direction), ("_id", direction)])
    documents = await cursor.limit(request.limit + 1).to_list(None)
    shown = documents[: request.limit]
    more = _cursor(request.sort, shown[-1][field], shown[-1]["_id"]) if len(documents) > len(shown) else None
    return Page(tuple(read(document) for document in shown), more)


def _searched(request: PageRequest) -> Document:
    if not request.search:
        return {}
    pattern = {"$regex": re.escape(request.search), "$options": "i"}
    return {"$or": [{field: pattern} for field in request.searched]}


def _after(request: PageRequest, field: str) -> Document:
    if request.cursor is None:
        return {}
    sort, value, last = _place(request.cursor)
    if sort != request.sort:
        raise ConfigurationFault("cursor", "belongs to a list that is sorted otherwise")
    beyond = "$lt" if request.descending else "$gt"
    return {"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: last}}]}


def _cursor(*place: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, str, str]:
    try:
        match orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
            case [str(sort), str(value), str(last)]:
                return sort, value, last
            case _:
                pass
    except (binascii.Error, ValueError):
        pass
    raise ConfigurationFault("cursor", "is not one that a page of this list gave")
