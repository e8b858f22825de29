"""The lanes of one gateway on its disk: a journal for each account in flood, beside the journal at the door.

    <SWITCHBOARD_JOURNAL_DIR>/0/floods/ACCOUNT.flood/lock
                                                     0000000000000001.journal ...

Whoever has the gateway's journal has these, too; which accounts are diverted is said by which of them are there.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

from gateway.receive.journal import Journal
from gateway.receive.journal.directory import FLOOD_SUFFIX, LOCK, flood, floods
from gateway.receive.overload.lane import Lane
from runtime.clock import Clock
from runtime.metrics import Metrics

GATHER_S = 0.1
"""An account in flood waits so long for its fsync: the broker and the database need the disk, too, and one fsync after
the other would leave them little of it."""


class Lanes:
    """The lanes that are open, by account.

    Args:
        path: of the gateway's journal, which is locked.
        most_bytes: how large each of them may become; what comes then is refused.
    """

    def __init__(self, path: Path, most_bytes: int, metrics: Metrics, clock: Clock) -> None:
        self.open: dict[str, Lane] = {}
        self._path = path
        self._most_bytes = most_bytes
        self._metrics = metrics
        self._clock = clock
        self._changing = asyncio.Lock()
        metrics.flood_accounts.set_function(lambda: len(self.open))
        metrics.flood_bytes.set_function(lambda: self.size)
        metrics.flood_oldest_seconds.set_function(lambda: self.age)

    @property
    def size(self) -> int:
        """Bytes that are not drained."""
        return sum(lane.journal.size for lane in tuple(self.open.values()))

    @property
    def age(self) -> float:
        """Of the oldest event that is not drained, in seconds."""
        return max((lane.journal.age for lane in tuple(self.open.values())), default=0.0)

    def added_to(self, figures: Mapping[str, float]) -> Mapping[str, float]:
        """The figures of the journal at the door with what is aside, for that waits on the same disk."""
        oldest_s = max(figures["oldest_s"], round(self.age, 1))
        return {**figures, "bytes": figures["bytes"] + self.size, "oldest_s": oldest_s}

    async def find(self) -> list[Lane]:
        """Open those that an earlier process has left, and that hold something.

        Raises:
            SetupFault, Unavailable: one cannot be read.
        """
        for path in floods(self._path):
            lane = await self.add(path.name.removesuffix(FLOOD_SUFFIX))
            if lane.journal.empty:
                await self.close(lane)
        return list(self.open.values())

    async def add(self, account: str) -> Lane:
        """Open the lane of an account.

        Raises:
            SetupFault, Unavailable: it cannot be made or read.
        """
        async with self._changing:
            directory = await asyncio.to_thread(flood, self._path, account)
            journal = Journal(directory, self._most_bytes, self._metrics, self._clock, GATHER_S)
            await journal.start()
            lane = self.open[account] = Lane(account, journal, asyncio.get_running_loop().time())
            return lane

    async def close(self, lane: Lane) -> None:
        """Let go of a lane; one that is empty is taken away."""
        self.open.pop(lane.account, None)
        async with self._changing:
            empty = lane.journal.empty
            await lane.journal.stop()
            if empty:
                await asyncio.to_thread(_take_away, lane.journal.path)

    async def stop(self) -> None:
        """Let go of all of them."""
        for lane in list(self.open.values()):
            await self.close(lane)


def _take_away(path: Path) -> None:
    with contextlib.suppress(OSError):  # a damaged file is kept in there for a person
        (path / LOCK).unlink()
        path.rmdir()
