"""Records in bytes, without any I/O.

    mark 4 | kind 1 | written at 8 | length of the body 4 | CRC-32 of the body 4 | CRC-32 of all these 4 | body

All big-endian, the time in milliseconds since 1970. The mark begins with a byte that no UTF-8 has, and bodies are JSON:
what a customer writes can never be taken for a record. So after damage the next record is found by its mark, and only
the damaged one is lost.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from zlib import crc32

MARK = b"\xffSWJ"
_HEAD = struct.Struct(">4sBQII")
_CHECK = struct.Struct(">I")
HEAD_BYTES = _HEAD.size + _CHECK.size


class Kind(IntEnum):
    """What a body is: an event, or a dead letter."""

    EVENT = 1
    LETTER = 2


KINDS = frozenset(map(int, Kind))


@dataclass(frozen=True, slots=True)
class Record:
    """One event or dead letter, and when it was written, in milliseconds since 1970."""

    kind: Kind
    at_ms: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Torn:
    """The data ends before the record does: its write was cut off, and nobody was told that it was there."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """So many bytes that are no record."""

    length: int


def encode(record: Record) -> bytes:
    """A record in bytes."""
    head = _HEAD.pack(MARK, record.kind, record.at_ms, len(record.body), crc32(record.body))
    return b"".join((head, _CHECK.pack(crc32(head)), record.body))


def scan(data: bytes) -> Iterator[Record | Torn | Damaged]:
    """Everything that the data holds, in order. `Torn` is always the last."""
    start = 0
    while start < len(data):
        found = _at(data, start)
        match found:
            case Record():
                start += HEAD_BYTES + len(found.body)
            case Damaged():
                start += found.length
            case Torn():
                start = len(data)
        yield found


def _at(data: bytes, start: int) -> Record | Torn | Damaged:
    body_at = start + HEAD_BYTES
    if body_at > len(data):
        return Torn() if _begins_with_mark(data, start) else Damaged(len(data) - start)
    head = data[start : start + _HEAD.size]
    mark, kind, at_ms, length, check = _HEAD.unpack(head)
    (head_check,) = _CHECK.unpack_from(data, start + _HEAD.size)
    if mark != MARK or crc32(head) != head_check or kind not in KINDS:
        return Damaged(_next_mark(data, start) - start)
    if body_at + length > len(data):
        # The rest is searched all the same: a whole record in there says that this is more than a write cut off.
        following = _next_mark(data, start)
        return Torn() if following == len(data) else Damaged(following - start)
    body = data[body_at : body_at + length]
    if crc32(body) != check:
        return Damaged(_next_mark(data, start) - start)
    return Record(Kind(kind), at_ms, body)


def _begins_with_mark(data: bytes, start: int) -> bool:
    return MARK.startswith(data[start : start + len(MARK)])


def _next_mark(data: bytes, start: int) -> int:
    found = data.find(MARK, start + 1)
    return len(data) if found < 0 else found
