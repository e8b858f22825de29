"""Regular expressions in conditions: literal, valid, and cheap enough to be built for every message.

The library matches in linear time, but it builds the expression anew at each evaluation: a counted repetition is
written out that many times, and a Unicode class such as a word character costs some 300 microseconds (measured).
"""

import math
import re

import cel

MAX_REPETITIONS = 1000
MAX_CLASSES = 50

_COUNTED = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_CLASS = re.compile(r"\\[wWdDsSbBpP]")


def fault_of(pattern: str) -> str | None:
    """The rule that a regular expression breaks; None when it is fit for use."""
    counts = [max(int(least), int(most or 0), 1) for least, most in _COUNTED.findall(pattern)]
    if max(map(len, map(str, counts)), default=0) > len(str(MAX_REPETITIONS)) or math.prod(counts) > MAX_REPETITIONS:
        return f"repetitions in a regular expression may not multiply to more than {MAX_REPETITIONS}"
    if len(_CLASS.findall(pattern)) * math.prod(counts) > MAX_CLASSES:
        return f"a regular expression may not hold more than {MAX_CLASSES} character classes, repetitions counted"
    return _invalid(pattern)


def _invalid(pattern: str) -> str | None:
    try:
        cel.compile("text.matches(pattern)").execute({"text": "", "pattern": pattern})
    except RuntimeError as error:
        detail = re.search(r"^error: (.*?)(?:\. Check function arguments.*)?$", str(error), re.MULTILINE)
        return f"not a valid regular expression: {detail[1] if detail else 'it is too large'}"
    return None
