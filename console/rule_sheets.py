"""Rules of whitelists as CSV: a row is a number or a prefix, whichever of the two columns has it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.sheets import REJECTED, international, meant
from contracts.base import e164, e164_prefix
from contracts.errors import ConfigurationFault
from contracts.whitelists import NumberRule, PrefixRule

NUMBER, PREFIX = "number", "prefix"


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """The columns of a file, in its order. `region` is where numbers without a plus are from; empty: nowhere."""

    names: tuple[str, ...]
    region: str = ""

    def row_of(self, cells: Sequence[str]) -> NumberRule | PrefixRule:
        """What a row says.

        Raises:
            ConfigurationFault: it breaks a rule.
        """
        if any(cells[len(self.names) :]):
            raise ConfigurationFault("row", f"has {len(cells)} cells, and the header {len(self.names)}")
        given = {name: meant(cell) for name, cell in zip(self.names, cells, strict=False) if cell.strip()}
        match given.get(NUMBER), given.get(PREFIX):
            case str(number), None:
                return _number(number, self.region)
            case None, str(prefix):
                return _prefix(prefix)
            case None, None:
                raise ConfigurationFault("row", "has neither a number nor a prefix")
            case _:
                raise ConfigurationFault("row", "has a number and a prefix: a rule is one of them")


def rule_columns_of(header: Sequence[str], region: str) -> RuleColumns:
    """The columns that a header names.

    Raises:
        ConfigurationFault: one is not known, comes twice, or none says what the rules are.
    """
    names = tuple(meant(cell).strip().lower() for cell in header)
    for place, name in enumerate(names, start=1):
        if name not in {NUMBER, PREFIX, *REJECTED}:
            raise ConfigurationFault(f"header.{place}", f"unknown column {name!r}: there are {NUMBER} and {PREFIX}")
        if name in names[: place - 1]:
            raise ConfigurationFault(f"header.{place}", f"the column {name} comes twice")
    if not {NUMBER, PREFIX} & {*names}:
        raise ConfigurationFault("header", f"has neither a column {NUMBER} nor a column {PREFIX}")
    return RuleColumns(names, region)


# What is checked here need not be checked again by the rule's model, which is what a million rows would feel.
def _number(number: str, region: str) -> NumberRule:
    try:
        return NumberRule.model_construct(number=e164(international(number, region)))
    except ValueError as error:
        raise ConfigurationFault(NUMBER, str(error)) from None


def _prefix(prefix: str) -> PrefixRule:
    try:
        return PrefixRule.model_construct(prefix=e164_prefix(prefix))
    except ValueError as error:
        raise ConfigurationFault(PREFIX, str(error)) from None
