"""One account's events aside: a journal of its own, and its way back, in order.

What is read of it is given to the gatherer, as if it came in now: behind all that the account brought before it was
diverted, and behind the journal at the door if the broker is away. At a time one event of a conversation is on its way,
so none can be taken when the one before it was refused.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

import orjson

from contracts.errors import Unavailable
from contracts.partitioning import conversation_key
from gateway.receive.journal import Journal, Kind
from gateway.receive.journal.journal import Reading

MOST_COMING_BYTES = 8 * 2**20
"""Of events that wait for the disk, or for the last of the lane; beyond it the account's webhooks get 503."""

Written = asyncio.Future[None]
Straight = Callable[[bytes], Written]
"""Hands an event to the gatherer."""


class Lane:
    """The lane of an account; `since` is when it was opened, in seconds of the loop's time."""

    def __init__(self, account: str, journal: Journal, since: float) -> None:
        self.account = account
        self.journal = journal
        self.since = since
        self._parked: list[tuple[bytes, Written]] = []
        self._parked_bytes = 0
        self._reading: Reading | None = None
        self._left: deque[bytes] = deque()

    def write(self, body: bytes) -> Written:
        """Done when the event is on the disk, behind all that was written before.

        Raises:
            Unavailable: the lane is full.
        """
        self._check_room(body)
        return self.journal.submit(Kind.EVENT, [body])

    def park(self, body: bytes) -> Written:
        """Done when the event is where `unpark` has brought it.

        Raises:
            Unavailable: too much waits.
        """
        self._check_room(body)
        waiting: Written = asyncio.get_running_loop().create_future()
        self._parked.append((body, waiting))
        self._parked_bytes += len(body)
        return waiting

    def unpark(self, onward: Straight) -> None:
        """Send what was parked onward, in order."""
        parked, self._parked, self._parked_bytes = self._parked, [], 0
        for body, waiting in parked:
            try:
                onward(body).add_done_callback(partial(_tell, waiting))
            except Unavailable as error:
                _fail(waiting, error)

    async def give(self, most: int, straight: Straight) -> int:
        """Give the next events, `most` of them or fewer; how many it were.

        Raises:
            Unavailable: they were not taken, or the disk cannot be read; they are given again.
        """
        if self._reading is None and not await self._read():
            return 0
        chunk = list(islice(self._left, most))
        await _hand_on(chunk, straight)
        for _ in chunk:
            self._left.popleft()
        if not self._left and self._reading is not None:
            await self.journal.forget(self._reading)
            self._reading = None
        return len(chunk)

    async def _read(self) -> bool:
        self._reading = await self.journal.read()
        if self._reading is None:
            return False
        self._left = deque(record.body for record in self._reading.records)
        return True

    def _check_room(self, body: bytes) -> None:
        if self.journal.coming + self._parked_bytes + len(body) > MOST_COMING_BYTES:
            raise Unavailable("the account has too many events waiting for the disk")


async def _hand_on(events: Sequence[bytes], straight: Straight) -> None:
    """Return when all of these are taken; each conversation's one after the other."""
    conversations: dict[str, list[bytes]] = defaultdict(list)
    for body in events:
        conversations[conversation_of(body)].append(body)
    ways = (_one_by_one(bodies, straight) for bodies in conversations.values())
    for failure in await asyncio.gather(*ways, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def _one_by_one(bodies: Sequence[bytes], straight: Straight) -> None:
    for body in bodies:
        await straight(body)


def conversation_of(body: bytes) -> str:
    """The conversation that an encoded event belongs to."""
    fields = orjson.loads(body)
    return conversation_key(fields["account_id"], fields["contact_key"])


def _tell(waiting: Written, done: Written) -> None:
    if waiting.done():
        return  # its request was cancelled
    error = Unavailable("the gateway is stopping") if done.cancelled() else done.exception()
    if error is None:
        waiting.set_result(None)
    else:
        _fail(waiting, error)


def _fail(waiting: Written, error: BaseException) -> None:
    if not waiting.done():
        waiting.set_exception(error)
        waiting.exception()  # looked at here: its request may wait for another one first
