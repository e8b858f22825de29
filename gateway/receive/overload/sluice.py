"""In front of the gatherer: every event goes the way of its account. Straight on, or aside while the account is in
flood, and from there on as fast as the routers take it without a queue.

All that decides on order is done without a pause (`asyncio` runs nothing else meanwhile): to ask for an event's way and
to hand it on there, and to let an account go straight again and to send on what has waited for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from contracts.errors import SwitchboardError, Unavailable
from contracts.partitioning import partition_of
from gateway.receive.gatherer import LETTERS, Gatherer
from gateway.receive.intake import Taken
from gateway.receive.journal import Detour
from gateway.receive.overload.gauge import Gauge
from gateway.receive.overload.lane import Lane, Written, conversation_of
from gateway.receive.overload.lanes import Lanes
from gateway.receive.overload.load import Load
from gateway.receive.overload.pace import Pace
from gateway.receive.overload.ways import Marks, Way, Ways
from runtime.logging import get_logger
from runtime.metrics import Metrics

log = get_logger(__name__)

LOOK_S = 0.5
TURN_S = 0.025
"""How often something is given back: so many batches of routers a second have something of it in them."""
RETRY_S = 0.5
ASIDE_S = 2.0
"""An account stays diverted for so long at least, for its lane is short at first."""
LITTLE_BYTES = 64 * 2**10
"""So much of a lane is given back at once, while what the account brings waits for it."""
FINISH_S = 0.5
AT_ONCE = 100


class Sluice:
    """A part of the gateway, between its door and its gatherer."""

    def __init__(
        self, gatherer: Gatherer, detour: Detour, lanes: Lanes, gauge: Gauge, marks: Marks, metrics: Metrics
    ) -> None:
        self._gatherer = gatherer
        self._detour = detour
        self._lanes = lanes
        self._gauge = gauge
        self._metrics = metrics
        self._ways = Ways(marks)
        self._pace = Pace(marks)
        self._some = asyncio.Event()
        self._turn = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Go on with what an earlier process has put aside.

        Raises:
            SetupFault, Unavailable: it cannot be read.
        """
        for lane in await self._lanes.find():
            self._divert(lane)
        self._tasks = [asyncio.create_task(self._keep_looking()), asyncio.create_task(self._keep_giving())]

    async def stop(self) -> None:
        """End; what is aside stays for the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lanes.stop()

    async def publish(self, events: Sequence[Taken], letters: Sequence[bytes] = ()) -> None:
        """Return when the broker has confirmed, or the disk holds, all of these events and dead letters.

        Raises:
            Unavailable: neither does, or too much is waiting already.
        """
        if self._lanes.open:
            ways = [self._send(event) for event in events]
            for done in [*ways, *(self._gatherer.submit(LETTERS, letter) for letter in letters)]:
                await done
            return
        for event in events:
            self._ways.take(event.account)
        await self._gatherer.publish([(event.partition, event.body) for event in events], letters)

    def _send(self, event: Taken) -> Written:
        way = self._ways.take(event.account)
        if way is Way.STRAIGHT:
            return self._gatherer.submit(event.partition, event.body)
        lane = self._lanes.open[event.account]
        self._metrics.flood_diverted.inc()
        return lane.write(event.body) if way is Way.ASIDE else lane.park(event.body)

    def _straight(self, body: bytes) -> Written:
        # The partition is computed anew: their number may have changed while the event was aside.
        return self._gatherer.submit(partition_of(conversation_of(body), self._detour.layout.count), body)

    # --- looking

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await _contained("overload.look_failed", self._look)

    async def _look(self) -> None:
        if self._ways.quiet:
            return
        try:
            load = await self._gauge.read()
        except Unavailable:
            # The journal at the door has what comes now.
            self._ways.pass_()
            raise
        self._show(load)
        log.debug("overload.load", backlog=load.backlog, wait_s=round(load.wait_s, 3), rate=round(self._pace.rate, 1))
        account = self._ways.look(load)
        self._pace.look(load, _now())
        self._press()
        if account is not None:
            lane = await self._lanes.add(account)
            self._divert(lane)
            log.warning("overload.diverted", account=account, backlog=load.backlog, wait_s=round(load.wait_s, 2))

    def _divert(self, lane: Lane) -> None:
        self._ways.divert(lane.account)
        if not self._some.is_set():
            self._pace.begin(_now())
            self._some.set()

    def _press(self) -> None:
        if self._ways.all_aside != self._detour.pressed:
            self._detour.press(self._ways.all_aside)
            self._metrics.all_aside.set(self._ways.all_aside)
            log.warning("overload.all_aside" if self._ways.all_aside else "overload.eased")

    def _show(self, load: Load) -> None:
        self._metrics.load_messages.set(load.backlog)
        self._metrics.load_wait_seconds.set(load.wait_s)

    # --- giving back

    async def _keep_giving(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(TURN_S)
            await _contained("overload.giving_failed", self._give)
            if not self._lanes.open:
                self._some.clear()

    async def _give(self) -> None:
        if self._detour.taken:
            return  # it would only be copied from one journal to the other
        self._metrics.flood_rate.set(self._pace.rate)
        lanes = list(self._lanes.open.values())
        given = await asyncio.gather(*map(self._give_of, lanes, self._shares(len(lanes))), return_exceptions=True)
        for failure in given:
            if isinstance(failure, BaseException):
                raise failure
        for lane in lanes:
            if self._is_nearly_empty(lane):
                await self._finish(lane)

    def _shares(self, lanes: int) -> list[int]:
        """What is due now in equal parts; what cannot be parted goes to another lane each time."""
        due = self._pace.due(_now())
        self._turn += 1
        return [due // lanes + ((self._turn + place) % lanes < due % lanes) for place in range(lanes)]

    async def _give_of(self, lane: Lane, most: int) -> None:
        if most:
            count = await lane.give(most, self._straight)
            self._pace.give(count)
            self._metrics.flood_given_back.inc(count)

    def _is_nearly_empty(self, lane: Lane) -> bool:
        return not self._ways.pressed and lane.journal.size <= LITTLE_BYTES and _now() - lane.since >= ASIDE_S

    async def _finish(self, lane: Lane) -> None:
        """Give back the last of a lane; what comes meanwhile waits, and is the first to go straight again."""
        self._ways.hold(lane.account)
        until = _now() + FINISH_S
        try:
            while not lane.journal.empty and _now() < until:
                await self._give_of(lane, AT_ONCE)
        finally:
            drained = lane.journal.empty
            way = self._ways.release(lane.account, drained=drained)
            lane.unpark(self._straight if way is Way.STRAIGHT else lane.write)
        if drained:
            await self._lanes.close(lane)
            log.warning("overload.returned", account=lane.account)


async def _contained(event: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do a piece of work that is done again and again: a failure is logged, and waited out."""
    try:
        await work()
    except SwitchboardError as error:
        log.warning(event, reason=str(error))
        await asyncio.sleep(RETRY_S)
    except Exception:
        log.exception(event)
        await asyncio.sleep(RETRY_S)


def _now() -> float:
    return asyncio.get_running_loop().time()
