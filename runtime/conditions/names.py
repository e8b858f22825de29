"""Who is meant by each name in a condition: variables, their fields, functions, and what macros bind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import cel

from contracts.errors import ConfigurationFault
from runtime.conditions.patterns import fault_of
from runtime.conditions.tokens import Token, scan
from runtime.conditions.vocabulary import (
    FUNCTIONS,
    KEYWORDS,
    MACROS,
    MAX_NESTED_MACROS,
    METHODS,
    VARIABLES,
)

Path = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition reads.

    `paths` are the variables with the field that is read (`message`, `text`), or with None where they are read as a
    whole. `varying` says that the type of the result may depend on values; `lazy` that a part may go unevaluated.
    """

    paths: frozenset[Path]
    varying: bool
    lazy: bool


def resolve(program: cel.Program, where: str, intervals: Collection[str]) -> Names:
    """What the names in a program's source stand for.

    Raises:
        ConfigurationFault: a name, a field, a function, an interval or a regular expression is not known or not
            allowed; `position` is that of the word.
    """
    unexpanded = MACROS.intersection(program.functions())
    resolver = _Resolver(scan(program.source), where, intervals, unexpanded)
    resolver.run()
    signs = {token.text for token in resolver.tokens if token.kind == "sign"}
    return Names(
        paths=frozenset(resolver.paths),
        varying="?" in signs or resolver.indexed,
        lazy=bool(signs & {"?", "&&", "||"}) or resolver.macros,
    )


@dataclass(slots=True)
class _Resolver:
    tokens: list[Token]
    where: str
    intervals: Collection[str]
    unexpanded: frozenset[str]
    paths: set[Path] = field(default_factory=set)
    scopes: list[str | None] = field(default_factory=list)
    indexed: bool = False
    macros: bool = False

    def run(self) -> None:
        for at, token in enumerate(self.tokens):
            if token.kind == "name":
                self._name(at, token)
            elif token.text in {"(", "[", "{"}:
                self._open(at, token)
            elif token.text in {")", "]", "}"}:
                self.scopes.pop()
            elif token.text == "." and not self._before(at).ends_operand:
                raise self._fault(token, "a name may not begin with a dot")

    def _before(self, at: int) -> Token:
        return self.tokens[at - 1]  # at the very beginning this is the empty word at the end: neither ends an operand

    def _fault(self, token: Token, rule: str) -> ConfigurationFault:
        return ConfigurationFault(self.where, rule, token.position)

    def _open(self, at: int, token: Token) -> None:
        bound = None
        if token.text == "(" and self._before(at).text in MACROS and self._before(at - 1).text == ".":
            bound = self.tokens[at + 1].text
        if token.text == "[" and self._before(at).ends_operand and not self._literal_index(at):
            self.indexed = True
        self.scopes.append(bound)

    def _literal_index(self, at: int) -> bool:
        return self.tokens[at + 1].kind == "string" and self.tokens[at + 2].text == "]"

    def _name(self, at: int, token: Token) -> None:
        if token.text in KEYWORDS:
            return
        called = self.tokens[at + 1].text == "("
        if self._before(at).text == ".":
            if called:
                self._method(at, token)
        elif called:
            self._function(at, token)
        elif self.tokens[at + 1].text == "{":
            raise self._fault(token, f"{token.text}{{…}} cannot be built here")
        elif token.text not in self.scopes:
            self._variable(at, token)

    def _method(self, at: int, token: Token) -> None:
        if token.text in MACROS:
            self._macro(at, token)
        elif token.text not in METHODS:
            raise self._fault(token, f"unknown function {token.text}")
        elif token.text == "matches":
            self._pattern(at, token)

    def _macro(self, at: int, token: Token) -> None:
        self.macros = True
        if token.text in self.unexpanded:
            raise self._fault(token, f"{token.text} takes a name and an expression")
        if sum(scope is not None for scope in self.scopes) >= MAX_NESTED_MACROS:
            raise self._fault(token, f"macros may be nested {MAX_NESTED_MACROS} deep at most")

    def _pattern(self, at: int, token: Token) -> None:
        pattern = self._argument(at)
        if pattern is None:
            raise self._fault(token, "matches takes one regular expression in quotes")
        if rule := fault_of(pattern):
            raise self._fault(self.tokens[at + 2], rule)

    def _function(self, at: int, token: Token) -> None:
        if token.text not in FUNCTIONS:
            raise self._fault(token, f"unknown function {token.text}")
        if token.text != "interval":
            return
        interval = self._argument(at)
        if interval is None:
            raise self._fault(token, "interval takes the name of one interval in quotes")
        if interval not in self.intervals:
            raise self._fault(self.tokens[at + 2], f"there is no interval {interval!r}")

    def _argument(self, at: int) -> str | None:
        """The one argument of the call whose name stands at `at`, when it is a text in quotes."""
        if self.tokens[at + 2].kind != "string" or self.tokens[at + 3].text != ")":
            return None
        value = self.tokens[at + 2].literal()
        return value if isinstance(value, str) else None

    def _variable(self, at: int, token: Token) -> None:
        if token.text not in VARIABLES:
            raise self._fault(token, f"unknown variable {token.text}")
        path = [token.text]
        shape: Any = VARIABLES[token.text]
        while (selected := self._selected(at + 1)) and shape != {}:
            name, word = selected
            self._check_field(path, shape, selected)
            shape = shape[name]
            path.append(name)
            at += 2 if word.kind == "name" else 3
        self.paths.add((path[0], path[1] if len(path) > 1 else None))

    def _check_field(self, path: list[str], shape: object, selected: tuple[str, Token]) -> None:
        name, word = selected
        whole = ".".join(path)
        if isinstance(shape, list):
            raise self._fault(word, f"{whole} is a list and has no {name}")
        if not isinstance(shape, Mapping):
            raise self._fault(word, f"{whole} has no fields")
        if name not in shape:
            raise self._fault(word, f"{whole} has no field {name}")

    def _selected(self, at: int) -> tuple[str, Token] | None:
        """The key that is selected by the dot or bracket at `at`, and its word; None for a call or anything else."""
        sign, word, behind = self.tokens[at : at + 3]
        if sign.text == "." and behind.text != "(":
            return word.text, word
        if sign.text == "[" and self._literal_index(at):
            key = word.literal()
            return (key, word) if isinstance(key, str) else None
        return None
