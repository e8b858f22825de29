"""Who was not admitted, for people to look at."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.stored import Rejection
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.collections import REJECTIONS
from runtime.store.documents import from_document

_LATEST = [("at", DESCENDING), ("_id", ASCENDING)]
INDEXES: Indexes = {
    REJECTIONS: [
        IndexModel([("account_id", ASCENDING), *_LATEST], name="by_account"),
        IndexModel(_LATEST, name="by_time"),
    ]
}


@dataclass(frozen=True, slots=True)
class RejectionRequest:
    """Which rejections: of an account, not before `since`, before `until`; `after` is the last of the page before."""

    account_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    after: tuple[datetime, str] | None = None


class RejectionStore:
    """Reads of rejections."""

    def __init__(self, store: Store) -> None:
        self._collection = store.database[REJECTIONS]

    async def find(self, request: RejectionRequest) -> list[Rejection]:
        """Rejections, the latest first."""
        with store_errors():
            found = self._collection.find(query_of(request)).sort(_LATEST).limit(request.limit)
            return [from_document(Rejection, document) async for document in found]


def query_of(request: RejectionRequest) -> Document:
    """The query of a request: one range of an index."""
    query: Document = {} if request.account_id is None else {"account_id": request.account_id}
    within: Document = {}
    if request.since is not None:
        within["$gte"] = request.since
    if request.until is not None:
        within["$lt"] = request.until
    if request.after is not None:
        at, id_ = request.after
        within["$lte"] = at
        query["$or"] = [{"at": {"$lt": at}}, {"_id": {"$gt": id_}}]
    return {**query, "at": within} if within else query
