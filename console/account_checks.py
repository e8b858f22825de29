"""Whether an account's credentials are good: asked of the provider by a sender, and read here when it has answered."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from console.dependencies import ConsoleDependencies
from contracts.access import CONFIGURING, INSPECTING
from contracts.accounts import Account
from contracts.base import Value
from contracts.commands import CheckAccount
from contracts.errors import NotFound
from runtime.http import Call, Nothing, Route
from runtime.store.account_checks import AccountCheck


class LastCheck(Value):
    """The last answer, null before the first; it is to the question with this `correlation_id`."""

    check: AccountCheck | None


class CheckRequested(Value):
    """The answer will have this correlation id."""

    correlation_id: str


class AccountCheckApi:
    """The operations on checks of accounts."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_store
        self._checks = dependencies.account_checks
        self._outbox = dependencies.outbox

    async def request(self, call: Call[Nothing, Nothing]) -> CheckRequested:
        """Have the provider asked."""
        account_id = await self._account(call)
        await self._outbox.errands([CheckAccount(correlation_id=call.correlation_id, account_id=account_id)])
        return CheckRequested(correlation_id=call.correlation_id)

    async def read(self, call: Call[Nothing, Nothing]) -> LastCheck:
        """What the provider said."""
        return LastCheck(check=await self._checks.get(await self._account(call)))

    async def _account(self, call: Call[Nothing, Nothing]) -> str:
        account_id = call.path["id"]
        if await self._configuration.get(Account, account_id) is None:
            raise NotFound(f"there is no account {account_id}")
        return account_id


def account_check_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of checks of accounts."""
    api, path = AccountCheckApi(dependencies), "/api/accounts/{id}/check"
    yield Route(
        method="GET",
        path=path,
        handler=api.read,
        access=INSPECTING,
        summary="Read whether an account's credentials were good when they were last checked",
        tag="accounts",
        response=LastCheck,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=path,
        handler=api.request,
        access=CONFIGURING,
        summary="Have the provider asked whether an account's credentials are good",
        tag="accounts",
        response=CheckRequested,
        status=HTTPStatus.ACCEPTED,
        errors=(HTTPStatus.NOT_FOUND,),
        audited="credentials checked",
    )
