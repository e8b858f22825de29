"""Changing the number of partitions: hold what is new, let what is in go through, and go on with the new number.

    begin     a document says so; inlets (gateways, consoles, clocks, replayers) hold: gateways write to their journals
    drain     routers, workers and senders go on until no partition queue holds anything
    close     nobody consumes, nobody publishes; the queues are looked at again, and drained again if need be
    finish    one conditional write: the number is the new one, everybody goes on with it
    clean up  queues of partitions that are no more are deleted

Until `finish` the old number holds, and from it on the new one; there is nothing in between. A command that dies before
it leaves a change that every process calls off after 10 s (`runtime/attendance.py`); one that dies after it leaves
empty queues, which the next run deletes. Order is kept, for nothing is published under the new number while anything of
the old one is under way, and a gateway's journal is drained in order.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contracts.base import new_id
from contracts.errors import SwitchboardError, Unavailable
from contracts.topology import partition_queues
from runtime.attendance import GROUP
from runtime.broker import Broker, Standing, delete_idle, standings
from runtime.logging import get_logger
from runtime.store.layout import LayoutStore, Phase, Plan
from runtime.store.membership import Member, Roll

log = get_logger(__name__)

MOST = 99
ABANDONED_S = 4.0
"""A command that has been silent for so long may be taken over from; it renews its change each second."""
RENEW_S = 1.0
LOOK_S = 0.2
FOLLOW_S = 10.0
"""How long the processes may take to go on with the new number, before it is said that one has not."""

Tell = Callable[[str], None]


class Refused(SwitchboardError):
    """The change cannot be made now; the sentence says why, and what would help."""


class CalledOff(SwitchboardError):
    """The change was given up; everything is as it was."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: from which number to which, how long inlets were held in seconds, the queues that were deleted and
    those that had to stay, and the processes that had not followed in time."""

    before: int
    after: int
    held_s: float
    deleted: tuple[str, ...]
    left: dict[str, Standing]
    late: tuple[str, ...]


class Repartitioning:
    """One run of the command.

    Args:
        ttl_s: the age of a heartbeat at which its process counts as silent.
        gone: whether silent processes are dead for certain, and not just out of the database's sight.
        declare: declares the queues of so many partitions, and leaves those that are there.
        tell: is given a sentence about each step.
    """

    def __init__(
        self,
        broker: Broker,
        layouts: LayoutStore,
        roll: Roll,
        ttl_s: float,
        *,
        gone: bool,
        declare: Callable[[int], Awaitable[None]],
        tell: Tell,
    ) -> None:
        self._broker = broker
        self._layouts = layouts
        self._roll = roll
        self._ttl_s = ttl_s
        self._gone = gone
        self._declare = declare
        self._tell = tell
        self._token = new_id()
        self._phase = Phase.DRAINING
        self._off = asyncio.Event()

    async def look(self, to: int) -> Plan:
        """The plan as it is, once nothing speaks against the change.

        Raises:
            Refused: something does.
            Unavailable: broker or database are away.
        """
        plan = await self._layouts.read()
        if plan is None:
            raise Refused("there is no installation in this database yet: start it with SWITCHBOARD_PARTITIONS set")
        if not 1 <= to <= MOST:
            raise Refused(f"the number of partitions must be between 1 and {MOST}")
        if plan.change and plan.change.silent_s < ABANDONED_S:
            raise Refused(f"another command is changing the number to {plan.change.to} already")
        await self._broker.check()
        await self._members()
        return plan

    async def run(self, to: int, timeout_s: float) -> Outcome:
        """Make the change.

        Raises:
            Refused: it cannot be made now.
            CalledOff: it could not be finished in time, or somebody called it off.
            Unavailable: broker or database went away; what was begun is called off by whoever sees it.
        """
        plan = await self.look(to)
        unchanged: tuple[float, tuple[str, ...]] = (0.0, ())
        held_s, late = await self._change(plan, to, timeout_s) if plan.count != to else unchanged
        deleted, left = await self._clean(to, max(plan.highest, plan.count))
        return Outcome(plan.count, to, round(held_s, 1), deleted, left, late)

    async def _change(self, plan: Plan, to: int, timeout_s: float) -> tuple[float, tuple[str, ...]]:
        if to > plan.count:
            self._tell(f"declaring the queues of {to - plan.count} more partitions")
            await self._declare(to)
        if not await self._layouts.begin(self._token, to, ABANDONED_S):
            raise Refused("another command was faster")
        began = time.monotonic()
        queues = partition_queues(range(max(plan.count, to)))
        try:
            async with self._renewing(), asyncio.timeout(timeout_s):
                await self._empty(queues)
                self._still(await self._layouts.finish(self._token))
        except TimeoutError:
            await self._give_up()
            raise CalledOff(f"not drained within {timeout_s:.0f} s: the number stays {plan.count}") from None
        except BaseException:
            await self._give_up()
            raise
        held_s = time.monotonic() - began
        self._tell(f"the number is {to}; {held_s:.1f} s after inlets were held")
        return held_s, await self._followed(to)

    async def _empty(self, queues: Sequence[str]) -> None:
        """Drain and close, until all queues are empty while everything is closed."""
        while True:
            await self._step(Phase.DRAINING)
            self._tell("inlets hold; what is in goes through")
            await self._until(lambda: self._drained(queues), "draining")
            await self._step(Phase.CLOSED)
            await self._until(self._settled, "closing")
            if not await self._waiting(queues):
                return
            self._tell("something came in late: draining again")

    async def _step(self, phase: Phase) -> None:
        self._phase = phase
        self._still(await self._layouts.advance(self._token, phase))

    @staticmethod
    def _still(goes_on: bool) -> None:
        if not goes_on:
            raise CalledOff("the change was called off, for this command was not heard of for too long; run it again")

    async def _until(self, condition: Callable[[], Awaitable[str]], what: str) -> None:
        said, at = "", time.monotonic()
        while reason := await condition():
            self._still(not self._off.is_set())
            if reason != said and time.monotonic() - at > RENEW_S:
                self._tell(f"{what}: {reason}")
                said, at = reason, time.monotonic()
            await asyncio.sleep(LOOK_S)

    async def _drained(self, queues: Sequence[str]) -> str:
        if unsettled := await self._settled():
            return unsettled
        in_hand = sum(
            part["in_hand"]
            for member in await self._members()
            for part in member.doing.get("partitions", {}).values()
            if member.group != "dead_letters"
        )
        waiting = await self._waiting(queues)
        return f"{waiting} bundles wait, {in_hand} are in hand" if waiting or in_hand else ""

    async def _waiting(self, queues: Sequence[str]) -> int:
        return sum(standing.depth for standing in (await standings(self._broker, queues)).values())

    async def _settled(self) -> str:
        """Who has not done yet what the phase asks for; empty when all have."""
        for member in await self._members():
            if member.group != GROUP:
                continue
            told = member.doing.get("layout", {})
            if (told.get("token"), told.get("phase"), told.get("settled")) != (self._token, self._phase.value, True):
                return f"waiting for {member.instance}"
        return ""

    async def _members(self) -> list[Member]:
        """Everybody who is alive.

        Raises:
            Refused: somebody is silent, or has nowhere to hold what comes in.
        """
        members = await self._roll.call()
        alive = [one for one in members if one.silent_s < self._ttl_s]
        silent = [one for one in members if one.group == GROUP and one.silent_s >= self._ttl_s]
        if silent and not self._gone:
            names = ", ".join(f"{one.instance} (for {one.silent_s:.0f} s)" for one in silent[:3])
            raise Refused(
                f"{len(silent)} processes are silent and have not said goodbye: {names}. They may still publish: make "
                "sure that they are dead, and say --gone"
            )
        for one in alive:
            if one.doing.get("journal", {}).get("most_bytes") == 0:
                raise Refused(f"{one.instance} has no journal (SWITCHBOARD_JOURNAL_MAX_BYTES is 0) to hold webhooks in")
        return alive

    @asynccontextmanager
    async def _renewing(self) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_S)
                with contextlib.suppress(Unavailable):
                    if not await self._layouts.renew(self._token):
                        self._off.set()
                        return

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _give_up(self) -> None:
        try:
            await asyncio.shield(self._layouts.call_off(self._token))
        except Unavailable as error:
            log.warning("repartition.not_called_off", reason=str(error))

    async def _followed(self, to: int) -> tuple[str, ...]:
        """Wait until everybody goes on with the new number; who does not."""
        until = time.monotonic() + FOLLOW_S
        while True:
            members = [one for one in await self._roll.call() if one.group == GROUP and one.silent_s < self._ttl_s]
            late = tuple(one.instance for one in members if one.doing.get("layout", {}).get("count") != to)
            if not late or time.monotonic() > until:
                return late
            await asyncio.sleep(LOOK_S)

    async def _clean(self, to: int, highest: int) -> tuple[tuple[str, ...], dict[str, Standing]]:
        """Delete the queues of partitions that are no more; those deleted, and those that stay."""
        found = await standings(self._broker, partition_queues(range(to, highest)))
        left = await delete_idle(self._broker, found)
        if not left:
            await self._layouts.cleaned(to)
        return tuple(name for name in found if name not in left), left
