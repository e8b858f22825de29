"""The clock: finds deadlines that have passed and says so, and sweeps up what a lost trigger left behind.

A deadline is a field of the interaction that waits for it, so it survives every restart and there is nothing to cancel.
Saying so twice does no harm: the router looks at what is due now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from contracts.base import new_id
from contracts.errors import Unavailable
from contracts.events import DeadlineReached
from contracts.interactions import Interaction
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox
from runtime.settings import Settings
from runtime.store.assignments import Assignments
from runtime.store.figures import FigureStore
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore
from runtime.store.presence import PresenceStore

log = get_logger(__name__)

MOST_AT_ONCE = 500
CLAIM_FOR = timedelta(seconds=2)
GRACE = timedelta(seconds=5)
OWNED_EVERY = 15
"""Sweeps between two looks at everything that is owned."""
Sweep = Callable[[], Awaitable[None]]
"""One more thing to be swept up."""


class ClockWorker:
    """A part of a process: two loops, one for deadlines and one for sweeps."""

    def __init__(
        self,
        interactions: InteractionStore,
        figures: FigureStore,
        offers: OfferStore,
        presence: PresenceStore,
        assignments: Assignments,
        outbox: Outbox,
        metrics: Metrics,
        clock: Clock,
        settings: Settings,
        sweeps: Sequence[Sweep] = (),
    ) -> None:
        self._interactions = interactions
        self._figures = figures
        self._offers = offers
        self._presence = presence
        self._assignments = assignments
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        self._settings = settings
        self._sweeps = sweeps
        self._doubtful: set[tuple[str, str]] = set()
        self._sweeps_done = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to look."""
        self._tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._sweep())]

    async def stop(self) -> None:
        """Look no more; what was found and not said is found again by the next clock."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def check(self) -> None:
        """Return when both loops run.

        Raises:
            Unavailable: one has ended.
        """
        if not self._tasks or any(task.done() for task in self._tasks):
            raise Unavailable("the clock has stopped")

    async def _look(self) -> None:
        while True:
            try:
                found = await self.announce()
            except Unavailable as error:
                log.warning("clock.waiting", reason=str(error))
                found = 0
            except Exception:
                # The boundary of the loop: a clock that stops would hold up every timeout there is.
                log.exception("clock.look_failed")
                found = 0
            if found < MOST_AT_ONCE:
                await asyncio.sleep(self._settings.clock_interval_s)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._settings.sweep_interval_s)
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("clock.sweep_waiting", reason=str(error))
            except Exception:
                log.exception("clock.sweep_failed")

    async def announce(self) -> int:
        """Say of every interaction that is due that its time has come; how many there were."""
        now = self._clock()
        due = await self._interactions.claim_due(now, MOST_AT_ONCE, CLAIM_FOR)
        if due:
            await self._outbox.events([_deadline(interaction, now) for interaction in due])
            self._metrics.handled.labels("clock", "deadline").inc(len(due))
        return len(due)

    async def sweep(self) -> None:
        """Have everything served that waits, and set right what somebody died in the middle of."""
        waiting = await self._figures.waiting()
        await self._outbox.serve(list(waiting), new_id())
        overdue = await self._offers.overdue(self._clock() - GRACE, MOST_AT_ONCE)
        if overdue:
            await self._assignments.settle(await self._interactions.get_many(overdue))
        await self._set_holdings_right()
        await self._set_wrapups_right()
        for sweep in self._sweeps:
            await sweep()

    async def _set_holdings_right(self) -> None:
        """Free agents of what they hold without having it, seen so twice: a claim may just be on its way.

        And have them hold what they are offered or own: somebody slow may have been taken for dead, and freed of it too
        soon. What belongs to more of them than are offered something is looked at less often.
        """
        had = await self._figures.offered()
        if self._sweeps_done % OWNED_EVERY == 0:
            had |= await self._figures.owned()
        self._sweeps_done += 1
        holdings = await self._presence.holdings()
        doubtful = {(agent, held) for agent, holding in holdings.items() for held in holding} - had
        wrong = doubtful - await self._figures.held({held for _, held in doubtful})
        stale = wrong & self._doubtful
        await self._presence.release(stale)
        await self._presence.keep({(agent, one) for agent, one in had if one not in holdings.get(agent, ())})
        self._doubtful = wrong - stale
        if stale:
            # Whoever died before they let go of it may not have taken it from the agent's queue either.
            await self._assignments.settle(await self._interactions.get_many({held for _, held in stale}))
            log.warning("clock.freed", holdings=len(stale))

    async def _set_wrapups_right(self) -> None:
        """Have agents pause who have a disposition to give, and nobody else."""
        known = {(agent, one) for agent, ones in (await self._presence.wrapups()).items() for one in ones}
        wrong = known ^ await self._figures.wrapping_up()
        if wrong:
            await self._assignments.settle(await self._interactions.get_many({one for _, one in wrong}))


def _deadline(interaction: Interaction, now: datetime) -> DeadlineReached:
    return DeadlineReached(
        event_id=new_id(),
        correlation_id=interaction.correlation_id,
        account_id=interaction.account_id,
        contact_key=interaction.contact_key,
        received_at=now,
        interaction_id=interaction.id,
        due_at=interaction.due_at or now,
    )
