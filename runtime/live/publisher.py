"""From what a process has gathered to the stream `live`: a few milliseconds' news at a time, waiting for no confirm.

What cannot be told is dropped, for nobody is to wait for it; the next thing that is told is a `reset` then.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from contracts.errors import Unavailable
from contracts.live import LIVE_ENTRIES, LiveEntry, LiveKind
from contracts.topology import LIVE
from runtime.broker import Broker
from runtime.broker.telling import Teller
from runtime.clock import Clock
from runtime.live.news import Gathered, Item, News
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.store.audiences import Audiences

log = get_logger(__name__)

LINGER_S = 0.01
WITHIN_S = 5.0
RETRY_S = 0.5
RETRY_MOST_S = 5.0
MOST_AT_ONCE = 500
"""Entries in one AMQP message."""


class LivePublisher:
    """A part of a process. What was said until it stops is told."""

    def __init__(self, news: News, broker: Broker, audiences: Audiences, metrics: Metrics, clock: Clock) -> None:
        self._news = news
        self._teller = Teller(broker, LIVE, WITHIN_S)
        self._audiences = audiences
        self._told = metrics.live_told
        self._clock = clock
        self._missed = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to gather and to tell."""
        self._news.open()
        self._task = asyncio.create_task(self._keep_telling())

    async def stop(self) -> None:
        """Tell the rest, if the broker takes it, and end."""
        self._news.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._tell(self._news.take())
        except Unavailable as error:
            log.warning("live.not_told", reason=str(error))

    async def _keep_telling(self) -> None:
        wait = RETRY_S
        while True:
            if not self._missed:
                await self._news.arrived.wait()
                await asyncio.sleep(LINGER_S)
            try:
                await self._tell(self._news.take())
            except Unavailable as error:
                log.warning("live.not_told", reason=str(error), wait_s=wait)
            except Exception:
                # The boundary of the loop: without it nobody would be told of anything any more.
                log.exception("live.failed")
            if not self._missed:
                wait = RETRY_S
                continue
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_MOST_S)

    async def _tell(self, gathered: Gathered) -> None:
        """Tell what was gathered.

        Raises:
            Unavailable: broker or database is away; it is dropped.
        """
        missed, self._missed = self._missed or gathered.overflowed, True
        try:
            async with asyncio.timeout(WITHIN_S):
                items = await self._audiences.complete(gathered.items, gathered.statuses)
                for bundle in _bundles(self._entries(items, missed=missed)):
                    await self._teller.tell(LIVE_ENTRIES.dump_json(bundle, exclude_defaults=True))
                    self._told.inc(len(bundle))
        except TimeoutError as error:
            raise Unavailable(f"what has changed could not be told within {WITHIN_S} s") from error
        self._missed = False

    def _entries(self, items: Iterable[Item], *, missed: bool) -> list[LiveEntry]:
        now = self._clock()
        reset = [LiveEntry(kind=LiveKind.RESET, id="", at=now)] if missed else []
        return [
            *reset,
            *(
                LiveEntry(
                    kind=item.kind,
                    id=item.id,
                    interaction_id=item.interaction_id,
                    account_id=item.account_id,
                    agent_id=item.agent_id,
                    at=now,
                    queues=tuple(sorted(item.queues)),
                    agents=tuple(sorted(item.agents)),
                )
                for item in items
            ),
        ]


def _bundles(entries: Sequence[LiveEntry]) -> Iterator[list[LiveEntry]]:
    for first in range(0, len(entries), MOST_AT_ONCE):
        yield list(entries[first : first + MOST_AT_ONCE])
