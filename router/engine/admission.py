"""Whitelists, compiled: whether a sender is admitted, at a cost that does not grow with the rules (section 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from contracts.base import number_of
from contracts.whitelists import ListRule, NumberRule, PrefixRule, Whitelist


@dataclass(frozen=True, slots=True)
class Matcher:
    """The rules of one whitelist by kind; `lists` are ids of contact lists."""

    numbers: frozenset[str]
    prefixes: frozenset[str]
    lists: frozenset[str]

    def admits(self, contact_key: str, lists: frozenset[str]) -> bool:
        """Whether a rule names this sender, who is a member of these contact lists."""
        if not self.lists.isdisjoint(lists):
            return True
        number = number_of(contact_key)
        return number is not None and (number in self.numbers or self._begins(number))

    def _begins(self, number: str) -> bool:
        return bool(self.prefixes) and any(number[:end] in self.prefixes for end in range(2, len(number) + 1))


def compile_whitelist(whitelist: Whitelist) -> Matcher:
    """The whitelist's matcher."""
    numbers, prefixes, lists = set(), set(), set()
    for rule in whitelist.rules:
        match rule:
            case NumberRule(number=number):
                numbers.add(number)
            case PrefixRule(prefix=prefix):
                prefixes.add(prefix)
            case ListRule(list_id=list_id):
                lists.add(list_id)
            case _:
                assert_never(rule)
    return Matcher(frozenset(numbers), frozenset(prefixes), frozenset(lists))


def admitted(matchers: Iterable[Matcher], contact_key: str, lists: frozenset[str]) -> bool:
    """Whether any of the whitelists admits the sender; without whitelists nobody is."""
    return any(matcher.admits(contact_key, lists) for matcher in matchers)
