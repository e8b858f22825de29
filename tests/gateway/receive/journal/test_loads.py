"""What was read becomes AMQP messages: each partition's in order, none too large."""

from collections.abc import Sequence

import orjson
from hypothesis import given
from hypothesis import strategies as st

from contracts.partitioning import conversation_key, partition_of
from contracts.topology import DEAD, EVENTS, event_key
from gateway.receive.journal.loads import MOST_BYTES, MOST_EVENTS, Lane, load
from gateway.receive.journal.records import Kind, Record

PARTITIONS = 4


def event(contact: str, number: int, words: str = "") -> Record:
    body = {"account_id": "shop", "contact_key": contact, "number": number, "words": words}
    return Record(Kind.EVENT, number, orjson.dumps(body))


def numbers(lane: Lane) -> list[int]:
    return [body["number"] for parcel in lane for body in orjson.loads(parcel.body)]


@given(st.lists(st.sampled_from("abcdefgh"), max_size=300))
def test_every_event_travels_once_in_the_order_and_by_the_key_of_its_partition(contacts: Sequence[str]) -> None:
    lanes = load([event(contact, number) for number, contact in enumerate(contacts)], PARTITIONS)

    keys = [event_key(partition_of(conversation_key("shop", contact), PARTITIONS)) for contact in contacts]
    expected = {key: [number for number, its in enumerate(keys) if its == key] for key in keys}
    assert {lane[0].key: numbers(lane) for lane in lanes} == expected
    assert all(parcel.exchange == EVENTS for lane in lanes for parcel in lane)
    assert sum(parcel.count for lane in lanes for parcel in lane) == len(contacts)


def test_a_parcel_holds_so_many_events_and_bytes_and_no_more() -> None:
    (many,) = load([event("a", number) for number in range(MOST_EVENTS + 1)], PARTITIONS)
    assert [parcel.count for parcel in many] == [MOST_EVENTS, 1]

    (large,) = load([event("a", number, "x" * (MOST_BYTES // 2)) for number in range(3)], PARTITIONS)
    assert [parcel.count for parcel in large] == [1, 1, 1]


def test_letters_go_one_by_one_to_where_letters_go() -> None:
    records = [Record(Kind.LETTER, 1, b'{"id":"1"}'), event("a", 1), Record(Kind.LETTER, 1, b'{"id":"2"}')]
    _, letters = load(records, PARTITIONS)
    assert [(parcel.exchange, parcel.key, parcel.body) for parcel in letters] == [
        (DEAD, "", b'{"id":"1"}'),
        (DEAD, "", b'{"id":"2"}'),
    ]


def test_nothing_makes_no_lanes() -> None:
    assert load([], PARTITIONS) == []
