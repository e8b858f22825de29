"""Contacts as CSV: laws of cells, and what each column takes."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sheets import cells_of, cells_of_line, columns_of, delimiter_of, harmless, lines, meant
from contracts.contacts import Contact
from contracts.errors import ConfigurationFault

ALL = ("key", "number", "name", "tags", "attributes", "attributes.town")
texts = st.text(
    st.one_of(st.sampled_from("'=+-@\t\r\n\",;|a 1"), st.characters(exclude_categories=["Cs"])), max_size=12
)


@given(texts)
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert meant(harmless(cell)) == cell


@given(texts)
def test_no_cell_that_goes_out_begins_a_formula_unless_it_is_a_number(cell: str) -> None:
    out = harmless(cell)

    assert not out or out[0] not in "=+-@\t\r\n" or (out[0] == "+" and out[1:].isdecimal())


@given(st.lists(texts, min_size=1, max_size=5))
def test_a_row_comes_back_as_it_was(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(lines([cells]), newline=""))

    assert [meant(cell) for cell in row] == cells


@pytest.mark.parametrize("cell", ["=1+1", "+1+cmd|'/c calc'!A0", "-2", "@SUM(A1)", "\t=1", "'=1", "+39 012"])
def test_formulas_are_marked_as_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+390000001", "", "Ann", "1-2", "'tis", "a=b"])
def test_other_cells_go_out_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(
    ("line", "expected"),
    [("key;name", ";"), ("key,name", ","), ("number", ","), ('"key";"name"', ";"), ("key,a;b,c", ",")],
)
def test_the_separator_is_seen_from_the_header(line: str, expected: str) -> None:
    assert delimiter_of(line) == expected


def test_columns_are_known_in_any_order_and_case_and_attributes_by_their_own_names() -> None:
    header = cells_of_line(' Name ,"KEY",attributes.Town,reason,row', ",")

    assert columns_of(header, "").names == ("name", "key", "attributes.Town", "reason", "row")


@pytest.mark.parametrize(
    ("header", "field", "rule"),
    [
        (["key", "colour"], "header.2", "unknown column 'colour'"),
        (["key", "name", "Name"], "header.3", "the column name comes twice"),
        (["name", "tags"], "header", "has neither a column key nor a column number"),
        ([], "header", "has neither"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(header: list[str], field: str, rule: str) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        columns_of(header, "")

    assert fault.value.field == field
    assert fault.value.rule.startswith(rule)


@pytest.mark.parametrize(
    ("cells", "region", "expected"),
    [
        (["", "+39 012 345678"], "", {"key": "+39012345678", "number": "+39012345678"}),
        (["", "06 1234 5678"], "IT", {"key": "+390612345678", "number": "+390612345678"}),
        (["", "(415) 555-0100"], "US", {"key": "+14155550100", "number": "+14155550100"}),
        (["US.1234 5678-9", ""], "US", {"key": "US.1234 5678-9"}),
        (["US.1", "4155550100"], "US", {"key": "US.1", "number": "+14155550100"}),
        (["a", "", "'=Ann", "'=x| vip |", '{"n": 1.5}', "00184"], "", {
            "key": "a", "name": "=Ann", "tags": ("=x", "vip"), "attributes": {"n": 1.5, "town": "00184"}}),
        (["a", "", "", "", "", "", "", ""], "", {"key": "a"}),
    ],
)  # fmt: skip
def test_a_row_says_what_its_cells_mean(cells: list[str], region: str, expected: dict[str, Any]) -> None:
    assert columns_of(ALL, region).row_of(cells).model_dump(exclude_defaults=True) == expected


@pytest.mark.parametrize(
    ("cells", "region", "field", "rule"),
    [
        (["", ""], "", "key", "is required"),
        (["", "06 1234 5678"], "", "number", "has no plus and no country code"),
        (["", "12"], "IT", "number", "is too long or too short for IT"),
        (["", "abc"], "IT", "number", "is no number that can be dialled in IT"),
        (["", "+39abc"], "IT", "number", "must be a phone number in E.164"),
        (["390612345678", ""], "IT", "key", "a number has a plus"),
        (["+390000001", "+390000002"], "", "number", "is another one than the key"),
        (["a", "", "x" * 501], "", "name", "has more than 500 characters"),
        (["a", "", "", "x" * 65], "", "tags", "String should have at most 64 characters"),
        (["a", "", "", "", "{"], "", "attributes", "is not JSON"),
        (["a", "", "", "", "[1]"], "", "attributes", "Input should be a valid dictionary"),
        (["a", "", "", "", '{"a b": 1}'], "", "attributes", "names are of letters"),
        (["a", "", "", "", "", "", "", "x"], "", "row", "has 8 cells, and the header 6"),
    ],
)
def test_a_row_that_breaks_a_rule_names_the_field_and_the_rule(
    cells: list[str], region: str, field: str, rule: str
) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        columns_of(ALL, region).row_of(cells)

    assert fault.value.field == field
    assert fault.value.rule.startswith(rule)


def test_a_contact_is_a_row_that_says_the_same() -> None:
    contact = Contact(
        id="l:US.1",
        list_id="l",
        key="US.1",
        number="+390000001",
        name="=A\n1",
        tags=("a", "b c"),
        attributes={"n": [1]},
    )

    row = columns_of(ALL[:5], "").row_of([harmless(cell) for cell in cells_of(contact)])

    assert dict(row) == {name: getattr(contact, name) for name in ("key", "number", "name", "tags", "attributes")}
