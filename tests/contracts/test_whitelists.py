import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.whitelists import ListRule, NumberRule, PrefixRule, Rule, rule_id, rule_of, rules_naming

NUMBERS = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
PREFIXES = st.from_regex(r"\+[1-9][0-9]{0,14}", fullmatch=True)
RULES: st.SearchStrategy[Rule] = (
    st.builds(NumberRule, number=NUMBERS)
    | st.builds(PrefixRule, prefix=PREFIXES)
    | st.builds(ListRule, list_id=st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True))
)


def _names(rule: Rule, sender: str) -> bool:
    return rule_id(rule) in rules_naming(sender)


@given(RULES)
def test_a_rule_is_told_by_its_id(rule: Rule) -> None:
    assert rule_of(rule_id(rule)) == rule


@given(RULES, RULES)
def test_no_two_rules_have_the_same_id(one: Rule, other: Rule) -> None:
    assert (rule_id(one) == rule_id(other)) is (one == other)


@given(NUMBERS, NUMBERS | PREFIXES)
def test_a_number_is_named_by_itself_and_by_whatever_it_begins_with(number: str, words: str) -> None:
    if len(words) >= len("+1234567"):
        assert _names(NumberRule(number=words), number) is (number == words)
    assert _names(PrefixRule(prefix=words), number) is number.startswith(words)


@pytest.mark.parametrize(
    ("key", "named"),
    [("393331234567", True), ("+393331234567", True), ("39333123456", False), ("3933312345678", False)],
)
def test_a_number_is_compared_whole_with_or_without_its_plus(key: str, named: bool) -> None:
    assert _names(NumberRule(number="+39 333 123-4567"), key) is named


@pytest.mark.parametrize(
    ("prefix", "named"),
    [("+3", True), ("+39", True), ("+393331234567", True), ("+3933312345678", False), ("+40", False), ("+933", False)],
)
def test_a_prefix_is_the_beginning_of_a_number(prefix: str, named: bool) -> None:
    assert _names(PrefixRule(prefix=prefix), "393331234567") is named


def test_an_id_that_is_no_number_is_named_by_no_number() -> None:
    assert rules_naming("IT.3933312345") == ()


@pytest.mark.parametrize("text", ["", "+", "*", "@", "39", "+39", "39*", "+39**", "@a b", "@@a", "+39333123456712345"])
def test_what_no_rule_is_kept_under_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        rule_of(text)
