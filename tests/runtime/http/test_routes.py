"""Routes over real HTTP: typed requests in, models out, and every failure a problem document."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any, Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, Field

from contracts.access import READING, SCOPES_OF, Principal, Role
from contracts.base import Value
from contracts.errors import (
    ConfigurationFault,
    Conflict,
    IllegalTransition,
    NotFound,
    Unavailable,
    Unprocessable,
)
from runtime.http import Call, Nothing, Problem, Route, build_app

Data = Any
"""Whatever is sent."""
ERRORS: dict[str, Exception] = {
    "fault": ConfigurationFault("actions.2.condition", "Syntax error", 7),
    "missing": NotFound("there is no such thing"),
    "conflict": Conflict("already taken by ada"),
    "transition": IllegalTransition("closed", "offered"),
    "away": Unavailable("MongoDB: AutoReconnect"),
    "bug": Unprocessable("internal"),
    "teapot": Problem(HTTPStatus.IM_A_TEAPOT, "short and stout", headers={"X-Handle": "left"}),
    "http": web.HTTPForbidden(text="not you"),
}


class Small(Value):
    size: Literal["small"] = "small"
    number: int


class Large(Value):
    size: Literal["large"] = "large"
    numbers: tuple[int, ...]


class Body(Value):
    name: str
    parts: tuple[Annotated[Small | Large, Field(discriminator="size")], ...] = ()


class Query(Value):
    limit: Annotated[int, Field(le=10)] = 5


class Echo(Value):
    path: dict[str, str]
    body: Body | None = None
    limit: int | None = None


async def put(call: Call[Body, Nothing]) -> Echo:
    return Echo(path=dict(call.path), body=call.body)


async def get(call: Call[Nothing, Query]) -> Echo:
    return Echo(path=dict(call.path), limit=call.query.limit)


async def clear(_call: Call[Nothing, Nothing]) -> None:
    return None


async def plain(_call: Call[Nothing, Nothing]) -> web.Response:
    return web.Response(text="plain")


async def fail(call: Call[Nothing, Nothing]) -> None:
    raise ERRORS[call.path["how"]]


DONE: list[str] = []


class Door:
    """Lets in who has the key; the header X-Role says who they are. Sees `secret`, and says `said`."""

    async def authorize(self, request: web.Request) -> Principal:
        if request.headers.get("X-Key") != "yes":
            raise Problem(HTTPStatus.UNAUTHORIZED, "no key")
        role = Role(request.headers.get("X-Role", "admin"))
        return Principal(id="p", name="P", role=role, scopes=SCOPES_OF[role])

    def given(self, _principal: Principal, data: Data) -> Data:
        opened = {"sealed": "opened"}
        return {name: opened.get(str(value), value) for name, value in data.items()} if type(data) is dict else data

    async def admit(self, _route: Route[Any, Any], call: Call[Any, Any]) -> Call[Any, Any]:
        if call.path.get("id") == "theirs":
            raise NotFound("there is no such thing")
        return call

    def refusal(self, _principal: Principal, problem: Problem) -> Problem:
        return problem

    async def done(self, route: Route[Any, Any], call: Call[Any, Any], _answer: BaseModel | None) -> None:
        DONE.append(f"{route.audited}: {call.path['id']} by {call.principal.name}")

    def shown(self, _call: Call[Any, Any], answer: BaseModel) -> bytes:
        return answer.model_dump_json().replace("hidden", "***").encode()


ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="PUT", path="/things/{id}", handler=put, summary="s", tag="t", request=Body, status=HTTPStatus.CREATED
    ),
    Route(method="GET", path="/things/{id}", handler=get, summary="s", tag="t", query=Query),
    Route(method="DELETE", path="/things/{id}", handler=clear, summary="s", tag="t"),
    Route(method="GET", path="/plain", handler=plain, summary="s", tag="t", public=True),
    Route(method="GET", path="/fail/{how}", handler=fail, summary="s", tag="t"),
)


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    app = build_app(ROUTES, guard=Door(), max_body=1000)
    async with TestClient(TestServer(app), headers={"X-Key": "yes"}) as client:
        yield client


async def test_a_handler_gets_values_and_its_model_is_the_answer(client: TestClient[Any, Any]) -> None:
    body = {"name": "a", "parts": [{"size": "large", "numbers": [1, 2]}]}
    async with client.put("/things/7", json=body) as answer:
        assert (answer.status, await answer.json()) == (201, {"path": {"id": "7"}, "body": body, "limit": None})
    async with client.get("/things/7?limit=3") as answer:
        assert (await answer.json())["limit"] == 3
    async with client.delete("/things/7") as answer:
        assert (answer.status, await answer.read()) == (204, b"")
    async with client.get("/plain") as answer:
        assert await answer.text() == "plain"


async def test_only_public_routes_do_without_authorisation(client: TestClient[Any, Any]) -> None:
    async with client.get("/things/7", headers={"X-Key": "no"}) as answer:
        assert answer.status == 401
    async with client.get("/plain", headers={"X-Key": "no"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"name": "Field required"}),
        ({"name": 1}, {"name": "Input should be a valid string"}),
        ([], {"body": "Input should be a valid dictionary or instance of Body"}),
        (
            {"name": "a", "parts": [{"size": "small", "number": 1}, {"size": "small"}]},
            {"parts.2.number": "Field required"},
        ),
        (
            {"name": "a", "parts": [{"size": "large", "numbers": [1, "x"]}]},
            {"parts.1.numbers.2": "Input should be a valid integer, unable to parse string as an integer"},
        ),
        (
            {"parts": [{"size": "small", "number": 1, "small": 2}]},
            {"name": "Field required", "parts.1.small": "Extra inputs are not permitted"},
        ),
    ],
)
async def test_every_field_that_breaks_a_rule_is_named_as_the_client_wrote_it(
    client: TestClient[Any, Any], body: object, faults: dict[str, str]
) -> None:
    async with client.put("/things/7", json=body) as answer:
        problem = await answer.json()

    assert problem["status"] == 422
    assert {fault["field"]: fault["rule"] for fault in problem["errors"]} == faults


@pytest.mark.parametrize(
    ("how", "status", "detail"),
    [
        ("fault", 422, "actions.2.condition: Syntax error"),
        ("missing", 404, "there is no such thing"),
        ("conflict", 409, "already taken by ada"),
        ("transition", 409, "an interaction cannot go from closed to offered"),
        ("away", 503, "a service that this needs cannot be reached; try again"),
        ("bug", 500, "an error of ours, and logged: the instance below is what to look for"),
        ("teapot", 418, "short and stout"),
        ("http", 403, "not you"),
    ],
)
async def test_the_type_of_an_error_is_the_status_of_the_answer(
    client: TestClient[Any, Any], how: str, status: int, detail: str
) -> None:
    async with client.get(f"/fail/{how}") as answer:
        problem = await answer.json()

    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert (problem["title"], problem["detail"]) == (HTTPStatus(status).phrase, detail)
    assert problem["instance"].endswith(answer.headers["X-Correlation-ID"])


async def test_a_fault_has_its_place_an_outage_a_time_to_wait_and_a_problem_its_headers(
    client: TestClient[Any, Any],
) -> None:
    async with client.get("/fail/fault") as answer:
        errors = (await answer.json())["errors"]
    assert errors == [{"field": "actions.2.condition", "rule": "Syntax error", "position": 7}]
    async with client.get("/fail/away") as answer:
        assert int(answer.headers["Retry-After"]) > 0
    async with client.get("/fail/teapot") as answer:
        assert answer.headers["X-Handle"] == "left"


async def test_a_body_beyond_the_limit_is_refused(client: TestClient[Any, Any]) -> None:
    async with client.put("/things/7", json={"name": "x" * 2000}) as answer:
        assert (answer.status, answer.content_type) == (413, "application/problem+json")


async def test_the_content_type_must_be_json(client: TestClient[Any, Any]) -> None:
    async with client.put("/things/7", data={"name": "x"}) as answer:
        assert (answer.status, answer.content_type) == (415, "application/problem+json")


async def test_a_body_that_is_no_json_is_refused_with_the_place_of_the_fault(client: TestClient[Any, Any]) -> None:
    async with client.put("/things/7", data=b'{"name":\n x}', headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 400
        assert "line 2, column 2" in (await answer.json())["detail"]


async def test_who_calls_decides_what_is_opened_admitted_and_recorded() -> None:
    secret = Route(
        method="PUT", path="/secrets/{id}", handler=put, summary="s", tag="t", request=Body, audited="hidden"
    )
    known = Route(method="GET", path="/known/{id}", handler=get, summary="s", tag="t", query=Query, access=READING)
    async with TestClient(TestServer(build_app([secret, known], guard=Door()))) as client:
        admin, agent = {"X-Key": "yes"}, {"X-Key": "yes", "X-Role": "agent"}
        async with client.put("/secrets/7", json={"name": "sealed"}, headers=admin) as answer:
            assert (await answer.json())["body"]["name"] == "opened"
        async with client.put("/secrets/7", json={"name": "hidden"}, headers=agent) as answer:
            assert (answer.status, (await answer.json())["detail"]) == (403, "this is not for the role agent")
        assert DONE == ["hidden: 7 by P"]
        async with client.put("/secrets/8", json={"name": "hidden"}, headers=admin) as answer:
            assert (await answer.json())["body"]["name"] == "***"
        for name, status in (("7", 200), ("theirs", 404)):
            async with client.get(f"/known/{name}", headers=agent) as answer:
                assert answer.status == status
