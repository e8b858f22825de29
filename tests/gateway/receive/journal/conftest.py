"""Journals on real files, and a disk that is small enough to be filled."""

import resource
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.receive.journal import Journal, Kind
from gateway.receive.journal.directory import JournalDirectory
from runtime.metrics import Metrics

PLENTY = 2**30
SMALL_DISK = 192 * 1024


@dataclass
class Opened:
    """A journal as one process has it. The time is the test's."""

    path: Path
    most_bytes: int = PLENTY
    metrics: Metrics = field(default_factory=Metrics)
    now: datetime = datetime(2026, 3, 14, tzinfo=UTC)

    async def open(self) -> None:
        directory = JournalDirectory(self.path)
        directory.acquire()
        self.journal = Journal(directory, self.most_bytes, self.metrics, lambda: self.now)
        self.journal.show()
        await self.journal.start()

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    async def append(self, *bodies: str) -> None:
        await self.journal.append(Kind.EVENT, [body.encode() for body in bodies])

    async def drain(self, most: int = 1000) -> list[str]:
        """What the journal gives, forgotten segment by segment."""
        bodies: list[str] = []
        for _ in range(most):
            reading = await self.journal.read()
            if reading is None:
                break
            bodies += [record.body.decode() for record in reading.records]
            await self.journal.forget(reading)
        return bodies


@asynccontextmanager
async def opened(path: Path, most_bytes: int = PLENTY) -> AsyncIterator[Opened]:
    """A process with this journal, ended in good order."""
    process = Opened(path, most_bytes)
    await process.open()
    try:
        yield process
    finally:
        await process.journal.stop()


@dataclass
class Disk:
    """A file system that can be filled up and given room again."""

    path: Path
    fill: Callable[[], None]
    free: Callable[[], None]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """A tiny tmpfs; where it cannot be mounted, a limit on the size of files plays the full disk."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    options = f"size={SMALL_DISK}"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mounted], check=False, capture_output=True)  # noqa: S603, S607 - the machine's own mount
    if done.returncode:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        yield Disk(
            mounted,
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, most)),
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )
        return
    filler = mounted / "filler"
    try:
        yield Disk(mounted, lambda: _fill(filler), filler.unlink)
    finally:
        subprocess.run(["umount", "-l", mounted], check=True)  # noqa: S603, S607 - as above


def _fill(filler: Path) -> None:
    with filler.open("ab", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                return
