"""One file of the journal: a header that says how far it is drained, then records.

    magic 8 | drained up to this offset 8 | CRC-32 of the offset 4

The header is written over in place, without fsync: after a power cut an old one means that events are published twice,
which is harmless. All of this blocks; it is called on the journal's own thread.
"""

import contextlib
import os
import struct
from pathlib import Path
from typing import Self
from zlib import crc32

MAGIC = b"SWJRNL1\n"
_OFFSET = struct.Struct(">Q")
_CHECK = struct.Struct(">I")
HEADER_BYTES = len(MAGIC) + _OFFSET.size + _CHECK.size
PRIVATE = 0o600


class Segment:
    """An open file. Offsets count from its beginning.

    `size` is where the next record goes: what is behind it, after a write that failed, is not ours.
    """

    def __init__(self, path: Path, descriptor: int, drained: int, size: int) -> None:
        self.path = path
        self.drained = drained
        self.size = size
        self._descriptor = descriptor

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new file; it is durable with its first record, its name with the next fsync of the directory.

        Raises:
            OSError: it cannot be made.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        made = cls(path, descriptor, HEADER_BYTES, HEADER_BYTES)
        try:
            _write(descriptor, _header(HEADER_BYTES), 0)
        except OSError:
            made.delete()
            raise
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        """A file that an earlier process has written. With an unreadable header all of it counts as not drained.

        Raises:
            OSError: it cannot be read.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        size = os.fstat(descriptor).st_size
        return cls(path, descriptor, _drained(os.pread(descriptor, HEADER_BYTES, 0), size), size)

    @property
    def left(self) -> int:
        """Bytes that are not drained."""
        return max(0, self.size - self.drained)

    def append(self, data: bytes) -> None:
        """Return when the data is on the disk.

        Raises:
            OSError: it is not; what was written of it is taken back.
        """
        try:
            _write(self._descriptor, data, self.size)
            os.fdatasync(self._descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def read(self) -> bytes:
        """Everything that is not drained.

        Raises:
            OSError: it cannot be read.
        """
        data = bytearray()
        while chunk := os.pread(self._descriptor, self.left - len(data), self.drained + len(data)):
            data += chunk
        return bytes(data)

    def forget(self, upto: int) -> None:
        """Everything before this offset is drained.

        Raises:
            OSError: it could not be noted; this process knows it all the same.
        """
        self.drained = upto
        _write(self._descriptor, _header(upto), 0)

    def delete(self) -> None:
        """Take the file away.

        Raises:
            OSError: it is still there, and all of it counts as drained for this process.
        """
        self.close()
        self.path.unlink()

    def set_aside(self) -> None:
        """Keep the file for a person to look at, under a name that is no segment's.

        Raises:
            OSError: it keeps its name.
        """
        self.close()
        self.path.rename(self.path.with_suffix(".damaged"))

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _header(drained: int) -> bytes:
    offset = _OFFSET.pack(drained)
    return MAGIC + offset + _CHECK.pack(crc32(offset))


def _drained(header: bytes, size: int) -> int:
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        return min(HEADER_BYTES, size)
    offset = header[len(MAGIC) : len(MAGIC) + _OFFSET.size]
    (drained,) = _OFFSET.unpack(offset)
    intact = header[-_CHECK.size :] == _CHECK.pack(crc32(offset)) and HEADER_BYTES <= drained <= size
    return int(drained) if intact else HEADER_BYTES


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
