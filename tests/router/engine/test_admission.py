import time

import pytest

from contracts.whitelists import ListRule, NumberRule, PrefixRule, Rule, Whitelist
from router.engine.admission import Matcher, admitted, compile_whitelist

NO_LISTS: frozenset[str] = frozenset()


def _matcher(*rules: Rule) -> Matcher:
    return compile_whitelist(Whitelist(id="w", name="w", rules=rules))


@pytest.mark.parametrize(
    ("key", "is_admitted"),
    [("393331234567", True), ("+393331234567", True), ("39333123456", False), ("3933312345678", False)],
)
def test_a_number_is_compared_whole_with_or_without_its_plus(key: str, is_admitted: bool) -> None:
    assert _matcher(NumberRule(number="+39 333 123-4567")).admits(key, NO_LISTS) is is_admitted


@pytest.mark.parametrize(
    ("prefix", "is_admitted"),
    [("+3", True), ("+39", True), ("+393331234567", True), ("+3933312345678", False), ("+40", False), ("+933", False)],
)
def test_a_prefix_is_the_beginning_of_a_number(prefix: str, is_admitted: bool) -> None:
    assert _matcher(PrefixRule(prefix=prefix)).admits("393331234567", NO_LISTS) is is_admitted


def test_members_of_a_contact_list_are_admitted_whatever_their_key() -> None:
    matcher = _matcher(ListRule(list_id="gold"))
    assert matcher.admits("IT.abc", frozenset({"silver", "gold"}))
    assert not matcher.admits("IT.abc", frozenset({"silver"}))


def test_an_id_that_is_no_number_matches_no_number() -> None:
    assert not _matcher(PrefixRule(prefix="+3"), NumberRule(number="+3933312345")).admits("IT.3933312345", NO_LISTS)


def test_no_rules_admit_nobody() -> None:
    assert not _matcher().admits("393331234567", frozenset({"gold"}))
    assert not admitted((), "393331234567", frozenset({"gold"}))


def test_any_of_the_whitelists_is_enough() -> None:
    matchers = (_matcher(), _matcher(PrefixRule(prefix="+39")))
    assert admitted(matchers, "393331234567", NO_LISTS)


def test_the_cost_of_a_check_does_not_grow_with_the_rules() -> None:
    numbers = tuple(NumberRule.model_construct(number=f"+39{n:010}") for n in range(100_000))
    prefixes = tuple(PrefixRule.model_construct(prefix=f"+44{n:06}") for n in range(10_000))
    matcher = compile_whitelist(Whitelist.model_construct(id="w", name="w", rules=(*numbers, *prefixes)))
    started = time.process_time()
    assert not any(matcher.admits("15555550100", NO_LISTS) for _ in range(2000))
    assert time.process_time() - started < 0.5
