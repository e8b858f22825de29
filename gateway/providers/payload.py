"""What all providers need to read a body that they did not write: strict JSON, clocks, contact keys, raw forms to keep.

Whatever comes out of here can be stored and sent on: every string is valid Unicode, every number fits into 64 bits,
no key holds a NUL (BSON refuses it), and nothing is nested deeper than a document store takes.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from contracts.base import number_of
from gateway.providers.seam import MalformedWebhook

MAX_DEPTH = 64
"""MongoDB refuses documents nested deeper than 100 levels or so, and a raw form stands some levels deep itself."""

_TOO_DEEP = "(nested too deeply to be kept)"
_LONG_DIGITS = re.compile(rb"\d{19}")
_LONG_NUMBER = re.compile(rb"[:,\[\s-]\d{19}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INT64 = 2**63
_MILLISECONDS_FROM = 10**12
_YEAR_10000 = 253_402_300_800


class Wire(BaseModel):
    """Base of the models of a provider's own format: what they do not name is ignored, for providers add fields."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is.

    Raises:
        MalformedWebhook: it is not UTF-8, not strict JSON, nested without end, or no object.
    """
    try:
        # The first pattern is there for speed: it is quickly through a body, and the second hardly ever has to look.
        long = _LONG_DIGITS.search(body) and _LONG_NUMBER.search(body)
        value = _careful_json(body) if long else orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _careful_json(body)
    if not isinstance(value, dict):
        raise MalformedWebhook("the body must be a JSON object")
    return value


def _careful_json(body: bytes) -> object:
    """Reads what orjson refuses (half of a surrogate pair) or rounds (numbers over 64 bits), much more slowly."""
    try:
        value = json.loads(body.decode(), parse_int=_whole, parse_float=_decimal, parse_constant=_refuse_constant)
        return _without_surrogates(value)
    except UnicodeDecodeError:
        raise MalformedWebhook("the body must be UTF-8") from None
    except RecursionError:
        raise MalformedWebhook("the body is nested too deeply") from None
    except ValueError:
        raise MalformedWebhook("the body must be JSON") from None


def _whole(digits: str) -> int | str:
    if len(digits) > len(str(_INT64)) + 1:
        return digits
    number = int(digits)
    return number if -_INT64 <= number < _INT64 else digits


def _decimal(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_SURROGATE.sub("\ufffd", key): _without_surrogates(item) for key, item in value.items()}
        case list():
            return [_without_surrogates(item) for item in value]
        case _:
            return value


def word(part: object, key: str) -> str:
    """A text field of an object; empty when it is missing, no text, or the object is none."""
    found = part.get(key) if isinstance(part, dict) else None
    return found if isinstance(found, str) else ""


def word_or_none(part: object, key: str) -> str | None:
    """The same, with None where `word` is empty."""
    return word(part, key) or None


def raw_form(value: dict[str, Any]) -> dict[str, Any]:
    """A part of a body as it can be kept."""
    return {_key(key): _kept(item, MAX_DEPTH) for key, item in value.items()}


def raw_of(value: object) -> dict[str, Any] | str:
    """Anything of a body as it can be kept: an object as such, everything else as its JSON text."""
    return raw_form(value) if isinstance(value, dict) else _json_text(value)


def _kept(value: object, depth: int) -> object:
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return _json_text(value)
    if isinstance(value, list):
        return [_kept(item, depth - 1) for item in value]
    return {_key(key): _kept(item, depth - 1) for key, item in value.items()}


def _key(key: str) -> str:
    return key.replace("\0", "\ufffd") if "\0" in key else key


def _json_text(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return _TOO_DEEP


def instant(stamp: object) -> datetime:
    """The moment of a Unix time in whole seconds, or in milliseconds from 10^12 on, written as a number or as digits.

    Raises:
        ValueError: it is no such time, or past the year 9999.
    """
    digits = str(stamp) if isinstance(stamp, int) and not isinstance(stamp, bool) else stamp
    if not (isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) <= len(str(_INT64))):
        raise ValueError("must be a Unix time")
    number = int(digits)
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    if seconds >= _YEAR_10000:
        raise ValueError("must be a Unix time before the year 10000")
    return datetime.fromtimestamp(seconds, UTC)


UnixTime = Annotated[datetime, BeforeValidator(instant)]


def contact_key(identity: str) -> str:
    """The key of a contact: E.164 when the identity is a number, otherwise the identity as it is."""
    return number_of(identity) or identity


def fault(error: ValidationError) -> str:
    """The first rule that a part of a body breaks, with the path of the field, and without its value."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(step) for step in first["loc"])
    rule = first["msg"].removeprefix("Value error, ")
    return f"{path}: {rule}" if path else rule
