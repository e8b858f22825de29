"""What stands before every route: who calls, and that an agent acts as themself and on what is theirs.

The rules follow the paths, so that a route that is added under one of them is guarded without a word of its own. What
is none of an agent's is not there for them: 404, as for what does not exist.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel

from console.access_masking import NUMBER
from console.access_sight import Eyes
from console.audit_entries import Auditor, discreet
from console.authentication import Authentication
from console.dependencies import ConsoleDependencies
from contracts.access import SAFE_METHODS, Principal, Role
from runtime.http import Call, FieldError, Problem, Route

D = TypeVar("D")
Check = Callable[[Principal, str], Awaitable[object]]
CUSTOMER: web.RequestKey[str] = web.RequestKey("customer", str)
"""The contact of the interaction that a request is about."""


class ConsoleGuard:
    """The guard of the console's routes.

    Raises:
        SetupFault: the installation's token is empty.
    """

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._eyes = eyes = Eyes(dependencies)
        self._veil = dependencies.access.veil
        self._auditor = Auditor(dependencies.access, dependencies.clock)
        self._authentication = Authentication(dependencies.access, dependencies.token, dependencies.clock)
        self._checks: Mapping[str, Check] = {
            "/api/agents/{id}/": _themself,
            "/api/accounts/{id}": eyes.account,
            "/api/queues/{id}/": eyes.queue,
            "/api/contacts/{id}": eyes.contact,
            "/api/files/{id}": eyes.file,
            "/api/lists/{id}": eyes.contact_list,
        }

    async def authorize(self, request: web.Request) -> Principal:
        """See `Guard`."""
        return await self._authentication.principal(request)

    def given(self, principal: Principal, data: D) -> D:
        """See `Guard`."""
        opened: D = self._veil.opened(data) if principal.masked else data
        return opened

    async def admit(self, route: Route[Any, Any], call: Call[Any, Any]) -> Call[Any, Any]:
        """See `Guard`."""
        if call.principal.role is not Role.AGENT:
            return call
        if call.principal.masked:
            _check_names((*call.request.match_info.values(), *call.request.query.values()))
        for prefix, check in self._checks.items():
            if route.path.startswith(prefix):
                await check(call.principal, call.path["id"])
        for interaction_id in _interactions(route, call):
            interaction = await self._eyes.interaction(call.principal, interaction_id)
            call.request[CUSTOMER] = interaction.contact_key
        for file_id in _files(call.body.model_dump() if route.request else {}):
            await self._eyes.file(call.principal, file_id)
        return call if route.method in SAFE_METHODS else _as_themself(call)

    def refusal(self, principal: Principal, problem: Problem) -> Problem:
        """See `Guard`."""
        if not principal.masked:
            return problem
        sentence = self._veil.sentence
        errors = [FieldError(**{**dict(error), "rule": sentence(error.rule)}) for error in problem.errors]
        return Problem(problem.status, sentence(problem.detail), errors, problem.headers)

    async def done(self, route: Route[Any, Any], call: Call[Any, Any], answer: BaseModel | None) -> None:
        """See `Guard`."""
        kind, subject = route.path.split("/")[2], str(call.path.get("id") or getattr(answer, "id", ""))
        sent = {name: value for name, value in call.path.items() if name != "id"}
        sent |= call.body.model_dump(mode="json", exclude_defaults=True) if route.request else {}
        await self._auditor.record(call, route.audited, kind, subject, discreet(sent) or None)

    def shown(self, call: Call[Any, Any], answer: BaseModel) -> bytes:
        """See `Guard`."""
        if not call.principal.masked:
            return answer.model_dump_json().encode()
        customers = [call.request[CUSTOMER]] if CUSTOMER in call.request else []
        return orjson.dumps(self._veil.hidden(answer.model_dump(mode="json"), customers))


def _check_names(sent: Iterable[str]) -> None:
    """Refuse numbers to who is shown tokens: what is found under them would tell whose they are."""
    if any(NUMBER.search(text) for text in sent):
        raise Problem(HTTPStatus.FORBIDDEN, "customers' numbers are kept from you: name them as they are shown to you")


def _interactions(route: Route[Any, Any], call: Call[Any, Any]) -> Iterator[str]:
    if route.path.startswith("/api/interactions/{id}"):
        yield call.path["id"]
    if "interaction" in call.path:
        yield call.path["interaction"]


def _files(sent: object) -> Iterator[str]:
    """The files that somebody names in what they send."""
    if isinstance(sent, dict):
        if isinstance(sent.get("file_id"), str):
            yield sent["file_id"]
        for part in sent.values():
            yield from _files(part)
    elif isinstance(sent, list | tuple):
        for part in sent:
            yield from _files(part)


async def _themself(principal: Principal, agent_id: str) -> None:
    if agent_id != principal.agent_id:
        raise Problem(HTTPStatus.FORBIDDEN, f"you are {principal.agent_id}, and act as nobody else")


def _as_themself(call: Call[Any, Any]) -> Call[Any, Any]:
    """The call with the agent who acts filled in, where its query has one."""
    if "agent" not in type(call.query).model_fields:
        return call
    if call.query.agent not in {None, call.principal.agent_id}:
        raise Problem(HTTPStatus.FORBIDDEN, f"you are {call.principal.agent_id}, and act as nobody else")
    query = call.query.model_copy(update={"agent": call.principal.agent_id})
    return Call(call.path, call.body, query, call.correlation_id, call.request)
