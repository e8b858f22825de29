"""Contacts and the lists that they are kept in (domain, section 2)."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from contracts.base import Count, Id, Name, Value, e164, number_of
from contracts.errors import ConfigurationFault

MOST_KEY = 256
MOST_NAME = 500
MOST_TAGS = 100
MOST_ATTRIBUTES = 100
MOST_DEPTH = 8
MOST_TEXT = 4096
WHOLE_NUMBERS = range(-(2**63), 2**63)
TAG_SEPARATOR = "|"

_ATTRIBUTE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ContactList(Value):
    """A list of contacts."""

    id: Id
    name: Name


class Contact(Value):
    """A customer. `key` is what the provider calls them, opaque; `number` is E.164 where the key stands for one.

    `merged_keys` are the keys of the contacts that were merged into this one: who writes under one of them is this
    contact. `revision` grows with every change that a person or an import makes.
    """

    id: str
    list_id: Id
    key: Annotated[str, Field(min_length=1)]
    number: str | None = None
    name: str = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = Field(default_factory=dict)
    merged_keys: tuple[str, ...] = ()
    revision: Count = 0


def contact_id(list_id: str, contact_key: str) -> str:
    """The id of a contact: one per list and key, so that it can only be created once."""
    return f"{list_id}:{contact_key}"


def identity(key: str, number: str = "") -> tuple[str, str | None]:
    """The key and the number of a contact that is given by one or both of them.

    A key that is a number is written as those of messages are, in E.164. Any other is taken as it is, to the letter.

    Raises:
        ConfigurationFault: neither is given, one of them is not well formed, or they are two numbers.
    """
    given = _number("number", number) if number else None
    if not key.strip():
        if given is None:
            raise ConfigurationFault("key", "is required, unless there is a number")
        return given, given
    known = _number("key", key) if key.startswith("+") else None
    if known is None:
        _check_opaque(key)
    if known is not None and given not in {None, known}:
        raise ConfigurationFault("number", "is another one than the key, which is a number itself")
    return known or key, known or given


def _number(field: str, number: str) -> str:
    try:
        return e164(number)
    except ValueError as error:
        raise ConfigurationFault(field, str(error)) from None


def _check_opaque(key: str) -> None:
    if number_of(key) is not None:
        raise ConfigurationFault(
            "key", "a number has a plus and its country code: no message would come under this key"
        )
    if len(key) > MOST_KEY:
        raise ConfigurationFault("key", f"has more than {MOST_KEY} characters")
    if not key.isprintable():
        raise ConfigurationFault("key", "holds characters that cannot be printed")


def one_of_each(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags in their order, each once."""
    return tuple(dict.fromkeys(tags))


def well_named(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes that conditions and templates can name, and that the database can keep.

    Raises:
        ValueError: they are not.
    """
    for name, value in attributes.items():
        if not _ATTRIBUTE.fullmatch(name):
            raise ValueError("names are of letters, digits, underscores and hyphens, at most 64 of them")
        _storable(value, MOST_DEPTH)
    return attributes


def _storable(value: object, depth: int) -> None:
    if depth == 0:
        raise ValueError(f"values may be nested {MOST_DEPTH} deep at most")
    match value:
        case int() if value not in WHOLE_NUMBERS:
            raise ValueError("whole numbers must fit into 64 bits")
        case str() if len(value) > MOST_TEXT or "\0" in value:
            raise ValueError(f"texts have {MOST_TEXT} characters at most, and none of them is NUL")
        case dict():
            _storable([*value, *value.values()], depth)
        case list():
            for part in value:
                _storable(part, depth - 1)
        case _:
            pass


Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^|\x00-\x1f]+$"),
]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS), AfterValidator(one_of_each)]
Attributes = Annotated[dict[str, Any], Field(max_length=MOST_ATTRIBUTES), AfterValidator(well_named)]


class ContactFields(Value):
    """What may be changed in a contact."""

    name: Annotated[str, Field(max_length=MOST_NAME)] = ""
    tags: Tags = ()
    attributes: Attributes = Field(default_factory=dict)
