"""Customers' numbers, kept from those who are not to see them. Pure.

A number becomes `***4567~TOKEN`: what a person reads stands before the `~`, and the whole may be used wherever the
number could be (in paths, in queries, as the contact to write to), for only we can open the token. The number of an
answer's customer is hidden wherever it stands in that answer: in ids, in names, in texts. Ids of Meta's messages hold
the number in base64 and become tokens altogether; so do cursors.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from runtime.crypto import Sealer

PURPOSE = "masked numbers"
SHOWN_DIGITS = 4
Json = Any
"""A value as JSON has it."""

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ID_WITHNUMBER = re.compile(r"[A-Za-z0-9_.-]{1,64}:(\+[1-9][0-9]{6,14})")
_CANDIDATE = re.compile(r"(?<!\d)\+?\d(?:[\s().-]{0,3}\d){6,17}(?!\d)")
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]+")
_TOKEN = re.compile(r"(?:\*{3}\d{0,4})?~([A-Za-z0-9_-]{22,})")
_NO_CUSTOMERS = frozenset({"phone"})
"""Fields with numbers of ours."""
_NAMES = frozenset({"id", "interaction", "contact", "contact_key", "contact_id", "reply_to", "message_id", "cursor"})
"""Fields, in paths, queries and bodies, in which somebody may name what was shown to them under a token."""


class Veil:
    """Hides numbers in answers, and finds them again in what is sent."""

    def __init__(self, sealed: Sealer) -> None:
        self._sealed = sealed

    def hidden(self, answer: Json, customers: Collection[str] = ()) -> Json:
        """An answer without numbers: those that stand in it by themselves, and those of these customers."""
        known = {_digits(number) for number in (*customers, *_numbers(answer))} - {""}
        return _mapped(answer, lambda name, text: self._field(name, text, known))

    def sentence(self, text: str) -> str:
        """A sentence of ours without any number that may be a customer's."""
        return NUMBER.sub(lambda match: self._shown(match[0]), _WAMID.sub(self._token, text))

    def opened(self, data: Json) -> Json:
        """What somebody sent, with what they named under a token by its real name."""
        return _mapped(data, lambda name, text: _TOKEN.sub(self._opened, text) if name in _NAMES else text)

    def _field(self, name: str, text: str, known: Collection[str]) -> str:
        if name == "cursor":
            return f"~{self._sealed.seal(text)}"
        if name in _NO_CUSTOMERS:
            return text
        masked = _WAMID.sub(self._token, text) if "wamid." in text else text
        return _CANDIDATE.sub(lambda match: self._candidate(match[0], known), masked) if known else masked

    def _candidate(self, text: str, known: Collection[str]) -> str:
        digits = _digits(text)
        if digits in known:
            return self._shown(f"+{digits}")
        return "***" if any(number in digits for number in known) else text

    def _shown(self, number: str) -> str:
        return f"***{number[-SHOWN_DIGITS:]}~{self._sealed.seal(number)}"

    def _token(self, match: re.Match[str]) -> str:
        return f"~{self._sealed.seal(match[0])}"

    def _opened(self, match: re.Match[str]) -> str:
        return self._sealed.open(match[1]) or match[0]


def _numbers(value: Json, name: str = "") -> Iterator[str]:
    """Every number that stands in a field by itself, or behind the colon of an id."""
    if isinstance(value, dict):
        for field, part in value.items():
            yield from _numbers(part, field)
    elif isinstance(value, list):
        for part in value:
            yield from _numbers(part, name)
    elif isinstance(value, str) and name not in _NO_CUSTOMERS:
        if NUMBER.fullmatch(value):
            yield value
        elif found := _ID_WITHNUMBER.fullmatch(value):
            yield found[1]


def _mapped(value: Json, change: Callable[[str, str], str], name: str = "") -> Json:
    """A value with every text in it changed; `change` also gets the field that it stands in."""
    if isinstance(value, dict):
        return {field: _mapped(part, change, field) for field, part in value.items()}
    if isinstance(value, list):
        return [_mapped(part, change, name) for part in value]
    return change(name, value) if isinstance(value, str) else value


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
