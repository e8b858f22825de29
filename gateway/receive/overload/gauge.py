"""Asks the database what routers and workers have in hand and how fast they are, and the broker what waits for them."""

import asyncio
from collections import Counter

from contracts.errors import Unavailable
from contracts.topology import router_queue, work_key
from gateway.receive.overload.load import STAGES, Load, full, load_of
from runtime.broker import Broker, standings
from runtime.layout import Layout
from runtime.logging import get_logger
from runtime.settings import Settings
from runtime.store.membership import Member, Roll

log = get_logger(__name__)

PATIENCE_S = 2.0
"""For the database: while it hangs the broker's queues must be looked at all the more."""
QUEUES = dict(zip(STAGES, (router_queue, work_key), strict=True))


class Gauge:
    """Reads the load. The broker is asked only for queues of which it may have kept something: a queue costs it, and
    this process, a third of a millisecond."""

    def __init__(self, broker: Broker, roll: Roll, layout: Layout, settings: Settings) -> None:
        self._broker = broker
        self._roll = roll
        self._layout = layout
        self._ttl_s = settings.member_ttl_s
        self._full = max(1, settings.prefetch // 2)  # a heartbeat is a second old: there may be more by now

    async def read(self) -> Load:
        """The load now; without a database, that of the broker alone, for nobody takes anything then.

        Raises:
            Unavailable: the broker is away.
        """
        members = await self._members()
        queues = {
            name(number): stage
            for stage, name in QUEUES.items()
            for number in full(stage, members, self._layout.count, self._full)
        }
        found = await standings(self._broker, queues) if queues else {}
        waiting: Counter[str] = Counter()
        for queue, standing in found.items():
            waiting[queues[queue]] += standing.depth
        return load_of(waiting, members)

    async def _members(self) -> list[Member]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return [one for one in await self._roll.call() if one.silent_s < self._ttl_s]
        except (Unavailable, TimeoutError) as error:
            log.debug("gauge.members_unknown", reason=str(error))
            return []
