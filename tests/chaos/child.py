"""`python -m tests.chaos.child [--planted NAME] MODULE ARGUMENTS`: a process of the product as `python -m` runs it,
with a clock that can be turned and a disk that can be full.

Both are files in the directory that `CHAOS_DIRECTORY` names: `PID.shift` holds the seconds by which the clock of the
process is wrong; while `full` is there, the journal's disk takes nothing (for machines on which a disk of our own
cannot be mounted). With `--planted` one seam of the process is broken, see `mutations`.
"""

import errno
import os
import runpy
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from gateway.receive.journal import segments
from runtime import clock
from tests.chaos import mutations

DIRECTORY = "CHAOS_DIRECTORY"
FULL = "full"


def shift_file(directory: Path, pid: int) -> Path:
    """Where the seconds stand by which a process's clock is wrong."""
    return directory / f"{pid}.shift"


def bend(directory: Path) -> None:
    """Put the clock and the disk of this process into the hands of whoever writes the files."""
    shift = shift_file(directory, os.getpid())
    write = segments._write  # the one place where the journal's bytes go to the disk

    class Turned(datetime):
        """The time, turned."""

        @classmethod
        def now(cls, tz: tzinfo | None = UTC) -> datetime:  # type: ignore[override] # of our own type it need not be
            seconds = float(shift.read_text() or 0) if shift.exists() else 0.0
            return datetime.now(tz) + timedelta(seconds=seconds)

    def write_if_not_full(descriptor: int, data: bytes, offset: int) -> None:
        if (directory / FULL).exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(descriptor, data, offset)

    setattr(clock, "datetime", Turned)  # noqa: B010 - mypy knows that a type is not to be assigned to
    segments._write = write_if_not_full


def main(arguments: list[str]) -> None:
    """Run the module."""
    directory = Path(os.environ[DIRECTORY])
    bend(directory)
    if arguments[0] == "--planted":
        mutations.PLANTED[arguments[1]](directory)
        arguments = arguments[2:]
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
