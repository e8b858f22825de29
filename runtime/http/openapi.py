"""The OpenAPI 3.1 document of a table of routes, made of the very models that the requests are checked with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from contracts.access import COOKIE, CSRF_HEADER, SAFE_METHODS
from runtime.http.problems import MEDIA_TYPE, ProblemDocument
from runtime.http.routes import Route

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_WITH_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_CSRF = "Goes with the cookie in every request that is no GET or HEAD: the field `csrf` of `GET /api/session`."
_SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The installation's token, or an API token."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by `POST /api/session`."},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": _CSRF},
}
_WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_WITH_INPUT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
_UPLOAD: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
_ALWAYS = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)


_Field = core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField


class _Schemas(GenerateJsonSchema):
    """Schemas that say what is true of answers: a field with a default is always there."""

    def field_is_required(self, field: _Field, total: bool) -> bool:
        if self.mode == "serialization":
            return field.get("serialization_exclude_if") is None
        return super().field_is_required(field, total)


def openapi(routes: Sequence[Route[Any, Any]], title: str, version: str) -> Json:
    """The document that describes the routes."""
    schemas, definitions = models_json_schema(
        sorted(_models(routes), key=str), ref_template=REF, schema_generator=_Schemas
    )
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "security": [{"bearer": []}, {"session": [], "csrf": []}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": _SCHEMES,
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
    else:
        operation |= _access(route)
    return operation


def _access(route: Route[Any, Any]) -> Json:
    """Who may; under a cookie, what only looks needs no proof that a page of ours asked for it."""
    roles = sorted(route.access.roles)
    said: Json = {"x-access": {"roles": roles, "scope": route.access.scope}}
    return said | ({"security": [{"bearer": []}, {"session": []}]} if route.method in SAFE_METHODS else {})


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
        # Several values of one parameter stand in one, with commas between.
        listed = {"style": "form", "explode": False} if description.get("type") == "array" else {}
        required = name in schema.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": description, **listed}


def _responses(route: Route[Any, Any], schemas: Mapping[Any, Json]) -> Iterator[tuple[str, Json]]:
    success: Json = {"description": route.status.phrase}
    if route.response is not None:
        success["content"] = {route.media_type: {"schema": schemas[route.response, "serialization"]}}
    elif route.media_type != "application/json":
        success["content"] = {route.media_type: {"schema": {"type": "string"}}}
    yield str(int(route.status)), success
    problem = {MEDIA_TYPE: {"schema": schemas[ProblemDocument, "serialization"]}}
    own = problem if route.error_media_type == MEDIA_TYPE else {route.error_media_type: {"schema": {"type": "string"}}}
    for status in sorted(_problem_statuses(route)):
        content = own if status in route.errors else problem
        yield str(int(status)), {"description": status.phrase, "content": content}


def _problem_statuses(route: Route[Any, Any]) -> set[HTTPStatus]:
    statuses = {*route.errors, *_ALWAYS}
    statuses |= set() if route.public else set(_WITH_TOKEN)
    statuses |= set(_WITH_BODY) if route.request or route.upload or route.raw else set()
    statuses |= set(_WITH_INPUT) if route.request or route.query else set()
    return statuses
