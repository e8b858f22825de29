"""What was read from the journal as AMQP messages: each partition's in order, dead letters one by one. No I/O."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from contracts.partitioning import conversation_key, partition_of
from contracts.topology import DEAD, EVENTS, event_key
from gateway.receive.journal.records import Kind, Record

MOST_EVENTS = 100
MOST_BYTES = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Parcel:
    """One AMQP message, and how many records are in it."""

    exchange: str
    key: str
    body: bytes
    count: int


Lane = deque[Parcel]
"""Parcels to be published one after the other, each after the confirm of the one before."""


def load(records: Iterable[Record], partitions: int) -> list[Lane]:
    """The lanes of these records; between lanes there is no order.

    The partition is computed anew, for the installation may have been given another number of them meanwhile.
    """
    bodies: dict[int, list[bytes]] = defaultdict(list)
    letters: Lane = deque()
    for record in records:
        if record.kind is Kind.LETTER:
            letters.append(Parcel(DEAD, "", record.body, 1))
        else:
            bodies[_partition(record.body, partitions)].append(record.body)
    lanes = [_bundles(event_key(partition), events) for partition, events in bodies.items()]
    return [*lanes, letters] if letters else lanes


def _bundles(key: str, events: list[bytes]) -> Lane:
    lane: Lane = deque()
    bundle: list[bytes] = []
    size = 0
    for event in events:
        if bundle and (len(bundle) == MOST_EVENTS or size + len(event) > MOST_BYTES):
            lane.append(_bundle(key, bundle))
            bundle, size = [], 0
        bundle.append(event)
        size += len(event)
    lane.append(_bundle(key, bundle))
    return lane


def _bundle(key: str, events: list[bytes]) -> Parcel:
    return Parcel(EVENTS, key, b"[" + b",".join(events) + b"]", len(events))


def _partition(event: bytes, partitions: int) -> int:
    fields = orjson.loads(event)
    return partition_of(conversation_key(fields["account_id"], fields["contact_key"]), partitions)
