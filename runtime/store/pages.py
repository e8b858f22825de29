"""Pages of a collection: search, order, and a cursor that goes on after the last value seen."""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
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
    """Which page: of the documents that contain `search` in one of the `searched` fields, whatever the case.

    `among` names fields and the values that they may have.
    """

    search: str = ""
    searched: tuple[str, ...] = ("name",)
    among: Mapping[str, Collection[str]] = field(default_factory=dict)
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
    by = "_id" if request.sort == "id" else request.sort
    direction = DESCENDING if request.descending else ASCENDING
    among = {name: {"$in": list(values)} for name, values in request.among.items()}
    query = {"$and": [among, _searched(request), _after(request, by)]}
    cursor = collection.find(query).collation(_ORDER).sort([(by, direction), ("_id", direction)])
    documents = await cursor.limit(request.limit + 1).to_list(None)
    shown = documents[: request.limit]
    more = cursor_of(request.sort, shown[-1][by], shown[-1]["_id"]) if len(documents) > len(shown) else None
    return Page(tuple(read(document) for document in shown), more)


def _searched(request: PageRequest) -> Document:
    if not request.search:
        return {}
    pattern = {"$regex": re.escape(request.search), "$options": "i"}
    return {"$or": [{name: pattern} for name in request.searched]}


def _after(request: PageRequest, by: str) -> Document:
    if request.cursor is None:
        return {}
    value, last = place_of(request.cursor, request.sort)
    beyond = "$lt" if request.descending else "$gt"
    return {"$or": [{by: {beyond: value}}, {by: value, "_id": {beyond: last}}]}


def cursor_of(sort: str, value: str, last: str = "") -> str:
    """The cursor that goes on behind the document with this value in the field sorted by, and this id among equals."""
    return base64.urlsafe_b64encode(orjson.dumps((sort, value, last))).decode().rstrip("=")


def place_of(cursor: str, sort: str) -> tuple[str, str]:
    """The value and the id behind which a cursor goes on.

    Raises:
        ConfigurationFault: it is none, or that of a list in another order.
    """
    try:
        match orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
            case [str(order), str(value), str(last)] if order == sort:
                return value, last
            case [str(), str(), str()]:
                raise ConfigurationFault("cursor", "belongs to a list that is sorted otherwise")
            case _:
                pass
    except (binascii.Error, ValueError):
        pass
    raise ConfigurationFault("cursor", "is not one that a page of this list gave")
