"""Where journals lie: one directory a gateway under a common one, each locked by the process that uses it.

    <SWITCHBOARD_JOURNAL_DIR>/0/lock
                             /0/0000000000000001.journal ...
                             /0/floods/ACCOUNT.flood/lock ...
                             /1/...

A gateway takes a directory that no other holds: the one that it had before, else one with records before one without.
So gateways are started with one setting however many there are, and one that is started again drains what was left.
That it is its own matters when several are started again at once: what comes in at a gateway goes behind what came in
there before, and not beside it. With a directory go those of the accounts in flood (docs/adr/0018).
"""

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import SetupFault
from gateway.receive.journal.segments import Segment
from runtime.embedded.lock import StateLock

SUFFIX = ".journal"
LOCK = "lock"
HOLDER = "holder"
"""The file that says who had the directory last."""
PRIVATE = 0o700
FLOODS, FLOOD_SUFFIX = "floods", ".flood"


class InUse(SetupFault):
    """Another process has the journal."""


class JournalDirectory:
    """The directory of one journal. Customers' messages lie in it: nobody but its owner may read it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = StateLock(path / LOCK)
        self._numbers = itertools.count(1)

    def acquire(self) -> None:
        """Make the directory and lock it.

        Raises:
            InUse: another process has it.
            SetupFault: it cannot be made.
        """
        try:
            _make(self.path)
            self._lock.acquire("another process uses this journal")
        except OSError as error:
            raise SetupFault(f"the journal {self.path} cannot be used: {error.strerror}") from error
        except SetupFault as error:
            raise InUse(str(error)) from error
        self._numbers = itertools.count(max((int(path.stem) for path in self._paths()), default=0) + 1)

    def release(self) -> None:
        """Unlock it."""
        self._lock.release()

    def segments(self) -> list[Segment]:
        """What earlier processes have left, the oldest first.

        Raises:
            SetupFault: it cannot be read.
        """
        try:
            return [Segment.open(path) for path in self._paths()]
        except OSError as error:
            raise SetupFault(f"the journal {self.path} cannot be read: {error.strerror}") from error

    def create(self) -> Segment:
        """A new segment, the last one.

        Raises:
            OSError: it cannot be made.
        """
        segment = Segment.create(self.path / f"{next(self._numbers):016d}{SUFFIX}")
        _sync(self.path)
        return segment

    def try_out(self) -> None:
        """Write something and take it away again.

        Raises:
            OSError: that is not possible.
        """
        path = self.path / "probe"
        try:
            with path.open("wb") as file:
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
        finally:
            path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.path.glob(f"*{SUFFIX}") if path.stem.isdecimal())


def claim(base: Path, holder: str) -> JournalDirectory:
    """A journal that no other process uses, locked.

    Args:
        base: where journals lie.
        holder: what tells a gateway from others, and is the same when it is started again.

    Raises:
        SetupFault: it cannot be made.
    """
    for path in _candidates(base, holder):
        directory = JournalDirectory(path)
        try:
            directory.acquire()
        except InUse:
            continue
        with contextlib.suppress(OSError):  # a disk that is full must not keep a gateway from starting
            (path / HOLDER).write_text(holder, encoding="utf-8")
        return directory
    raise AssertionError("candidates never end")


def journals(path: Path) -> list[Path]:
    """The journals of a directory: itself, if it is one, or those under it."""
    return [path] if (path / LOCK).exists() else sorted(lock.parent for lock in path.glob(f"*/{LOCK}"))


def floods(path: Path) -> list[Path]:
    """The journals of accounts in flood that belong to a gateway's directory."""
    return sorted(path.glob(f"{FLOODS}/*{FLOOD_SUFFIX}"))


def flood(path: Path, account: str) -> JournalDirectory:
    """The journal of an account in flood, locked. `path` is the gateway's directory, which the caller has locked.

    Raises:
        SetupFault: it cannot be made.
    """
    try:
        _make(path / FLOODS)
    except OSError as error:
        raise SetupFault(f"the journal {path / FLOODS} cannot be used: {error.strerror}") from error
    directory = JournalDirectory(path / FLOODS / f"{account}{FLOOD_SUFFIX}")
    directory.acquire()
    return directory


def _candidates(base: Path, holder: str) -> Iterator[Path]:
    there = sorted((path for path in journals(base) if path.name.isdecimal()), key=lambda path: int(path.name))
    yield from sorted(there, key=lambda path: (_holder(path) != holder, not any(path.rglob(f"*{SUFFIX}"))))
    yield from (base / str(number) for number in itertools.count() if base / str(number) not in there)


def _holder(path: Path) -> str:
    try:
        return (path / HOLDER).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _make(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    path.chmod(PRIVATE)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
