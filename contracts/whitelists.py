"""Whitelists: named sets of rules that say which senders an account admits (domain, section 3)."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Id, Name, NumberPrefix, PhoneNumber, Value


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


class Whitelist(Value):
    """A named set of rules; accounts are associated with any number of them."""

    id: Id
    name: Name
    rules: tuple[Rule, ...] = ()
