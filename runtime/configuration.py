"""The configuration in use: one complete value, replaced when somebody changed it.

Processes are told of a change by the broker; a poll of the version finds what was missed. A refresh that fails leaves
the value that is there in use.
"""

import asyncio
import contextlib
from collections.abc import Callable

from contracts.configuration import Configuration
from contracts.errors import SwitchboardError
from runtime.logging import get_logger
from runtime.store.configuration import ConfigurationStore

log = get_logger(__name__)

Subscriber = Callable[[Configuration], None]


class ConfigurationCache:
    """Holds the configuration. A part of the process: `start` returns once there is one.

    Args:
        store: where it comes from.
        poll_s: how often the version is looked at, in seconds.
    """

    def __init__(self, store: ConfigurationStore, poll_s: float) -> None:
        self.current = Configuration()
        self._store = store
        self._poll_s = poll_s
        self._subscribers: list[Subscriber] = []
        self._looking = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with every configuration that comes into use from now on."""
        self._subscribers.append(subscriber)

    async def start(self) -> None:
        """Load the configuration, and keep looking for changes.

        Raises:
            Unavailable: the database cannot be reached.
        """
        async with self._looking:
            await self._load()
        self._polling = asyncio.create_task(self._poll(), name="configuration-poll")

    async def stop(self) -> None:
        """Look no more; the last configuration stays in use."""
        if self._polling is not None:
            self._polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._polling

    async def changed(self) -> None:
        """Look now: somebody says that there is a new version."""
        try:
            # One look at a time, so that an older answer never replaces a newer one.
            async with self._looking:
                if await self._store.version() != self.current.version:
                    await self._load()
        except SwitchboardError as error:
            log.warning("configuration.refresh_failed", reason=str(error), version=self.current.version)
        except Exception:
            log.exception("configuration.refresh_failed", version=self.current.version)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            await self.changed()

    async def _load(self) -> None:
        self.current = await self._store.load()
        log.info("configuration.loaded", version=self.current.version, accounts=len(self.current.accounts))
        for subscriber in self._subscribers:
            subscriber(self.current)
