"""Looking at who was not admitted, when and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from console.dependencies import ConsoleDependencies
from console.resources import Limit, Paged
from contracts.access import OVERSEEING
from contracts.base import Id, Instant, Value
from contracts.errors import ConfigurationFault
from contracts.stored import Rejection
from runtime.http import Call, Nothing, Route
from runtime.store.pages import cursor_of, place_of
from runtime.store.rejections import RejectionRequest

_SORT = "at"


class RejectionQuery(Value):
    """Which rejections: of an account, from `since` on and before `until`."""

    account: Id | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=4000)] = None


class RejectionApi:
    """The operation."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._rejections = dependencies.rejections

    async def list(self, call: Call[Nothing, RejectionQuery]) -> Paged[Rejection]:
        """A page, the latest first."""
        query = call.query
        found = await self._rejections.find(
            RejectionRequest(
                account_id=query.account,
                since=query.since,
                until=query.until,
                limit=query.limit + 1,
                after=_after(query.cursor) if query.cursor else None,
            )
        )
        shown = tuple(found[: query.limit])
        more = cursor_of(_SORT, shown[-1].at.isoformat(), shown[-1].id) if len(found) > len(shown) else None
        return Paged[Rejection](items=shown, cursor=more)


def _after(cursor: str) -> tuple[datetime, str]:
    at, id_ = place_of(cursor, _SORT)
    try:
        return datetime.fromisoformat(at), id_
    except ValueError:
        raise ConfigurationFault("cursor", "is not one that a page of this list gave") from None


def rejection_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of rejections."""
    yield Route(
        method="GET",
        path="/api/rejections",
        handler=RejectionApi(dependencies).list,
        access=OVERSEEING,
        summary="List who was not admitted, the latest first",
        tag="rejections",
        query=RejectionQuery,
        response=Paged[Rejection],
    )
