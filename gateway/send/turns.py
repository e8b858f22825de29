"""Whose turn it is to send: accounts in rotation, each at its rate, the messages of a conversation one after another.

Pure bookkeeping: times are seconds of a clock that only goes forward, and are handed in.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.providers.seam import Limits

Conversation = tuple[str, str]
"""Account and contact key."""
MOST_PACES = 10_000
LEAST_SHARE = 0.01


class Pace:
    """A rate with a burst: one every `interval_s` on average, `burst` of them at once after a rest."""

    def __init__(self, interval_s: float, burst: int) -> None:
        self.interval_s = interval_s
        self._burst = burst
        self._due = 0.0  # when the next one would be due if all kept their distance

    def wait_s(self, now: float) -> float:
        """How long until the next one may go."""
        return max(0.0, self._due - self.interval_s * (self._burst - 1) - now)

    def take(self, now: float) -> None:
        """One goes."""
        self._due = max(self._due, now) + self.interval_s

    def give_back(self) -> None:
        """It did not go after all."""
        self._due -= self.interval_s

    def rested(self, now: float) -> bool:
        """Whether it has nothing to remember."""
        return self._due <= now


class Standing(Enum):
    """Where a conversation stands; one that is not known has nothing to send."""

    WAITING = auto()
    RUNNING = auto()
    RUNNING_WITH_MORE = auto()
    DEFERRED = auto()


@dataclass(slots=True)
class Line:
    """The conversations of one account that wait, in order."""

    pace: Pace
    waiting: deque[str] = field(default_factory=deque)
    running: int = 0
    held_until: float = 0.0

    def wait_s(self, now: float) -> float:
        """How long until its next message may go, as far as rates tell."""
        return max(self.pace.wait_s(now), self.held_until - now)


class Turns:
    """The turns of one sender.

    Args:
        concurrent: most turns at a time.
        per_account: most turns at a time of one account.
        limits_of: the provider's limits of an account.
        share: which part of the accounts' rates is this sender's, from 0 to 1.
    """

    def __init__(
        self,
        concurrent: int,
        per_account: int,
        limits_of: Callable[[str], Limits],
        share: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._concurrent = concurrent
        self._per_account = per_account
        self._limits_of = limits_of
        self._share = share
        self._lines: dict[str, Line] = {}
        self._rotation: deque[str] = deque()
        self._standing: dict[Conversation, Standing] = {}
        self._later: list[tuple[float, Conversation]] = []
        self._paces: dict[Conversation, Pace] = {}
        self._running = 0

    def submit(self, conversation: Conversation) -> None:
        """There may be something to send in a conversation."""
        match self._standing.get(conversation):
            case None:
                self._queue(conversation)
            case Standing.RUNNING:
                self._standing[conversation] = Standing.RUNNING_WITH_MORE
            case _:
                return

    def next(self, now: float) -> Conversation | None:
        """The conversation whose turn it is, if one may send now. What was given here must be `done` once."""
        self._wake(now)
        if self._running >= self._concurrent:
            return None
        for _ in range(len(self._rotation)):
            account_id = self._rotation[0]
            self._rotation.rotate(-1)
            line = self._lines[account_id]
            line.pace.interval_s = self._interval_s(account_id)
            if line.waiting and line.running < self._per_account and line.wait_s(now) <= 0:
                conversation = self._take(account_id, line, now)
                if conversation is not None:
                    return conversation
        return None

    def _take(self, account_id: str, line: Line, now: float) -> Conversation | None:
        """The first conversation of a line whose customer may be written to; the others are put off on the way."""
        while line.waiting:
            conversation = (account_id, line.waiting.popleft())
            pace = self._pace(conversation, now)
            if (wait_s := pace.wait_s(now)) > 0:
                self._defer(conversation, now + wait_s)
                continue
            line.pace.take(now)
            pace.take(now)
            line.running += 1
            self._running += 1
            self._standing[conversation] = Standing.RUNNING
            return conversation
        return None

    def done(self, conversation: Conversation, now: float, *, called: bool, again_in_s: float | None) -> None:
        """A turn is over.

        Args:
            conversation: whose it was.
            now: the time.
            called: whether the provider was called; else the turn does not count.
            again_in_s: when there will be more to send; None when there is nothing more.
        """
        line = self._lines[conversation[0]]
        line.running -= 1
        self._running -= 1
        if not called:
            line.pace.give_back()
            self._paces[conversation].give_back()
        standing = self._standing.pop(conversation)
        if again_in_s is None and standing is Standing.RUNNING_WITH_MORE:
            again_in_s = 0
        if again_in_s is None:
            self._forget(conversation, now)
        elif again_in_s > 0:
            self._defer(conversation, now + again_in_s)
        else:
            self._queue(conversation)

    def hold(self, account_id: str, until: float) -> None:
        """Send nothing of an account before a time: the provider asks for it."""
        line = self._line(account_id)
        line.held_until = max(line.held_until, until)

    def wait_s(self, now: float) -> float | None:
        """How long until there may be a turn again; None when something must happen first."""
        if self._running >= self._concurrent:
            return None
        waits = [line.wait_s(now) for line in self._lines.values() if line.waiting and line.running < self._per_account]
        if self._later:
            waits.append(self._later[0][0] - now)
        return max(0.0, min(waits)) if waits else None

    @property
    def waiting(self) -> int:
        """How many conversations have something to send and are not being sent from."""
        return len(self._standing) - self._running

    def _wake(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            self._queue(heapq.heappop(self._later)[1])

    def _queue(self, conversation: Conversation) -> None:
        self._standing[conversation] = Standing.WAITING
        self._line(conversation[0]).waiting.append(conversation[1])

    def _defer(self, conversation: Conversation, until: float) -> None:
        self._standing[conversation] = Standing.DEFERRED
        heapq.heappush(self._later, (until, conversation))

    def _line(self, account_id: str) -> Line:
        if account_id not in self._lines:
            self._lines[account_id] = Line(Pace(self._interval_s(account_id), self._limits_of(account_id).burst))
            self._rotation.append(account_id)
        return self._lines[account_id]

    def _interval_s(self, account_id: str) -> float:
        # Whoever has just let go of the last partition still has some messages to see off.
        return 1 / (self._limits_of(account_id).per_second * max(self._share(), LEAST_SHARE))

    def _pace(self, conversation: Conversation, now: float) -> Pace:
        if conversation not in self._paces:
            if len(self._paces) >= MOST_PACES:
                self._paces = {one: pace for one, pace in self._paces.items() if not self._forgettable(one, pace, now)}
            limits = self._limits_of(conversation[0])
            self._paces[conversation] = Pace(limits.recipient_interval_s, limits.recipient_burst)
        return self._paces[conversation]

    def _forget(self, conversation: Conversation, now: float) -> None:
        if self._paces[conversation].rested(now):
            del self._paces[conversation]

    def _forgettable(self, conversation: Conversation, pace: Pace, now: float) -> bool:
        return pace.rested(now) and conversation not in self._standing
