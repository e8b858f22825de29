"""CSV in parts: the records are the same wherever the parts are cut, and nothing bad takes its neighbours along."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.records import MOST_RECORD, Record, Records, Unreadable

cells = st.text(st.sampled_from('a,;"\n\r é\U0001f600'), max_size=6)
rows = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8)


def taken(parts: list[bytes], delimiter: str = ",") -> list[Record]:
    records = Records(delimiter)
    return [record for part in parts for record in records.feed(part)] + records.close()


def cut(raw: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(raw) + 1) for place in places), len(raw)]
    return [raw[start:end] for start, end in pairwise(edges)]


@given(
    rows,
    st.sampled_from(",;"),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.lists(st.integers(0, 500), max_size=6),
)
def test_records_are_the_same_wherever_the_file_is_cut(
    table: list[list[str]], delimiter: str, end: str, marked: bool, places: list[int]
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    raw = text.getvalue().encode("utf-8-sig" if marked else "utf-8")

    found = taken(cut(raw, places), delimiter)

    assert [record.cells for record in found] == table
    assert [record.number for record in found] == list(range(1, len(table) + 1))
    assert not any(record.fault for record in found)


def test_the_last_record_needs_no_line_break_and_blank_lines_count() -> None:
    assert taken([b"a,b\n\nc,", b"d"]) == [Record(1, ["a", "b"]), Record(2, []), Record(3, ["c", "d"])]


def test_a_malformed_record_is_set_apart_and_the_next_ones_are_not() -> None:
    found = taken([b'a,b\n"x"y,b\nc,d\n'])

    assert [(record.number, record.cells) for record in found] == [(1, ["a", "b"]), (2, ['"x"y,b']), (3, ["c", "d"])]
    assert found[1].fault.startswith("is not well-formed CSV: ")


@pytest.mark.parametrize("length", [10, MOST_RECORD])
def test_a_quote_that_nobody_closes_takes_its_own_line_along_and_no_other(length: int) -> None:
    many = [f"k{number},{number}" for number in range(length // 10)]
    raw = "\n".join(["key,name", 'a,"b', *many]).encode()

    found = taken([raw[place : place + 5000] for place in range(0, len(raw), 5000)])

    assert [record.number for record in found if record.fault] == [2]
    assert [record.cells for record in found if record.number > 2] == [line.split(",") for line in many]


def test_no_more_is_held_than_the_longest_record() -> None:
    records = Records(",")
    for _ in range(100):
        records.feed(b"abc,def\n" * 1000 + b"ab")
        assert len(records._rest) < 20
    assert records.number == 100_000


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([b"a,b\n", b"c\xff"], "is not UTF-8 after record 1"),
        ([b"a" * 2**18, b"a" * 2**18], "a line after record 0 has more"),
    ],
)
def test_a_file_that_cannot_be_read_any_further_says_why(parts: list[bytes], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        taken(parts)


def test_a_character_that_the_end_of_the_file_cuts_is_no_utf_8() -> None:
    with pytest.raises(Unreadable, match="not UTF-8"):
        taken(["a,é".encode()[:-1]])
