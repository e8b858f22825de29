"""Changes to some fields of a resource: JSON merge patches (RFC 7396). Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import RootModel


class Patch(RootModel[dict[str, Any]]):
    """A JSON merge patch (RFC 7396): what it names is replaced, `null` takes the default, all else stays."""


def merged(stored: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The stored fields with a merge patch laid over them (RFC 7396)."""
    result = dict(stored)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result
