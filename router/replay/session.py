"""A replay in hand: its claim is kept, its progress stored, and a wish to stop it is heard."""

import asyncio
import time
from typing import Any

from contracts.errors import SwitchboardError
from contracts.replay import Replay, ReplayState
from runtime.clock import Clock
from runtime.store.replays import ReplayStore

BEAT_S = 2.0


class Interrupted(SwitchboardError):
    """Somebody wants the replay to stop, or it is in another replayer's hands by now."""


class Session:
    """The work on one replay by one replayer."""

    def __init__(self, replay: Replay, store: ReplayStore, by: str, clock: Clock) -> None:
        self.replay = replay
        self._store = store
        self._by = by
        self._clock = clock
        self._beat_at = time.monotonic()

    async def save(self, **fields: Any) -> None:  # noqa: ANN401 - fields of a replay
        """Store how far it is.

        Raises:
            Interrupted: it is to go no further.
        """
        replay = await self._store.step(self.replay, self._by, self._clock(), fields)
        self._beat_at = time.monotonic()
        if replay is None:
            raise Interrupted("another replayer has it")
        self.replay = replay
        if replay.state is ReplayState.STOPPING:
            raise Interrupted("it is to stop")

    async def beat(self, waiting: str = "") -> None:
        """Keep the claim while nothing is to be stored.

        Raises:
            Interrupted: as above.
        """
        if time.monotonic() - self._beat_at >= BEAT_S or waiting != self.replay.waiting:
            await self.save(waiting=waiting)

    async def pause(self, seconds: float, waiting: str = "") -> None:
        """Wait; the claim is kept.

        Raises:
            Interrupted: as above.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            await self.beat(waiting)
            await asyncio.sleep(min(left, BEAT_S))
