"""The disk of the journals: a small one of our own where one may be mounted, so that it can be full."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SIZE = "4m"
PIECES = (bytes(64 * 2**10), bytes(1))
"""With large ones until there is no room for another, then with small ones."""


class Disk:
    """The directory of the journals. Where no disk could be mounted, the flag that `child` looks for stands for it."""

    def __init__(self, path: Path, flag: Path, *, mounted: bool) -> None:
        self.path = path
        self.mounted = mounted
        self._ballast = path / "ballast"
        self._flag = flag

    def fill(self) -> None:
        """Leave no room on it."""
        if not self.mounted:
            self._flag.touch()
            return
        with self._ballast.open("ab", buffering=0) as ballast:
            for piece in PIECES:
                with contextlib.suppress(OSError):
                    while ballast.write(piece) == len(piece):
                        pass

    def clear(self) -> None:
        """Make room again."""
        self._flag.unlink(missing_ok=True)
        self._ballast.unlink(missing_ok=True)


@asynccontextmanager
async def journal_disk(path: Path, flag: Path) -> AsyncIterator[Disk]:
    """A disk for the journals in an empty directory; everything on it is gone afterwards."""
    mounted = await _succeeds("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(path))
    try:
        yield Disk(path, flag, mounted=mounted)
    finally:
        if mounted:
            await _succeeds("umount", "-l", str(path))


async def _succeeds(*command: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except FileNotFoundError:
        return False
    return await process.wait() == 0
