"""What came of interactions since a moment, kept from one look to the next.

What happened in a bucket that is over for a while does not change any more, but for an interaction that was closed and
is opened again: so a look reads the last buckets anew, and now and then all of them. A day's work is not counted again
each second because somebody watches.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.clock import Clock
from runtime.store.realtime import BUCKET_MINUTES, Closed, RealtimeStore, Taken

UNSETTLED = timedelta(minutes=10)
"""For so long something may still come into a bucket: the clocks of hosts differ, and writes are retried."""
WHOLE_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Happened:
    """What came to agents, and what was closed, from `since` on."""

    since: datetime
    taken: tuple[Taken, ...] = ()
    closed: tuple[Closed, ...] = ()


def floor(moment: datetime) -> datetime:
    """The beginning of the bucket that a moment lies in."""
    return moment - timedelta(
        minutes=moment.minute % BUCKET_MINUTES, seconds=moment.second, microseconds=moment.microsecond
    )


class Happenings:
    """What happened, by one service level. One look at a time."""

    def __init__(self, store: RealtimeStore, clock: Clock, within_s: float) -> None:
        self._store = store
        self._clock = clock
        self._within_s = within_s
        self._known: Happened | None = None
        self._read_at = self._whole_at = clock()

    async def since(self, moment: datetime) -> Happened:
        """What happened from the beginning of the bucket on that a moment lies in.

        Raises:
            Unavailable: the database is away.
        """
        first, now = floor(moment), self._clock()
        known, begin = self._settled(first, now)
        taken = await self._store.taken(begin, self._within_s)
        closed = await self._store.closed(begin)
        if begin == first:
            self._whole_at = now
        self._read_at, self._known = (
            now,
            Happened(
                first,
                (*(row for row in known.taken if first <= row.bucket < begin), *taken),
                (*(row for row in known.closed if first <= row.bucket < begin), *closed),
            ),
        )
        return self._known

    def _settled(self, first: datetime, now: datetime) -> tuple[Happened, datetime]:
        """What is known, and from where on the database is asked."""
        known = self._known
        if known is None or first < known.since or now - self._whole_at >= WHOLE_EVERY:
            return Happened(first), first
        return known, max(first, floor(self._read_at - UNSETTLED))
