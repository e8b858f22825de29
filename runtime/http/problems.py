"""Problem details (RFC 9457): what went wrong with a request, for a program and for a person, without internals.

A field is named by its dotted path in the request; places in a list are counted from 1, as the product counts them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from aiohttp import web
from pydantic import Field, ValidationError

from contracts.base import Value, new_id
from contracts.errors import ConfigurationFault, Conflict, IllegalTransition, NotFound, Unavailable
from runtime.logging import get_logger

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
CORRELATION_HEADER = "X-Correlation-ID"
CORRELATION: web.RequestKey[str] = web.RequestKey("correlation_id", str)
RETRY_AFTER_S = 2
SERVER_FAULTS = 500
_VALUE_ERROR = "Value error, "


class FieldError(Value):
    """One field that breaks a rule. `position` is the place in its value, counted from 1, where that is known."""

    field: str
    rule: str
    position: int | None = Field(None, exclude_if=lambda value: value is None)


class ProblemDocument(Value):
    """The body of every answer that is not a success; `instance` holds the request's correlation id."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str | None = None
    errors: tuple[FieldError, ...] = ()


class Problem(Exception):
    """An answer that is not a success, to be raised anywhere within a handler."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self, correlation_id: str) -> web.Response:
        """The answer."""
        document = ProblemDocument(
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            instance=f"urn:correlation:{correlation_id}",
            errors=self.errors,
        )
        body = document.model_dump_json().encode()
        return web.Response(body=body, status=self.status, headers=self.headers, content_type=MEDIA_TYPE)


def invalid(error: ValidationError, data: object) -> Problem:
    """The problem of a request that its model refuses; nothing of its values is repeated, for they may be secret."""
    faults = [
        FieldError(field=_path(fault["loc"], data), rule=fault["msg"].removeprefix(_VALUE_ERROR))
        for fault in error.errors(include_input=False, include_context=False, include_url=False)
    ]
    count = f"{len(faults)} fields break" if len(faults) > 1 else "one field breaks"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count} the rules", faults)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an error stands for; None for what is a bug."""
    match error:
        case Problem():
            return error
        case web.HTTPException(status=status, text=text) if status >= HTTPStatus.BAD_REQUEST:
            allow = {name: value for name, value in error.headers.items() if name == "Allow"}
            return Problem(HTTPStatus(status), _detail(status, text), headers=allow)
        case _:
            return _problem_of_ours(error)


def _problem_of_ours(error: Exception) -> Problem | None:
    match error:
        case ConfigurationFault(field=field, rule=rule, position=position):
            fault = FieldError(field=field, rule=rule, position=position)
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), [fault])
        case NotFound():
            return Problem(HTTPStatus.NOT_FOUND, str(error))
        case Conflict() | IllegalTransition():
            return Problem(HTTPStatus.CONFLICT, str(error))
        case Unavailable():
            detail = "a service that this needs cannot be reached; try again"
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER_S)})
        case _:
            return None


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Give the request a correlation id, and turn whatever its handler raises into a problem."""
    correlation_id = request[CORRELATION] = new_id()
    try:
        response = await handler(request)
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever it is, the client gets an answer
        response = answer_to(request, error, correlation_id)
    response.headers[CORRELATION_HEADER] = correlation_id
    return response


def answer_to(request: web.BaseRequest, error: Exception, correlation_id: str) -> web.Response:
    """The answer to a request whose handler raised; a failure of ours is logged."""
    problem = problem_of(error)
    seen = {"correlation_id": correlation_id, "method": request.method, "path": request.path}
    if problem is None:
        log.error("http.failed", **seen, exc_info=error)
        detail = "an error of ours, and logged: the instance below is what to look for"
        problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    elif problem.status >= SERVER_FAULTS:
        log.warning("http.unavailable", **seen, reason=str(error))
    return problem.response(correlation_id)


def _detail(status: int, text: str | None) -> str:
    sentences = {
        HTTPStatus.NOT_FOUND: "there is nothing at this path",
        HTTPStatus.METHOD_NOT_ALLOWED: "this path does not know the method; the header Allow lists those that it does",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large",
    }
    return sentences.get(HTTPStatus(status), text or "")


def _path(location: Sequence[int | str], data: object) -> str:
    steps = _reading(location, data)
    return ".".join(map(str, location) if steps is None else steps) or "body"


def _reading(location: Sequence[int | str], data: object) -> list[str] | None:
    """The steps of one of pydantic's paths as the client knows them; None when the data has no such place.

    pydantic also names the arm of a union, which is no key of the data, though it may have the name of one: so a step
    that leads nowhere is taken for an arm.
    """
    if not location:
        return []
    step, rest = location[0], location[1:]
    match data, step:
        case list(), int() if step < len(data):
            return _led(str(step + 1), _reading(rest, data[step]))
        case dict(), str() if step in data:
            return _led(step, _reading(rest, data[step])) or _reading(rest, data)
        case dict(), str():
            return _reading(rest, data) if rest else [step]
        case _:
            return None


def _led(step: str, rest: list[str] | None) -> list[str] | None:
    return None if rest is None else [step, *rest]
