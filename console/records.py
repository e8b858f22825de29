"""A CSV file that comes in parts: its records, each with its number, and no more of it held than the longest of them.

Numbers are those that a spreadsheet shows, as long as no cell has a line break: the header is record 1. Pure.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from console.sheets import BOM

MOST_RECORD = 256 * 1024
"""The most characters that a record may have."""
_UNFINISHED = "unexpected end of data"


class Unreadable(Exception):
    """The file cannot be read any further; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `fault` says why it has no cells, but the text that it is written as."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(slots=True)
class Records:
    """Takes a file part by part and gives its records."""

    delimiter: str
    number: int = 0
    _rest: str = ""
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))

    def feed(self, part: bytes) -> list[Record]:
        """The records that this part completes.

        Raises:
            Unreadable: a line has no end, or is not UTF-8.
        """
        text = self._rest + self._decoded(part, final=False)
        end = text.rfind("\n") + 1
        if end == 0 and len(text) > MOST_RECORD:
            raise Unreadable(f"a line after record {self.number} has more than {MOST_RECORD} characters")
        self._rest = text[end:]
        return list(self._records(text[:end], final=False))

    def close(self) -> list[Record]:
        """The records that the end of the file completes.

        Raises:
            Unreadable: as above.
        """
        text = self._rest + self._decoded(b"", final=True)
        self._rest = ""
        return list(self._records(text, final=True))

    def _decoded(self, part: bytes, *, final: bool) -> str:
        try:
            text = self._decoder.decode(part, final)
        except UnicodeDecodeError as error:
            raise Unreadable(f"the file is not UTF-8 after record {self.number}: {error.reason}") from error
        return text.removeprefix(BOM) if self.number == 0 and not self._rest else text

    def _records(self, text: str, *, final: bool) -> Iterator[Record]:
        waiting = io.StringIO(text, newline="\n").readlines()
        while waiting:
            reader = csv.reader(waiting, delimiter=self.delimiter, strict=True)
            taken = 0
            try:
                for cells in reader:
                    taken = reader.line_num
                    yield self._numbered(cells)
            except csv.Error as error:
                waiting = waiting[taken:]
                unfinished = str(error) == _UNFINISHED
                if unfinished and not final and sum(map(len, waiting)) <= MOST_RECORD:
                    self._rest = "".join(waiting) + self._rest
                    return
                # A quote that nobody closes would swallow all that follows: only its own line is given up.
                given_up = 1 if unfinished or _too_long(error) else reader.line_num - taken
                yield self._numbered(["".join(waiting[:given_up]).strip()], f"is not well-formed CSV: {error}")
                waiting = waiting[given_up:]
            else:
                return

    def _numbered(self, cells: list[str], fault: str = "") -> Record:
        self.number += 1
        return Record(self.number, cells, fault)


def _too_long(error: csv.Error) -> bool:
    return str(error).startswith("field larger than field limit")
