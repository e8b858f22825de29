"""Phone numbers and the customer's name, hidden under placeholders before a text leaves, and put back into the answer.

Whatever has seven digits or more, with the signs between them that numbers are written with, counts as a phone number:
dates and order numbers are hidden with them, which does no harm. Of names only the contact's own is known. Pure.
"""

import re
from collections.abc import Callable

LEAST_PART = 2
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){6,}")
_PLACEHOLDER = re.compile(r"\[(?:name|number) \d+\]", re.IGNORECASE)


class Mask:
    """The hidden parts of one request.

    Args:
        name: the customer's; it and each of its words are hidden. None: there is none, or it may be known.
        numbers: whether phone numbers are hidden.
    """

    def __init__(self, name: str | None, *, numbers: bool) -> None:
        self._name = _name_pattern(name) if name else None
        self._numbers = numbers
        self._hidden: dict[str, str] = {}
        self._placeholders: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text as it may leave."""
        # Names first: the word "number" may be one, and would be found in the other placeholders.
        if self._name:
            text = self._name.sub(self._replacing("name"), text)
        return _NUMBER.sub(self._replacing("number"), text) if self._numbers else text

    def restore(self, text: str) -> str:
        """An answer with what its placeholders stand for."""
        return _PLACEHOLDER.sub(lambda found: self._hidden.get(found[0].lower(), found[0]), text)

    def _replacing(self, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self._placeholder(kind, found[0])

    def _placeholder(self, kind: str, hidden: str) -> str:
        if hidden not in self._placeholders:
            placeholder = f"[{kind} {len(self._placeholders) + 1}]"
            self._placeholders[hidden] = placeholder
            self._hidden[placeholder] = hidden
        return self._placeholders[hidden]


def _name_pattern(name: str) -> re.Pattern[str] | None:
    parts = {name.strip(), *(part for part in name.split() if len(part) >= LEAST_PART)} - {""}
    if not parts:
        return None
    longest_first = sorted(parts, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
