"""A table of routes: what is asked, what is answered, and who handles it, typed at both ends."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from contracts.base import Value
from runtime.http.problems import CORRELATION, Problem, invalid, problems

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)

JSON_TYPES = ("application/json", "application/merge-patch+json")
MAX_BODY = 1024 * 1024
Authorize = Callable[[web.Request], Awaitable[None]]


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


Handler = Callable[[Call[B, Q]], Awaitable[BaseModel | web.StreamResponse | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[B, Q]):
    """One operation.

    `errors` are the statuses that it may answer beside those that every route of its form may. `public` ones need no
    token. A handler's model is answered as JSON with `status`; a response that it made itself goes out as it is.
    `upload` says that the body is a form with a file in the field `file`, `raw` that it is of this media type; the
    handler reads either itself.
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
    public: bool = False
    upload: bool = False
    raw: str | None = None
    media_type: str = "application/json"


def build_app(
    routes: Sequence[Route[Any, Any]], *, authorize: Authorize | None = None, max_body: int = MAX_BODY
) -> web.Application:
    """The application that serves the routes.

    Args:
        routes: the table.
        authorize: called before a route that is not public; raises a `Problem` to refuse.
        max_body: the most bytes that a body may have.
    """
    app = web.Application(middlewares=[problems], client_max_size=max_body)
    for route in routes:
        app.router.add_route(route.method, route.path, _served(route, authorize))
    return app


def _served(
    route: Route[Any, Any], authorize: Authorize | None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        if authorize is not None and not route.public:
            await authorize(request)
        call = Call(
            path=dict(request.match_info),
            body=await _body(request, route.request) if route.request else Nothing(),
            query=checked(route.query or Nothing, dict(request.query)),
            correlation_id=request[CORRELATION],
            request=request,
        )
        answer = await route.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return web.Response(
            body=answer.model_dump_json().encode(), status=route.status, content_type="application/json"
        )

    return serve


def checked(model: type[B], data: object) -> B:
    """What a client sent, as a value.

    Raises:
        Problem: 422, with every field that breaks a rule.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error, data) from None


async def _body(request: web.Request, model: type[B]) -> B:
    if request.content_type not in JSON_TYPES:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: Content-Type: application/json")
    return checked(model, _parsed(await request.read()))


def _parsed(raw: bytes) -> object:
    try:
        data: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    return data
