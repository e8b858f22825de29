"""HTTP for the gateway and the console: a table of typed routes, problem details (RFC 9457), and OpenAPI made of both.

problems   what went wrong, as `application/problem+json`
routes     `Route` and `build_app`: requests in and answers out as pydantic models
openapi    the document that describes a table of routes
"""

from runtime.http.openapi import openapi
from runtime.http.problems import FieldError, Problem, ProblemDocument, invalid
from runtime.http.routes import Call, Guard, Nothing, Route, build_app, checked

__all__ = [
    "Call",
    "FieldError",
    "Guard",
    "Nothing",
    "Problem",
    "ProblemDocument",
    "Route",
    "build_app",
    "checked",
    "invalid",
    "openapi",
]
