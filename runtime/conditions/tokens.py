"""The words of a CEL source with their places, to tell where a fault stands. Only sources that compile come here."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

import cel

TokenKind = Literal["string", "number", "name", "sign"]

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | //[^\n]* )
    | (?P<string>
        (?: [rR][bB]? | [bB][rR] )
            (?: \"\"\"[\s\S]*?\"\"\" | '''[\s\S]*?''' | "[^"\n]*" | '[^'\n]*' )
      | [bB]?
            (?: \"\"\"(?:\\[\s\S]|[^\\])*?\"\"\" | '''(?:\\[\s\S]|[^\\])*?'''
              | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
      )
    | (?P<number> 0x[0-9a-fA-F]+u? | (?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?u? )
    | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<sign> && | \|\| | [=!<>]= | [\s\S] )
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One word: `position` is that of its first character, counted from 1."""

    kind: TokenKind
    text: str
    position: int

    def literal(self) -> object:
        """What a string token stands for, escapes resolved: text or bytes."""
        value: object = cel.compile(self.text).execute()
        return value

    @property
    def ends_operand(self) -> bool:
        """Whether a dot or a bracket behind this word selects from it."""
        return self.text in {")", "]", "}"} or (self.kind != "sign" and self.text != "in")


END = Token("sign", "", 0)


def scan(source: str) -> list[Token]:
    """The words of a source, without blanks and comments, closed by four empty ones so that looking ahead is safe."""
    return [*_words(source), END, END, END, END]


def _words(source: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(source):
        if found.lastgroup != "blank":
            yield Token(cast("TokenKind", found.lastgroup), found.group(), found.start() + 1)
