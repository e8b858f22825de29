import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.rule_sheets import rule_columns_of
from contracts.errors import ConfigurationFault
from contracts.whitelists import NumberRule, PrefixRule, Rule, rule_id, rule_of

COLUMNS = rule_columns_of(["row", "Number ", "prefix", "reason"], "IT")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (["", "+44 (1234) 56-78", "", ""], NumberRule(number="+4412345678")),
        (["7", "06 1234567", " ", "was no number"], NumberRule(number="+39061234567")),
        (["", "", "+1 415"], PrefixRule(prefix="+1415")),
        (["", "'+4412345678", ""], NumberRule(number="+4412345678")),
    ],
)
def test_a_row_is_the_rule_that_one_of_its_cells_says(cells: list[str], rule: Rule) -> None:
    assert COLUMNS.row_of(cells) == rule


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([], "row: has neither a number nor a prefix"),
        (["3", "", "", "old reason"], "row: has neither a number nor a prefix"),
        (["", "+390000001", "+39"], "row: has a number and a prefix: a rule is one of them"),
        (["", "+390000001", "", "", "x"], "row: has 5 cells, and the header 4"),
        (["", "", "39"], "prefix: must be the beginning of a number in E.164: a plus and 1 to 15 digits"),
    ],
)
def test_a_row_that_is_no_rule_says_why(cells: list[str], fault: str) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        COLUMNS.row_of(cells)
    assert str(refused.value) == fault


@given(st.lists(st.text(max_size=20), max_size=5))
def test_whatever_a_row_holds_it_is_a_rule_that_can_be_kept_or_it_is_refused(cells: list[str]) -> None:
    try:
        rule = COLUMNS.row_of(cells)
    except ConfigurationFault:
        return
    assert rule_of(rule_id(rule)) == rule
