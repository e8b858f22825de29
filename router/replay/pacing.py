"""How fast a replay may go: at its own rate, and only while live traffic leaves room."""

import time
from collections.abc import Sequence

from contracts.topology import router_queue, work_key
from router.replay.session import Session
from runtime.broker import Broker, depths
from runtime.layout import Layout, layout_of

DEEP = 10
"""Messages that wait in a partition while its consumer has as many in hand as it takes: it has enough to do."""
LOOK_S = 0.5
BEHIND_LIVE_TRAFFIC = "live traffic has precedence: partitions have a backlog"


class Pace:
    """Keeps a replay to `rate` events a second."""

    def __init__(self, broker: Broker, partitions: int | Layout, rate: int) -> None:
        self._broker = broker
        self._layout = layout_of(partitions)
        self._rate = rate
        self._next = time.monotonic()

    async def turn(self, session: Session, events: int) -> None:
        """Return when so many events may go out.

        Raises:
            Interrupted: the replay is to go no further.
            Unavailable: the broker is away.
        """
        while max((await depths(self._broker, _queues(self._layout.count))).values(), default=0) > DEEP:
            await session.pause(LOOK_S, BEHIND_LIVE_TRAFFIC)
        now = time.monotonic()
        self._next = max(self._next, now) + events / self._rate
        await session.pause(self._next - now - events / self._rate)


def _queues(partitions: int) -> Sequence[str]:
    return [name(number) for name in (router_queue, work_key) for number in range(partitions)]
