"""The API as a whole: who gets in, how it fails, and that its document describes it completely."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr
from structlog.testing import capture_logs

from console.app import build_console, console_routes
from contracts.errors import SetupFault
from runtime.store.presence import PresenceStore
from tests.console.conftest import TOKEN, Console, Json, account_fields

PUBLIC = {
    ("GET", "/api/openapi.json"),
    ("POST", "/api/session"),
    ("GET", "/v/{token}"),
    ("POST", "/video/callbacks/{token}"),
}


async def test_every_route_that_is_not_public_refuses_whoever_has_no_token(console: Console) -> None:
    routes = console_routes(console.dependencies)
    assert {(route.method, route.path) for route in routes} > PUBLIC
    for route in routes:
        path = re.sub(r"\{\w+\}", "x", route.path)
        async with console.client.request(route.method, path) as response:
            refused = response.status == 401
        assert refused == ((route.method, route.path) not in PUBLIC), route


@pytest.mark.parametrize(
    "given", ["Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer", f"Bearer {TOKEN}x", "Bearer \u00e4\u00f6"]
)
async def test_a_wrong_token_is_refused_with_a_challenge(console: Console, given: str) -> None:
    refused = await console.call("GET", "/api/accounts", headers={"Authorization": given})

    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert TOKEN not in refused.text


async def test_an_empty_token_is_a_fault_of_the_installation(console: Console) -> None:
    with pytest.raises(SetupFault, match="SWITCHBOARD_CONSOLE_TOKEN"):
        build_console(replace(console.dependencies, token=SecretStr("")))


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/api/nothing", {}, 404),
        ("PATCH", "/api/accounts", {}, 405),
        ("POST", "/api/accounts", {"data": b'{"name": ', "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "/api/accounts", {"data": b"\xff", "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "/api/accounts", {"data": b'{"a": NaN}', "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "/api/accounts", {"data": b"", "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "/api/accounts", {"data": b"[1]", "headers": {"Content-Type": "application/json"}}, 422),
        ("POST", "/api/accounts", {"data": {"name": "x"}}, 415),
        (
            "POST",
            "/api/lists",
            {"data": BytesIO(b" " * 5_000_000), "headers": {"Content-Type": "application/json"}},
            413,
        ),
    ],
)
async def test_whatever_goes_wrong_is_a_problem_document(
    console: Console, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = await console.call(method, path, **options)

    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["detail"]
    assert problem["instance"] == f"urn:correlation:{answer.headers['X-Correlation-ID']}"


async def test_a_method_that_a_path_does_not_know_gets_the_ones_that_it_does(console: Console) -> None:
    answer = await console.call("DELETE", "/api/accounts")

    assert answer.headers["Allow"] == "GET,POST"


async def test_an_error_of_ours_is_logged_and_not_shown(shop: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("internal detail")

    monkeypatch.setattr(PresenceStore, "get", broken)
    with capture_logs() as logs:
        answer = await shop.call("GET", "/api/agents/ada/state")

    assert answer.status == 500
    assert "internal detail" not in answer.text
    (line,) = (line for line in logs if line["event"] == "http.failed")
    assert line["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert isinstance(line["exc_info"], ZeroDivisionError)


async def test_the_document_is_open_to_all_and_describes_every_route(console: Console) -> None:
    async with console.client.get("/api/openapi.json") as response:
        assert response.status == 200
        document = await response.json()

    described = {(m.upper(), path) for path, operations in document["paths"].items() for m in operations}
    assert described == {(route.method, route.path) for route in console_routes(console.dependencies)}
    assert document["openapi"].startswith("3.1.")
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] and operation["tags"] for operation in operations)


async def test_every_reference_in_the_document_resolves_and_every_schema_is_valid(console: Console) -> None:
    document = (await console.call("GET", "/api/openapi.json")).json

    references = set(found(document, "$ref"))
    assert references
    for reference in references:
        prefix, _, name = reference.rpartition("/")
        assert prefix == "#/components/schemas"
        assert name in document["components"]["schemas"]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_the_document_says_parameters_bodies_problems_and_who_needs_a_token(console: Console) -> None:
    document = (await console.call("GET", "/api/openapi.json")).json
    update = document["paths"]["/api/accounts/{id}"]["put"]
    listing = document["paths"]["/api/accounts"]["get"]

    sheet = document["paths"]["/api/lists/{id}/imports"]["post"]["requestBody"]
    assert sheet == {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
    assert document["security"] == [{"bearer": []}, {"session": [], "csrf": []}]
    schemes = document["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "bearer": "http",
        "session": "apiKey",
        "csrf": "apiKey",
    }
    assert listing["security"] == [{"bearer": []}, {"session": []}]
    assert "security" not in update
    assert update["x-access"] == {"roles": ["admin"], "scope": "configure"}
    assert document["paths"]["/api/openapi.json"]["get"]["security"] == []
    assert [(p["name"], p["in"], p["required"]) for p in update["parameters"]] == [("id", "path", True)]
    assert [p["name"] for p in listing["parameters"]] == ["search", "sort", "limit", "cursor"]
    body = update["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/AccountInput"}
    assert {"200", "400", "401", "403", "404", "409", "413", "415", "422", "500", "503"} == update["responses"].keys()
    assert update["responses"]["409"]["content"].keys() == {"application/problem+json"}
    view = document["components"]["schemas"]["AccountView"]["properties"]
    assert "secrets" not in view
    assert {"secrets_set", "webhook_url", "warnings"} <= view.keys()


async def test_answers_are_what_the_document_says(shop: Console) -> None:
    document = (await shop.call("GET", "/api/openapi.json")).json

    def conforms(path: str, method: str, status: str, answer: Json) -> None:
        (content,) = document["paths"][path][method]["responses"][status]["content"].values()
        Draft202012Validator({**content["schema"], "components": document["components"]}).validate(answer)

    account = await shop.account(actions=[{"action": "Queue", "queue": "support", "timeout": 5}])
    conforms("/api/accounts", "post", "201", account)
    conforms("/api/accounts", "get", "200", (await shop.call("GET", "/api/accounts")).json)
    conforms("/api/queues/{id}", "get", "200", (await shop.call("GET", "/api/queues/support")).json)
    conforms("/api/agents/{id}/state", "get", "200", (await shop.call("GET", "/api/agents/ada/state")).json)
    conforms("/api/providers", "get", "200", (await shop.call("GET", "/api/providers")).json)
    conforms("/api/accounts", "post", "422", (await shop.call("POST", "/api/accounts", account_fields())).json)


async def test_providers_are_listed_with_their_forms(console: Console) -> None:
    items = (await console.call("GET", "/api/providers")).json["items"]

    assert [item["name"] for item in items] == ["kaleyra", "meta", "sinch", "twilio"]
    twilio = {field["name"]: field for field in items[-1]["fields"]}
    assert (twilio["account_sid"]["secret"], twilio["auth_token"]["secret"]) == (False, True)
    assert twilio["auth_token"]["label"] == "Auth token"


def found(value: Json, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get(key), str):
            yield value[key]
        for below in value.values():
            yield from found(below, key)
    elif isinstance(value, list):
        for below in value:
            yield from found(below, key)
