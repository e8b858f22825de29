"""What all values share: they are frozen, refuse unknown fields, and use the same few field types."""

import os
import re
from itertools import count
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
BLANKS = re.compile(r"[\s().-]")


class Value(BaseModel):
    """A value: equal when its fields are equal, never changed after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_PROCESS = os.urandom(10).hex()
_NUMBERS = count()


def new_id() -> str:
    """An identifier of 32 hexadecimal digits: 80 random bits of this process, and a number that counts up.

    To ask the system for random bits each time would cost the gateway a twentieth of a webhook. Who forks must not go
    on using it: our processes are started, never forked.
    """
    return f"{_PROCESS}{next(_NUMBERS):012x}"


def e164(number: str) -> str:
    """The number in E.164 (`+` and 7 to 15 digits), blanks and brackets taken out.

    Raises:
        ValueError: it is no such number.
    """
    plain = BLANKS.sub("", number)
    if not E164.fullmatch(plain):
        raise ValueError("must be a phone number in E.164: a plus, the country code and the number, 7 to 15 digits")
    return plain


def e164_prefix(prefix: str) -> str:
    """The beginning of an E.164 number (`+39`, `+1415`), blanks taken out.

    Raises:
        ValueError: it is no such beginning.
    """
    plain = BLANKS.sub("", prefix)
    if not PREFIX.fullmatch(plain):
        raise ValueError("must be the beginning of a number in E.164: a plus and 1 to 15 digits")
    return plain


def number_of(contact_key: str) -> str | None:
    """The E.164 number that a contact key stands for; None for a business-scoped user id, which has none."""
    candidate = contact_key if contact_key.startswith("+") else f"+{contact_key}"
    return candidate if E164.fullmatch(candidate) else None


Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
PhoneNumber = Annotated[str, AfterValidator(e164)]
NumberPrefix = Annotated[str, AfterValidator(e164_prefix)]
Instant = AwareDatetime
Count = Annotated[int, Field(ge=0)]

__all__ = [
    "Count",
    "Id",
    "Instant",
    "Name",
    "NumberPrefix",
    "PhoneNumber",
    "Value",
    "e164",
    "e164_prefix",
    "new_id",
    "number_of",
]
