"""Templates of an account, as its provider has them: listed from our own store, read anew on demand by a sender."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from console.dependencies import ConsoleDependencies
from contracts.access import READING, SUPERVISING
from contracts.accounts import Account
from contracts.base import Instant, Value
from contracts.commands import SynchroniseTemplates
from contracts.errors import NotFound
from contracts.outbound import Template, TemplateStatus
from runtime.http import Call, Nothing, Route

_TAG = "templates"


class TemplateQuery(Value):
    """Which templates: of all states, or of one."""

    status: TemplateStatus | None = None


class Templates(Value):
    """Templates by name and language; when they were last read from the provider, and why that failed, if it did."""

    items: tuple[Template, ...]
    synchronised_at: Instant | None = None
    fault: str = ""


class Requested(Value):
    """What was asked for: the answer is seen in the list."""

    correlation_id: str


class TemplateApi:
    """The operations on templates."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_store
        self._templates = dependencies.templates
        self._outbox = dependencies.outbox

    async def list(self, call: Call[Nothing, TemplateQuery]) -> Templates:
        """The templates that are known."""
        account_id = await self._account(call.path["id"])
        found = await self._templates.find(account_id, call.query.status)
        last = await self._templates.synchronised(account_id)
        return Templates(
            items=tuple(found), synchronised_at=last.at if last else None, fault=last.fault if last else ""
        )

    async def synchronise(self, call: Call[Nothing, Nothing]) -> Requested:
        """Have them read from the provider."""
        account_id = await self._account(call.path["id"])
        errand = SynchroniseTemplates(correlation_id=call.correlation_id, account_id=account_id)
        await self._outbox.errands([errand])
        return Requested(correlation_id=call.correlation_id)

    async def _account(self, account_id: str) -> str:
        if await self._configuration.get(Account, account_id) is None:
            raise NotFound(f"there is no account {account_id}")
        return account_id


def template_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of templates."""
    api, templates = TemplateApi(dependencies), "/api/accounts/{id}/templates"
    yield Route(
        method="GET",
        path=templates,
        handler=api.list,
        access=READING,
        summary="List an account's templates",
        tag=_TAG,
        query=TemplateQuery,
        response=Templates,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=f"{templates}/synchronise",
        handler=api.synchronise,
        access=SUPERVISING,
        summary="Read an account's templates from its provider",
        tag=_TAG,
        response=Requested,
        status=HTTPStatus.ACCEPTED,
        errors=(HTTPStatus.NOT_FOUND,),
    )
