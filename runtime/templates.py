"""Texts with variables, as admins write them for automatic replies: `Hello {contact.name|there}`.

A variable stands in braces and is one of `VARIABLES`, or an attribute behind one of `ATTRIBUTES`; what follows a bar is
said instead where it has no value. Two braces mean one: `{{` and `}}`. There is nothing else: no expressions, no calls.
A value is put in as it is and never looked at again, so nothing that a customer wrote can be a variable. Pure.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.errors import ConfigurationFault

VARIABLES = frozenset(
    {
        "account.key",
        "account.name",
        "contact.name",
        "contact.number",
        "interaction.id",
        "now.date",
        "now.time",
    }
)
ATTRIBUTES = ("account.attributes.", "contact.attributes.", "interaction.attributes.")

_PART = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<name>[^{}|]*)(?:\|(?P<default>[^{}]*))?\}|(?P<stray>[{}])")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A place for a value. `default` is said where there is none."""

    name: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text that was checked, in parts."""

    source: str
    parts: tuple[str | Variable, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in it."""
        return frozenset(part.name for part in self.parts if isinstance(part, Variable))

    def render(self, value_of: Callable[[str], object]) -> str:
        """The text with the values that `value_of` gives for the names of its variables."""
        return "".join(
            part if isinstance(part, str) else _said(value_of(part.name)) or part.default for part in self.parts
        )


def compile_template(source: str, where: str = "text") -> Template:
    """The template with this source.

    Raises:
        ConfigurationFault: a brace stands alone, or a variable is not known. `field` is `where`, `position` the place
            of the brace in the source, counted from 1.
    """
    return Template(source, tuple(_parts(source, where)))


def _parts(source: str, where: str) -> Iterator[str | Variable]:
    at = 0
    for found in _PART.finditer(source):
        if found.start() > at:
            yield source[at : found.start()]
        yield found["brace"][0] if found["brace"] else _variable(found, where)
        at = found.end()
    if at < len(source):
        yield source[at:]


def _variable(found: re.Match[str], where: str) -> Variable:
    position = found.start() + 1
    if found["stray"]:
        raise ConfigurationFault(where, "a brace stands alone: write it twice to mean it", position)
    name = found["name"].strip()
    if not _known(name):
        raise ConfigurationFault(where, f"unknown variable {name}", position)
    return Variable(name, (found["default"] or "").strip())


def _known(name: str) -> bool:
    for prefix in ATTRIBUTES:
        if name.startswith(prefix):
            return _ATTRIBUTE.fullmatch(name.removeprefix(prefix)) is not None
    return name in VARIABLES


def _said(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return ""
