"""The OpenAPI 3.1 document of a table of routes, made of the very models that the requests are checked with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from runtime.http.problems import MEDIA_TYPE, ProblemDocument
from runtime.http.routes import Route

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_WITH_TOKEN = (HTTPStatus.UNAUTHORIZED,)
_WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_WITH_INPUT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
_UPLOAD: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
_ALWAYS = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)


def openapi(routes: Sequence[Route[Any, Any]], title: str, version: str) -> Json:
    """The document that describes the routes."""
    schemas, definitions = models_json_schema(sorted(_models(routes), key=str), ref_template=REF)
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(routes: Sequence[Route[Any, Any]]) -> Iterator[tuple[type[BaseModel], Mode]]:
    found: set[tuple[type[BaseModel], Mode]] = {(ProblemDocument, "serialization")}
    for route in routes:
        found |= {(model, "validation") for model in (route.request, route.query) if model is not None}
        if route.response is not None:
            found.add((route.response, "serialization"))
    yield from found


def _operation(route: Route[Any, Any], schemas: Mapping[Any, Json]) -> Json:
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": dict(_responses(route, schemas)),
    }
    if route.request is not None:
        content = {"application/json": {"schema": schemas[route.request, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.upload:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
    if route.raw is not None:
        operation["requestBody"] = {"required": True, "content": {route.raw: {"schema": {"type": "string"}}}}
    if route.public:
        operation["security"] = []
    return operation


def _operation_id(route: Route[Any, Any]) -> str:
    return "_".join([route.method.lower(), *re.findall(r"\w+", route.path)])


def _path_parameters(route: Route[Any, Any]) -> Iterator[Json]:
    for name in _PARAMETER.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route[Any, Any]) -> Iterator[Json]:
    if route.query is None:
        return
    schema = route.query.model_json_schema(ref_template=REF)
    for name, description in schema.get("properties", {}).items():
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": description}


def _responses(route: Route[Any, Any], schemas: Mapping[Any, Json]) -> Iterator[tuple[str, Json]]:
    success: Json = {"description": route.status.phrase}
    if route.response is not None:
        success["content"] = {route.media_type: {"schema": schemas[route.response, "serialization"]}}
    elif route.media_type != "application/json":
        success["content"] = {route.media_type: {"schema": {"type": "string"}}}
    yield str(int(route.status)), success
    problem = {"schema": schemas[ProblemDocument, "serialization"]}
    for status in sorted(_problem_statuses(route)):
        yield str(int(status)), {"description": status.phrase, "content": {MEDIA_TYPE: problem}}


def _problem_statuses(route: Route[Any, Any]) -> set[HTTPStatus]:
    statuses = {*route.errors, *_ALWAYS}
    statuses |= set() if route.public else set(_WITH_TOKEN)
    statuses |= set(_WITH_BODY) if route.request or route.upload or route.raw else set()
    statuses |= set(_WITH_INPUT) if route.request or route.query else set()
    return statuses
