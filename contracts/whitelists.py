"""Whitelists: named sets of rules that say which senders an account admits (domain, section 3).

A rule is kept under a text of its own, which is also its name in the API: `+393331234567` a number, `+39*` a prefix,
`@customers` a contact list. So a whitelist has every rule once, and the rules that could name a sender are known
without looking at them: their number, each beginning of it, and the lists that they are in.
"""

from typing import Annotated, Literal, assert_never

from pydantic import Field, TypeAdapter

from contracts.base import Id, Name, NumberPrefix, PhoneNumber, Value, number_of

PREFIX_MARK, LIST_MARK = "*", "@"
SHORTEST_PREFIX = 2
"""Characters of the shortest prefix: the plus and one digit."""


class NumberRule(Value):
    """Admits exactly one number."""

    kind: Literal["number"] = "number"
    number: PhoneNumber


class PrefixRule(Value):
    """Admits every number that begins so."""

    kind: Literal["prefix"] = "prefix"
    prefix: NumberPrefix


class ListRule(Value):
    """Admits the members of a contact list."""

    kind: Literal["list"] = "list"
    list_id: Id


Rule = Annotated[NumberRule | PrefixRule | ListRule, Field(discriminator="kind")]
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


class Whitelist(Value):
    """A named set of rules; accounts are associated with any number of them.

    `rules_key` is what its rules are kept under. Every whitelist has one of its own, so that one that is made under the
    id of a deleted one does not come by its rules.
    """

    id: Id
    name: Name
    rules_key: Id


def rule_id(rule: Rule) -> str:
    """What a rule is kept under within its whitelist."""
    match rule:
        case NumberRule(number=number):
            return number
        case PrefixRule(prefix=prefix):
            return f"{prefix}{PREFIX_MARK}"
        case ListRule(list_id=list_id):
            return f"{LIST_MARK}{list_id}"
        case _:
            assert_never(rule)


def rule_of(rule_id: str) -> Rule:
    """The rule that is kept under this text.

    Raises:
        ValidationError: none can be.
    """
    if rule_id.startswith(LIST_MARK):
        return _RULE.validate_python({"kind": "list", "list_id": rule_id.removeprefix(LIST_MARK)})
    if rule_id.endswith(PREFIX_MARK):
        return _RULE.validate_python({"kind": "prefix", "prefix": rule_id.removesuffix(PREFIX_MARK)})
    return _RULE.validate_python({"kind": "number", "number": rule_id})


def rules_naming(contact_key: str) -> tuple[str, ...]:
    """The ids of all rules that name a sender by their number; none for one who has no number."""
    number = number_of(contact_key)
    if number is None:
        return ()
    prefixes = (number[:end] + PREFIX_MARK for end in range(SHORTEST_PREFIX, len(number) + 1))
    return (number, *prefixes)
