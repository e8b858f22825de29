"""The format, as laws: what is written is read, a cut loses nothing before it, damage loses its own record only."""

from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.receive.journal.records import HEAD_BYTES, MARK, Damaged, Kind, Record, Torn, encode, scan

KINDS = st.sampled_from(Kind)
TIMES = st.integers(0, 2**63)
ANY = st.builds(Record, KINDS, TIMES, st.binary(max_size=200))
WRITTEN = st.builds(Record, KINDS, TIMES, st.text(max_size=60).map(lambda words: words.encode("utf-8", "replace")))
"""Records as they are in life: no body holds a byte that UTF-8 has not."""


def together(records: list[Record]) -> bytes:
    return b"".join(map(encode, records))


@given(st.lists(ANY, max_size=8))
def test_whatever_is_written_is_read_in_order(records: list[Record]) -> None:
    assert list(scan(together(records))) == records


@given(st.lists(WRITTEN, min_size=1, max_size=5), st.data())
def test_a_cut_at_any_byte_loses_nothing_before_it(records: list[Record], data: st.DataObject) -> None:
    whole = together(records)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [len(together(records[: count + 1])) for count in range(len(records))]
    before = sum(end <= cut for end in ends)

    found = list(scan(whole[:cut]))

    assert found == records[:before] + [Torn()] * (cut not in {0, *ends})


def test_every_cut_of_one_record_is_told_from_damage() -> None:
    record = Record(Kind.EVENT, 1, b'{"event_id":"1"}')
    cuts = [list(scan(encode(record)[:cut])) for cut in range(1, len(encode(record)))]
    assert cuts == [[Torn()]] * (HEAD_BYTES + len(record.body) - 1)


@given(st.lists(WRITTEN, min_size=1, max_size=5), st.data())
def test_one_changed_byte_loses_its_record_and_no_other(records: list[Record], data: st.DataObject) -> None:
    whole = bytearray(together(records))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    hit = next(n for n in range(len(records)) if len(together(records[: n + 1])) > place)
    size = len(encode(records[hit]))

    found = list(scan(bytes(whole)))

    kept = [one for one in found if isinstance(one, Record)]
    assert kept == records[:hit] + records[hit + 1 :]
    assert sum(one.length for one in found if isinstance(one, Damaged)) in {0, size}
    assert (Torn() in found) <= (hit == len(records) - 1)


@given(st.lists(WRITTEN, max_size=3), st.binary(min_size=1, max_size=80), st.lists(WRITTEN, min_size=1, max_size=3))
def test_rubbish_between_records_is_counted_and_passed_over(
    before: list[Record], rubbish: bytes, after: list[Record]
) -> None:
    assume(MARK[0] not in rubbish)

    found = list(scan(together(before) + rubbish + together(after)))

    assert found == [*before, Damaged(len(rubbish)), *after]


@given(st.binary(max_size=300))
def test_anything_at_all_can_be_scanned(data: bytes) -> None:
    assert all(isinstance(one, Damaged | Torn) for one in scan(data))


@given(WRITTEN)
def test_a_record_of_a_kind_that_nobody_knows_is_set_apart(record: Record) -> None:
    of_tomorrow = Record(Kind(record.kind), record.at_ms, record.body)
    object.__setattr__(of_tomorrow, "kind", 77)
    assert list(scan(encode(of_tomorrow) + encode(record))) == [Damaged(HEAD_BYTES + len(record.body)), record]
