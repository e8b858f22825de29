"""The OpenAPI document of the console, without a running console: `python -m console.openapi_document`.

The web client's types are made of it (`npm run api` in console/web).
"""

import sys
from typing import cast

import orjson

from console.app import TITLE, console_routes, installed_version
from console.dependencies import ConsoleDependencies
from runtime.http import openapi


class _Described:
    """Stands for every dependency: routes that are only described call none."""

    def __getattr__(self, name: str) -> "_Described":
        return _Described()

    def __call__(self, *_arguments: object, **_named: object) -> "_Described":
        return _Described()


def document() -> bytes:
    """The document as indented JSON with sorted keys, so that two of them can be compared line by line."""
    routes = console_routes(cast("ConsoleDependencies", _Described()))
    described = openapi(routes, TITLE, installed_version())
    return orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    sys.stdout.buffer.write(document())
