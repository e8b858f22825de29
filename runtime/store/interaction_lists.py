"""Lists of interactions: filtered, sorted, a page at a time, and as fast with a million of them as with a hundred.

Every filter that may match few of many has an index that also gives the order, so that a page is read from its start
and not gathered first. No index is of a field that changes with every message: those are the ones that would cost.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.access import Sight
from contracts.errors import ConfigurationFault
from contracts.interactions import Interaction, InteractionState
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import from_document
from runtime.store.users_sight import within

BY_OFFER, OPEN_BY_TIME = "by_offer", "open_by_time"
"""Indexes that are asked for by name: of what is offered, by agent, and of the open ones."""
_OPENED = [("opened_at", DESCENDING), ("_id", ASCENDING)]
_CLOSED = [("closed_at", DESCENDING), ("_id", ASCENDING)]
_GIVEN: Document = {"$gt": ""}
"""A text. To ask for a certain one implies this, and so finds the index; it does not imply `$type`."""


def _index(name: str, *fields: str, only: Document | None = None, told: str | None = None) -> IndexModel:
    """An index of some fields in the order of opening; `told` is a field that is there to be filtered by as well."""
    keys: list[tuple[str, int]] = [(field, ASCENDING) for field in fields]
    last = [(told, ASCENDING)] if told else []
    options = {"partialFilterExpression": only} if only else {}
    return IndexModel([*keys, *_OPENED, *last], name=name, **options)


INDEXES: Indexes = {
    INTERACTIONS: [
        _index("by_time"),
        _index("by_account", "account_id"),
        _index("by_queue_told_account", "queue_id", only={"queue_id": _GIVEN}, told="account_id"),
        _index("by_owner", "owner", only={"owner": _GIVEN}),
        _index(BY_OFFER, "offered_to", only={"offered_to.0": {"$exists": True}}),
        _index("by_contact", "contact_id"),
        _index("by_contact_key", "contact_key"),
        _index("by_tag", "tags", only={"tags.0": {"$exists": True}}),
        _index(OPEN_BY_TIME, only={"open": True}),
        _index("unmanaged", "account_id", only={"unmanaged": True}),
        IndexModel([*_CLOSED], partialFilterExpression={"open": False}, name="by_close"),
        IndexModel(
            [("account_id", ASCENDING), *_CLOSED], partialFilterExpression={"open": False}, name="by_account_and_close"
        ),
    ]
}


class Order(StrEnum):
    """What a list is sorted by."""

    OPENED = "opened"
    CLOSED = "closed"


_FIELDS = MappingProxyType({Order.OPENED: "opened_at", Order.CLOSED: "closed_at"})
_CURSOR = re.compile(r"(\d{1,14})_(.{1,100})")
"""Milliseconds, as many as a date takes, and the id of the last one shown."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionFilter:
    """Which interactions: all that match every field that is given. `since` and `until` are about the opening."""

    accounts: Collection[str] = ()
    states: Collection[InteractionState] = ()
    queues: Collection[str] = ()
    owner: str | None = None
    contact_key: str | None = None
    contact_id: str | None = None
    tag: str | None = None
    is_open: bool | None = None
    unmanaged: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    sight: Sight | None = None

    def conditions(self) -> list[Document]:
        """The filter as MongoDB takes it, all of which must hold."""
        wanted: Document = {
            "account_id": _one_of(self.accounts),
            "state": _one_of(self.states),
            "queue_id": _one_of(self.queues),
            "owner": self.owner,
            "contact_key": self.contact_key,
            "contact_id": self.contact_id,
            "tags": self.tag,
            "tags.0": {"$exists": True} if self.tag is not None else None,  # tells that the index of tags will do
            "open": self.open,
            "unmanaged": self.unmanaged,
        }
        times = {"$gte": self.since, "$lt": self.until}
        wanted["opened_at"] = {sign: time for sign, time in times.items() if time is not None} or None
        given = {name: value for name, value in wanted.items() if value is not None}
        return [given, within(self.sight)] if self.sight else [given]

    @property
    def open(self) -> bool | None:
        """Whether only open ones are wanted, which states may say as well: the index of those is by far the shorter."""
        if self.is_open is None and self.states and InteractionState.CLOSED not in self.states:
            return True
        return self.is_open

    @property
    def hint(self) -> str | None:
        """The index to read where MongoDB must not choose: of all open ones that an agent sees, from the oldest on, it
        would rather read all that were ever closed."""
        narrower = (self.accounts, self.queues, self.owner, self.contact_key, self.contact_id, self.tag)
        return OPEN_BY_TIME if self.open and self.sight and not any(narrower) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list, in which order; `cursor` is the one that came with the page before."""

    order: Order = Order.OPENED
    descending: bool = True
    limit: int = 50
    cursor: str | None = None


class InteractionLists:
    """Reads lists."""

    def __init__(self, store: Store) -> None:
        self._interactions = store.database[INTERACTIONS]

    async def page(self, wanted: InteractionFilter, page: Page) -> tuple[list[Interaction], str | None]:
        """A page, and the cursor of the next one if there is one.

        Raises:
            ConfigurationFault: the order does not go with the filter, or the cursor is none of this list's.
            Unavailable: MongoDB is away.
        """
        query, sort = listing(wanted, page)
        with store_errors():
            cursor = self._interactions.find(query, hint=wanted.hint).sort(sort).limit(page.limit + 1)
            found = [from_document(Interaction, document) async for document in cursor]
        shown = found[: page.limit]
        return shown, _cursor_of(shown[-1], page.order) if len(found) > len(shown) else None


def listing(wanted: InteractionFilter, page: Page) -> tuple[Document, list[tuple[str, int]]]:
    """The query and the order of a page.

    Raises:
        ConfigurationFault: as `InteractionLists.page`.
    """
    conditions = wanted.conditions()
    if page.order is Order.CLOSED:
        if wanted != InteractionFilter(accounts=wanted.accounts, is_open=wanted.open) or wanted.open:
            raise ConfigurationFault("sort", "by closed goes with no filter but account")
        conditions.append({"open": False})
    if page.cursor is not None:
        conditions.append(_behind(page.cursor, page))
    way = DESCENDING if page.descending else ASCENDING
    return {"$and": conditions}, [(_FIELDS[page.order], way), ("_id", -way)]


def _behind(cursor: str, page: Page) -> Document:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ConfigurationFault("cursor", "is not one that a page of this list gave")
    time, last = _EPOCH + timedelta(milliseconds=int(found[1])), found[2]
    field = _FIELDS[page.order]
    later, after = ("$lt", "$gt") if page.descending else ("$gt", "$lt")
    return {"$or": [{field: {later: time}}, {field: time, "_id": {after: last}}]}


def _cursor_of(last: Interaction, order: Order) -> str:
    time: datetime = getattr(last, _FIELDS[order])
    return f"{(time - _EPOCH) // timedelta(milliseconds=1)}_{last.id}"


def _one_of(values: Collection[str]) -> Document | str | None:
    if len(values) > 1:
        return {"$in": sorted(values)}
    return next(iter(values), None)
