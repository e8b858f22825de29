"""Keeps something alive: whenever it ends by accident, it is started again, with a growing pause in between."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from contracts.errors import SwitchboardError
from runtime.logging import get_logger

log = get_logger(__name__)

_IDLE_POLL_S = 0.2


class Mortal(Protocol):
    """What is kept alive."""

    @property
    def name(self) -> str:
        """For the log."""
        ...

    @property
    def wanted(self) -> bool:
        """Whether it shall run; an end while it shall is an accident."""
        ...

    def wait(self) -> Awaitable[None]:
        """Returns when it has ended."""
        ...

    def start(self) -> Awaitable[object]:
        """Bring it back."""
        ...


@dataclass(frozen=True)
class Backoff:
    """Pauses before restarts, in seconds: the first, doubled each time up to the last; anew after a steady run."""

    first_s: float = 0.5
    last_s: float = 15.0
    steady_s: float = 30.0

    def after(self, pause_s: float, ran_s: float) -> float:
        """The next pause, given the one before and how long it has run since."""
        return self.first_s if ran_s >= self.steady_s or pause_s == 0 else min(pause_s * 2, self.last_s)


async def keep_alive(mortal: Mortal, backoff: Backoff) -> None:
    """Restart it after each accident; runs until it is cancelled."""
    pause_s = 0.0
    while True:
        since = time.monotonic()
        await mortal.wait()
        if not mortal.wanted:
            await asyncio.sleep(_IDLE_POLL_S)
            continue
        pause_s = backoff.after(pause_s, time.monotonic() - since)
        log.warning("embedded.died", name=mortal.name, restart_in_s=pause_s)
        await asyncio.sleep(pause_s)
        await _restart(mortal)


async def _restart(mortal: Mortal) -> None:
    if not mortal.wanted:
        return
    try:
        await mortal.start()
        log.warning("embedded.restarted", name=mortal.name)
    except SwitchboardError as error:
        log.error("embedded.restart_failed", name=mortal.name, reason=str(error))
