"""The page on which admins read the audit log."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from console.access_parts import AccessParts
from console.moments import cursor_of, place_of
from console.resources import Limit, Paged
from contracts.access import INSPECTING
from contracts.audit import AuditEntry
from contracts.base import Instant, Value
from runtime.http import Call, Nothing, Route
from runtime.store.audit import AuditQuery

Text = Annotated[str | None, Field(max_length=200)]


class AuditListQuery(Value):
    """Which entries: about a kind (`accounts`), one subject of it, by somebody, of an action, of a time."""

    kind: Text = None
    subject: Text = None
    actor: Annotated[str | None, Field(max_length=200, description="The id of a user or a token.")] = None
    action: Text = None
    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 50
    cursor: Text = None


class AuditApi:
    """The operation that reads the log."""

    def __init__(self, access: AccessParts) -> None:
        self._access = access

    async def list(self, call: Call[Nothing, AuditListQuery]) -> Paged[AuditEntry]:
        """A page, the latest first."""
        asked = call.query
        query = AuditQuery(asked.kind, asked.subject, asked.actor, asked.action, asked.since, asked.until)
        found = await self._access.audit.find(asked.limit + 1, query, place_of(asked.cursor))
        page = found[: asked.limit]
        more = cursor_of(page[-1].at, page[-1].id) if len(found) > len(page) else None
        return Paged[AuditEntry](items=tuple(page), cursor=more)


def audit_routes(access: AccessParts) -> Iterator[Route[Any, Any]]:
    """The route of the log."""
    yield Route(
        method="GET",
        path="/api/audit",
        handler=AuditApi(access).list,
        summary="List what was changed and by whom, the latest first",
        tag="audit",
        query=AuditListQuery,
        response=Paged[AuditEntry],
        access=INSPECTING,
    )
