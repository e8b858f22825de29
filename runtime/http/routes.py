"""A table of routes: what is asked, what is answered, and who handles it, typed at both ends."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Generic, Protocol, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from contracts.access import CONFIGURING, Access, Principal
from contracts.base import Value
from runtime.http.problems import CORRELATION, MEDIA_TYPE, Problem, invalid, problem_of, problems

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)

D = TypeVar("D")
Given = Callable[[Any], Any]
"""Makes what somebody sent, path, query or body, into what is checked."""
JSON_TYPES = ("application/json", "application/merge-patch+json")
MAX_BODY = 1024 * 1024
PRINCIPAL: web.RequestKey[Principal] = web.RequestKey("principal", Principal)


class Nothing(Value):
    """What a route takes that takes no body, or no query."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One request: the parameters of its path, its body and its query, as the route's models made them.

    `request` is for what has no model: files, and parts of files.
    """

    path: Mapping[str, str]
    body: B
    query: Q
    correlation_id: str
    request: web.Request

    @property
    def principal(self) -> Principal:
        """Who calls. Only where there is a guard, and the route is not public."""
        return self.request[PRINCIPAL]


Handler = Callable[[Call[B, Q]], Awaitable[BaseModel | web.StreamResponse | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[B, Q]):
    """One operation.

    `errors` are the statuses that it may answer beside those that every route of its form may. `access` says who may
    call it: admins alone, where nothing is said. `public` ones anybody may, and nobody is asked who they are. `audited`
    names, in the past tense, what the guard is to record once it is done; changes of the configuration are recorded
    with themselves. A handler's model is answered as JSON with `status`; a response that it made itself goes out as it
    is. `upload` says that the body is a form with a file in the field `file`, `raw` that it is of this media type; the
    handler reads either itself. The bodies of `errors` are of `error_media_type`.
    """

    method: str
    path: str
    handler: Handler[B, Q]
    summary: str
    tag: str
    request: type[B] | None = None
    query: type[Q] | None = None
    response: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    errors: tuple[HTTPStatus, ...] = ()
    access: Access = CONFIGURING
    audited: str = ""
    public: bool = False
    upload: bool = False
    raw: str | None = None
    media_type: str = "application/json"
    error_media_type: str = MEDIA_TYPE


class Guard(Protocol):
    """Stands before the routes that are not public."""

    async def authorize(self, request: web.Request) -> Principal:
        """Who makes a request.

        Raises:
            Problem: 401, nobody that is known; 403, what they sent does not prove that they meant it.
        """
        ...

    def given(self, principal: Principal, data: D) -> D:
        """What somebody sent, as it is to be checked: their path, their query or their body."""
        ...

    async def admit(self, route: Route[Any, Any], call: Call[Any, Any]) -> Call[Any, Any]:
        """The call as it is carried out for who makes it.

        Raises:
            Problem, NotFound: it is none of theirs.
        """
        ...

    def refusal(self, principal: Principal, problem: Problem) -> Problem:
        """A refusal as its caller may read it."""
        ...

    async def done(self, route: Route[Any, Any], call: Call[Any, Any], answer: BaseModel | None) -> None:
        """Record what was done, of routes that say what that is."""
        ...

    def shown(self, call: Call[Any, Any], answer: BaseModel) -> bytes:
        """The answer as its caller may see it, as JSON."""
        ...


def build_app(
    routes: Sequence[Route[Any, Any]], *, guard: Guard | None = None, max_body: int = MAX_BODY
) -> web.Application:
    """The application that serves the routes.

    Args:
        routes: the table.
        guard: asked at every route that is not public; without one anybody may call everything.
        max_body: the most bytes that a body may have.
    """
    app = web.Application(middlewares=[problems], client_max_size=max_body)
    for route in routes:
        app.router.add_route(route.method, route.path, _served(route, None if route.public else guard))
    return app


def _served(route: Route[Any, Any], guard: Guard | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        async with _refusing(request, guard):
            call = await (_call(route, request) if guard is None else _guarded(route, request, guard))
            answer = await route.handler(call)
        if guard is not None and route.audited:
            await guard.done(route, call, answer if isinstance(answer, BaseModel) else None)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        if guard is None:
            return web.Response(
                body=answer.model_dump_json().encode(), status=route.status, content_type="application/json"
            )
        body = guard.shown(call, answer)
        # What one person may see is kept by nothing that the next one at the same machine could ask.
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=body, status=route.status, headers=headers, content_type="application/json")

    return serve


async def _guarded(route: Route[Any, Any], request: web.Request, guard: Guard) -> Call[Any, Any]:
    principal = request[PRINCIPAL] = await guard.authorize(request)
    if not route.access.admits(principal):
        raise Problem(HTTPStatus.FORBIDDEN, _not_yours(route.access, principal))
    return await guard.admit(route, await _call(route, request, partial(guard.given, principal)))


@asynccontextmanager
async def _refusing(request: web.Request, guard: Guard | None) -> AsyncIterator[None]:
    """Have what is refused said as the guard would have it said to who is known to call."""
    try:
        yield
    except Exception as error:
        problem = problem_of(error)
        if guard is None or problem is None or PRINCIPAL not in request:
            raise
        raise guard.refusal(request[PRINCIPAL], problem) from error


def _not_yours(access: Access, principal: Principal) -> str:
    if principal.role in access.roles:
        return f"the token was not made for this: its scopes lack {access.scope}"
    return f"this is not for the role {principal.role}"


def _as_it_is(data: D) -> D:
    return data


async def _call(route: Route[Any, Any], request: web.Request, given: Given = _as_it_is) -> Call[Any, Any]:
    return Call(
        path=given(dict(request.match_info)),
        body=await _body(request, route.request, given) if route.request else Nothing(),
        query=checked(route.query or Nothing, given(dict(request.query))),
        correlation_id=request[CORRELATION],
        request=request,
    )


def checked(model: type[B], data: object) -> B:
    """What a client sent, as a value.

    Raises:
        Problem: 422, with every field that breaks a rule.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error, data) from None


async def _body(request: web.Request, model: type[B], given: Given) -> B:
    if request.content_type not in JSON_TYPES:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: Content-Type: application/json")
    return checked(model, given(_parsed(await request.read())))


def _parsed(raw: bytes) -> object:
    try:
        data: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    return data
