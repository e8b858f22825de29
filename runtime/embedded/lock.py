"""A lock on a state directory: held while this process lives, gone with it however it ends."""

import fcntl
from pathlib import Path
from typing import IO

from contracts.errors import SetupFault


class StateLock:
    """An flock(2) on a file; children do not inherit it.

    Args:
        path: the file; it stays when the lock is released.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, sentence: str) -> None:
        """Take the lock; nothing happens when this object holds it already.

        Args:
            sentence: what to say when another process holds it.

        Raises:
            SetupFault: another process holds it.
        """
        if self._file is not None:
            return
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise SetupFault(f"{sentence}: {self._path.parent}") from error
        self._file = file

    def release(self) -> None:
        """Let the lock go."""
        if self._file is not None:
            self._file.close()
            self._file = None
