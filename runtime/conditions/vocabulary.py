"""What a condition may name: variables with their fields, functions and methods, each variable with sample values.

The router's providers of these values are held to this table by a test.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

_MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=timezone(timedelta(hours=1)))

FIGURES = {"waiting": 3, "agents_available": 2, "agents_logged_in": 3}


class _ByName(dict[str, Any]):
    """A mapping that has every name, each with the same shape."""

    def __init__(self, shape: Mapping[str, Any]) -> None:
        super().__init__({"": shape})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> Mapping[str, Any]:
        shape: Mapping[str, Any] = self[""]
        return shape


VARIABLES: Mapping[str, Any] = {
    "message": {
        "text": "Hello",
        "type": "text",
        "payload": "",
        "media": {
            "kind": "image",
            "media_id": "1",
            "url": "https://media.example/1",
            "mime_type": "image/png",
            "sha256": "",
            "filename": "a.png",
            "caption": "",
            "animated": False,
        },
        "context": {
            "message_id": "wamid.1",
            "sender": "+390000001",
            "forwarded": False,
            "frequently_forwarded": False,
            "product": None,
        },
        "is_first": True,
        "timestamp": _MOMENT,
    },
    "contact": {"id": "l:1", "number": "+390000000", "name": "Ada", "tags": ["vip"], "attributes": {}, "lists": ["A"]},
    "account": {"key": "ACME", "name": "Acme", "attributes": {}},
    "interaction": {
        "id": "i1",
        "tags": ["vip"],
        "attributes": {},
        "opened": _MOMENT,
        "message_count": 1,
        "previous_agent": "a1",
    },
    "queue": _ByName(FIGURES),
    "now": _MOMENT,
}
"""Every variable with a sample value, which also says its shape: a filled mapping has these fields and no others, an
empty one has any, a list has elements, everything else has none."""

ABSENT: Mapping[str, Any] = {
    **VARIABLES,
    "message": {**VARIABLES["message"], "media": None, "context": None, "is_first": False},
    "contact": {**VARIABLES["contact"], "number": None},
    "interaction": {**VARIABLES["interaction"], "previous_agent": None},
}
"""The same where what may be absent is."""

KEYWORDS = frozenset({"true", "false", "null", "in"})
MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "map", "filter"})
MAX_NESTED_MACROS = 2
"""A macro in a macro in a macro is work to the third power of its lists, for every message."""

FUNCTIONS = frozenset(
    {"has", "interval", "size", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "dyn", "type"}
)
METHODS = frozenset(
    {
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
        "getHours",
        "getMinutes",
        "getSeconds",
        "getMilliseconds",
    }
)
"""Months, days of the week (0 = Sunday) and `getDayOfMonth` count from 0, `getDate` from 1: CEL's definition."""


def samples(queues: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """Contexts to try a condition with; the queues that it names are there."""
    figures = dict.fromkeys(queues, FIGURES)
    return tuple({**values, "queue": figures, "interval": lambda _name: True} for values in (VARIABLES, ABSENT))
