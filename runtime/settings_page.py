"""The page of all settings: `python -m runtime.settings_page` writes it, `make docs` keeps it in `docs/settings.md`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from runtime.settings import Settings

INTRODUCTION = """\
# Settings

Made by `make docs` from `runtime/settings.py`: change it there, not here.

Every process reads its settings from the environment, once, when it starts. A variable that is empty counts as not set.
One that is wrong stops the process with exit code 2 and a sentence that names it. A variable that is not in this table
is ignored. All processes of an installation get the same values; only `SWITCHBOARD_PORT` and `SWITCHBOARD_HEALTH_PORT`
differ where several of them share an address.

`switchboard up` chooses the ports itself. It arranges a broker, a database, the public URL, the key file and the token
file too, each unless the environment sets it.

| variable | type | default | description |
|---|---|---|---|
"""
WORDS: dict[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    SecretStr: "secret",
    Path: "path",
}
BOUNDS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "min_length": "characters: at least",
}


def settings_page() -> str:
    """The page in Markdown, one line a setting in the order of `Settings`."""
    return INTRODUCTION + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def variable_of(name: str, field: FieldInfo) -> str:
    """The environment variable that sets a field."""
    if isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


def _row(name: str, field: FieldInfo) -> str:
    cells = (f"`{variable_of(name, field)}`", _type(field), _default(field.default), field.description or "")
    return f"| {' | '.join(cells)} |\n"


def _type(field: FieldInfo) -> str:
    return ", ".join([_word(field.annotation), *_bounds(field.metadata)])


def _word(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is Union or NoneType in get_args(annotation):
        return " or ".join(_word(part) for part in get_args(annotation) if part is not NoneType)
    return WORDS[annotation]


def _bounds(metadata: list[Any]) -> Iterator[str]:
    for attribute, words in BOUNDS.items():
        for constraint in metadata:
            bound = getattr(constraint, attribute, None)
            if bound is not None:
                yield f"{words} {bound}"


def _default(default: object) -> str:
    # A secret's default stands in the source for everybody to read: it is an address on this machine, or there is none.
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    return "none" if value is None else f"`{re.sub(r'[|]', '&#124;', str(value))}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
