"""Whether events go to the broker or to the journal: the point on which gatherer and drainer meet.

Order within a partition is kept because each of its events waits for the one before: a lane of the gatherer writes to
the journal only what the broker did not confirm and what came after that; and as long as the journal holds anything,
of whatever partition, everything goes behind it. The way becomes free again when the journal is empty. Under steady
traffic it would never be: so when little is left the lanes are held for as long as that takes, and no longer than the
broker is given for a confirm.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.receive.journal.journal import Journal
from gateway.receive.journal.patience import Patience, Wait
from gateway.receive.journal.records import Kind
from runtime.layout import Layout
from runtime.logging import get_logger

log = get_logger(__name__)


class Detour:
    """The way around a broker that does not confirm within `patience_s` seconds, and while the layout is held, or the
    broker holds too much already."""

    def __init__(self, journal: Journal, patience_s: float, layout: Layout | None = None) -> None:
        self.layout = layout or Layout(1)
        self._journal = journal
        self._patience_s = patience_s
        self._patience = Patience(patience_s)
        self._let_in = asyncio.Event()
        self._let_in.set()
        self._eased = asyncio.Event()
        self._eased.set()

    @property
    def taken(self) -> bool:
        """Whether what comes now goes into the journal: behind what it holds, or because nothing may be published."""
        return self.layout.held or self.pressed or not self._journal.empty

    @property
    def pressed(self) -> bool:
        """Whether the broker holds so much that it is to be given nothing."""
        return not self._eased.is_set()

    def press(self, pressed: bool) -> None:
        """Have everything go into the journal and stay there, or no longer so."""
        if pressed:
            self._eased.clear()
        else:
            self._eased.set()

    async def eased(self) -> None:
        """Return when the broker may be given more."""
        await self._eased.wait()

    @property
    def holds(self) -> bool:
        """Whether the lanes are kept from writing."""
        return not self._let_in.is_set()

    def patience(self) -> Wait:
        """For a `with` around a publish: bounds it in time.

        Raises:
            TimeoutError: the broker was given long enough, here or for another publish. It may have the events.
        """
        return self._patience.wait()

    async def follow(self, kind: Kind, bodies: Sequence[bytes]) -> bool:
        """Write behind what the journal holds. False: it holds nothing any more, the way to the broker is free.

        Raises:
            Unavailable: the journal cannot take them.
        """
        while self.holds:
            await self._let_in.wait()
        if not self.taken:
            return False
        await self._journal.append(kind, bodies)
        return True

    async def write(self, kind: Kind, bodies: Sequence[bytes]) -> None:
        """Write behind what the journal holds, if it holds anything.

        Raises:
            Unavailable: the journal cannot take them.
        """
        await self._journal.append(kind, bodies)

    async def begin(self, kind: Kind, bodies: Sequence[bytes], reason: Exception) -> None:
        """Write what the broker has not confirmed.

        Raises:
            Unavailable: the journal cannot take them.
        """
        if not self.taken:
            log.warning("journal.begun", reason=f"{type(reason).__name__}: {reason}")
        await self._journal.append(kind, bodies)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the lanes from writing more, for as long as they have patience at most."""
        self._let_in.clear()
        timer = asyncio.get_running_loop().call_later(self._patience_s, self._let_in.set)
        try:
            yield
        finally:
            timer.cancel()
            self._let_in.set()
