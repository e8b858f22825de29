"""The seam of media: where files are kept. GridFS implements it (`runtime/store/media.py`).

FileRefused     the file is not taken, and will not be: the sentence says why, for a person
├── TooLarge    it has more bytes than we take
├── WrongType   it is not what was announced, or of a type that is not taken
└── WrongHash   its bytes are not those that the provider has
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

from contracts.base import Count, Id, Instant, Value
from contracts.errors import SwitchboardError


class FileRefused(SwitchboardError):
    """A file that is not taken."""


class TooLarge(FileRefused):
    """A file with too many bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the file has more than {most} bytes")


class WrongType(FileRefused):
    """A file of a type that does not belong here."""


class WrongHash(FileRefused):
    """A file whose bytes were altered or lost on the way."""

    def __init__(self) -> None:
        super().__init__("the file is not the one that the provider has: its SHA-256 is another one")


class FileInfo(Value):
    """A file that is kept: `size` in bytes, `sha256` in hexadecimal. It never changes."""

    id: Id
    mime_type: str
    filename: str | None = None
    size: Count
    sha256: str
    stored_at: Instant


class MediaStore(Protocol):
    """Keeps files. Every operation may raise `Unavailable`."""

    async def put(
        self, file_id: str, parts: AsyncIterable[bytes], mime_type: str, filename: str | None = None
    ) -> FileInfo:
        """Keep a file under an id, once: what is there already under this id stays, and is what is given back.

        A file is there as a whole or not at all: when `parts` raises, nothing of it stays, and the error goes on.
        """
        ...

    async def info(self, file_id: str) -> FileInfo | None:
        """What is known of a file; None when there is none."""
        ...

    def read(self, file_id: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file, from `start` up to before `stop`, in parts.

        Raises:
            NotFound: there is no such file.
        """
        ...
