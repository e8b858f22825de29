"""A condition: compiled once, checked for everything that is certain beforehand, evaluated any number of times."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import cel

from contracts.errors import ConfigurationFault
from runtime.conditions.names import Names, Path, resolve
from runtime.conditions.tokens import scan
from runtime.conditions.vocabulary import samples

_FAULT = re.compile(r"^(?:.*: )?ERROR: <input>:(\d+):(\d+): (.*)$", re.MULTILINE)
_EXPECTED = re.compile(r" expecting \{.*\}$")
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (KeyError, "a key is missing"),
    (IndexError, "an index is out of range"),
    (TypeError, "an operation does not fit the types of its operands"),
    (ZeroDivisionError, "division by zero"),
    (OverflowError, "a number is out of range"),
    (RuntimeError, "a function does not fit its arguments"),
    (ValueError, "a value cannot be used in a condition"),
)
_ERRORS = tuple(error for error, _ in _REASONS)


@dataclass(frozen=True, slots=True)
class Failed:
    """An evaluation that came to no result, and why, in words that hold none of the values."""

    reason: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition. `paths` are what it reads: a variable and a field of it, or None for the whole."""

    source: str
    paths: frozenset[Path]
    program: cel.Program

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it reads."""
        return frozenset(variable for variable, _ in self.paths)

    @property
    def texts(self) -> frozenset[str]:
        """What stands in it in quotes."""
        literals = (token.literal() for token in scan(self.source) if token.kind == "string")
        return frozenset(literal for literal in literals if isinstance(literal, str))

    def reads(self, variable: str, field: str) -> bool:
        """Whether it may look at this field."""
        return (variable, field) in self.paths or (variable, None) in self.paths

    def evaluate(self, values: dict[str, Any]) -> bool | Failed:
        """Whether it holds for these values of its variables (and of `interval`, a function of an interval's name).

        Moments must have a fixed offset (`datetime.timezone`), not a `ZoneInfo`, which the library cannot take.
        """
        try:
            result = self.program.execute(values)
        except _ERRORS as error:
            return Failed(next(reason for kind, reason in _REASONS if isinstance(error, kind)))
        return result if isinstance(result, bool) else Failed("the result is neither true nor false")


def compile_condition(source: str, intervals: Collection[str] = (), where: str = "condition") -> Condition:
    """The condition with this source, which may ask for these intervals by name.

    Raises:
        ConfigurationFault: it is not CEL, names something unknown, uses a regular expression that is not literal or not
            fit, or can never come to true or false. `field` is `where`, `position` the place in the source from 1.
    """
    program = _compile(source, where)
    names = resolve(program, where, intervals)
    _try_out(program, names, where)
    return Condition(source, names.paths, program)


def _compile(source: str, where: str) -> cel.Program:
    try:
        return cel.compile(source)
    except ValueError as error:
        faults = _FAULT.findall(str(error))
    if not faults:
        raise ConfigurationFault(where, "cannot be understood", 1)
    # An incomplete expression is reported twice: where it begins, and, as a syntax error, where it breaks off.
    line, column, detail = next((fault for fault in faults if fault[2].startswith("Syntax error")), faults[0])
    before = source.split("\n")[: int(line) - 1]
    raise ConfigurationFault(where, _sentence(detail), sum(len(text) + 1 for text in before) + int(column))


def _sentence(detail: str) -> str:
    if "Recursion limit" in detail:
        return "is nested too deeply"
    return _EXPECTED.sub("", detail).replace("'<EOF>'", "the end").replace("<EOF>", "the end")


def _try_out(program: cel.Program, names: Names, where: str) -> None:
    queues = frozenset(name for variable, name in names.paths if variable == "queue" and name is not None)
    faults = [_certain_fault(program, names, values) for values in samples(queues)]
    if all(faults):
        raise ConfigurationFault(where, str(faults[0]), 1)


def _certain_fault(program: cel.Program, names: Names, values: dict[str, Any]) -> str | None:
    """Why the condition cannot hold or not hold for these values, where that does not hang on the values themselves."""
    try:
        result = program.execute(values)
    except TypeError:
        return None if names.lazy or names.varying else "an operation does not fit the types of its operands"
    except RuntimeError as error:
        certain = "Undefined" in str(error) and not names.lazy and not names.varying
        return "a function does not fit its arguments" if certain else None
    except _ERRORS:
        return None
    return None if names.varying or isinstance(result, bool) else "must come to true or false"
