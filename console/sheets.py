"""Contacts as CSV: what the columns are called, how a row is read and written, and cells that spreadsheets let alone.

Spreadsheets run a cell that begins with a sign of a formula. So such a cell goes out with an apostrophe before it,
which is how they mark text, and the apostrophe is taken off again when the file comes back. Numbers in E.164 go out as
they are: a plus and digits compute nothing. Pure.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse
from pydantic import ValidationError

from contracts.contacts import MOST_NAME, TAG_SEPARATOR, Contact, identity
from contracts.errors import ConfigurationFault
from runtime.store.contact_batches import ContactRow

BOM = "\ufeff"
DELIMITERS = (",", ";")
EXPORTED = ("key", "number", "name", "tags", "attributes")
REJECTED = ("row", "reason")
"""What a file of rejected rows has before their own cells; a file that comes back mended may have them still."""
ATTRIBUTE = "attributes."

_NUMBER = re.compile(r"\+[0-9]{1,15}")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_MARKED = re.compile(r"'+[=+\-@\t\r\n]")


def harmless(cell: str) -> str:
    """The cell as it goes out."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def meant(cell: str) -> str:
    """The cell as it was before it went out."""
    return cell[1:] if _MARKED.match(cell) else cell


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text."""
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def cells_of(contact: Contact) -> tuple[str, ...]:
    """A contact as a row of `EXPORTED`."""
    attributes = orjson.dumps(contact.attributes).decode() if contact.attributes else ""
    tags = TAG_SEPARATOR.join(contact.tags)
    return contact.key, contact.number or "", contact.name, tags, attributes


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, in its order. `region` is where numbers without a plus are from; empty: nowhere."""

    names: tuple[str, ...]
    region: str = ""

    def row_of(self, cells: Sequence[str]) -> ContactRow:
        """What a row says.

        Raises:
            ConfigurationFault: it breaks a rule.
        """
        if any(cells[len(self.names) :]):
            raise ConfigurationFault("row", f"has {len(cells)} cells, and the header {len(self.names)}")
        given = {name: meant(cell) for name, cell in zip(self.names, cells, strict=False) if cell}
        key, number = identity(given.get("key", ""), international(given.get("number", ""), self.region))
        name = given.get("name", "")
        if len(name) > MOST_NAME:
            raise ConfigurationFault("name", f"has more than {MOST_NAME} characters")
        tags = (tag for tag in given.get("tags", "").split(TAG_SEPARATOR) if tag.strip())
        try:
            return ContactRow(key=key, number=number, name=name, tags=tuple(tags), attributes=_attributes(given))
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise ConfigurationFault(str(fault["loc"][0]), fault["msg"].removeprefix("Value error, ")) from None


def columns_of(header: Sequence[str], region: str) -> Columns:
    """The columns that a header names.

    Raises:
        ConfigurationFault: one is not known, comes twice, or there is none to tell contacts apart by.
    """
    names = tuple(_column(cell) for cell in header)
    for place, name in enumerate(names, start=1):
        if name not in {*EXPORTED, *REJECTED} and not name.startswith(ATTRIBUTE):
            known = ", ".join(EXPORTED)
            raise ConfigurationFault(
                f"header.{place}", f"unknown column {name!r}: there are {known} and {ATTRIBUTE}NAME"
            )
        if name in names[: place - 1]:
            raise ConfigurationFault(f"header.{place}", f"the column {name} comes twice")
    if not {"key", "number"} & {*names}:
        raise ConfigurationFault("header", "has neither a column key nor a column number")
    return Columns(names, region)


def delimiter_of(line: str) -> str:
    """What stands between the cells of a header."""
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def cells_of_line(line: str, delimiter: str) -> list[str]:
    """The cells of a row that is one line.

    Raises:
        ConfigurationFault: a quote does not end.
    """
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise ConfigurationFault("header", f"is not well-formed CSV: {error}") from None


def _column(cell: str) -> str:
    name = meant(cell).strip()
    attribute = name.lower().startswith(ATTRIBUTE)
    return ATTRIBUTE + name[len(ATTRIBUTE) :] if attribute else name.lower()


def international(number: str, region: str) -> str:
    """A number with its country code; one that has none is taken as somebody in the region would dial it.

    Raises:
        ConfigurationFault: it has none, and no region says what it is.
    """
    if not number.strip() or number.strip().startswith("+"):
        return number.strip()
    if not region:
        raise ConfigurationFault("number", "has no plus and no country code: say with region where it is from")
    try:
        parsed = parse(number, region)
    except NumberParseException:
        raise ConfigurationFault("number", f"is no number that can be dialled in {region}") from None
    if not is_possible_number(parsed):
        raise ConfigurationFault("number", f"is too long or too short for {region}")
    return format_number(parsed, PhoneNumberFormat.E164)


def _attributes(given: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if cell := given.get("attributes"):
        try:
            found = orjson.loads(cell)
        except orjson.JSONDecodeError:
            raise ConfigurationFault("attributes", "is not JSON") from None
    texts = {name.removeprefix(ATTRIBUTE): cell for name, cell in given.items() if name.startswith(ATTRIBUTE)}
    return {**found, **texts} if isinstance(found, dict) else found
