"""Reading AMQP messages: bundles of events or commands, of which one that cannot be read does not hurt the others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from contracts.base import new_id
from contracts.deadletters import DeadLetter
from runtime.clock import utc_now

T = TypeVar("T")


@dataclass(slots=True)
class Unbundled(Generic[T]):
    """What could be read, in order, and dead letters for what could not."""

    items: list[T] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)


def unbundle(adapter: TypeAdapter[list[T]], bodies: Sequence[bytes], stage: str) -> Unbundled[T]:
    """Read the bundles of a batch."""
    result: Unbundled[T] = Unbundled()
    for body in bodies:
        try:
            result.items += adapter.validate_json(body)
        except ValidationError as error:
            _one_by_one(adapter, body, stage, error, result)
    return result


def singles(body: bytes) -> list[bytes]:
    """The items of a bundle as bundles of one, in order; what is no bundle, as it is."""
    try:
        items = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [body]
    return [orjson.dumps([item]) for item in items] if isinstance(items, list) else [body]


def _one_by_one(
    adapter: TypeAdapter[list[T]], body: bytes, stage: str, error: ValidationError, result: Unbundled[T]
) -> None:
    try:
        raw = json.loads(body)
    except ValueError:
        raw = None
    if not isinstance(raw, list):
        result.letters.append(_letter(body.decode(errors="replace"), stage, error))
        return
    for item in raw:
        try:
            result.items += adapter.validate_json(json.dumps([item]))
        except ValidationError as fault:
            result.letters.append(_letter(json.dumps(item), stage, fault))


def reason_of(error: Exception) -> str:
    """Why something failed, without the values that it failed over: they may be a customer's words."""
    words = _places(error) if isinstance(error, ValidationError) else str(error)
    return f"{type(error).__name__}: {words}"


def _places(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])


def _letter(body: str, stage: str, error: ValidationError) -> DeadLetter:
    return DeadLetter(
        id=new_id(),
        stage=stage,
        reason=f"cannot be read: {_places(error)}",
        attempts=1,
        at=utc_now(),
        correlation_id="",
        body=body,
    )
