"""Consuming partitions: own a fair share of them, take batches, have each handled until it is done, acknowledge.

A failure of infrastructure is waited out with the batch in hand, in order. Any other failure is narrowed down: the
batch is handled event by event, and the one that fails again and again is parked with its reason while the rest goes
on.
"""

import asyncio
import random
import time
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from contracts.base import new_id
from contracts.deadletters import DeadLetter
from contracts.errors import Unavailable
from runtime.broker import Broker, Delivery, Subscription
from runtime.bundles import reason_of, singles
from runtime.clock import utc_now
from runtime.flow import Flow
from runtime.layout import Layout, layout_of
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.partitions import owned_by
from runtime.publishing import Outbox
from runtime.settings import Settings
from runtime.store.membership import Membership

log = get_logger(__name__)

Handler = Callable[[Sequence[bytes]], Awaitable[int]]
"""Handles the bodies of a batch, in order, and returns the number of events in it when every effect is stored."""

BATCH_BYTES = 512 * 2**10
"""Where a batch ends, however many messages it may hold: in a flood bundles are large, and a batch is one turn."""
ATTEMPTS = 3
RETRY_S = 0.1
RETRY_MOST_S = 5.0


class Lane:
    """One batch at a time over some of the partitions."""

    def __init__(self) -> None:
        self.arrivals: asyncio.Queue[Delivery] = asyncio.Queue()
        self.working = asyncio.Lock()

    async def collect(self, most: int, linger_s: float) -> list[Delivery]:
        """Wait for a delivery, and a little longer for more."""
        batch = [await self.arrivals.get()]
        if self.arrivals.empty() and linger_s:
            await asyncio.sleep(linger_s)
        size = len(batch[0].body)
        while len(batch) < most and size < BATCH_BYTES and not self.arrivals.empty():
            batch.append(self.arrivals.get_nowait())
            size += len(batch[-1].body)
        return batch


class PartitionConsumer:
    """A part of a process: consumes this instance's share of the partitions of one stage."""

    def __init__(
        self,
        stage: str,
        broker: Broker,
        outbox: Outbox,
        membership: Membership,
        queue_name: Callable[[int], str],
        handle: Handler,
        settings: Settings,
        metrics: Metrics,
        instance: str,
        partitions: int | Layout,
    ) -> None:
        self.stage = stage
        self._broker = broker
        self._outbox = outbox
        self._membership = membership
        self._queue_name = queue_name
        self._handle = handle
        self._settings = settings
        self._metrics = metrics
        self._instance = instance
        self._layout = layout_of(partitions)
        self._layout.consumer(self._rests)
        self._moving = False
        self._lanes = [Lane() for _ in range(settings.lanes)]
        self._subscriptions: dict[int, Subscription] = {}
        self._flows: dict[int, Flow] = defaultdict(Flow)
        self._told: dict[Subscription, tuple[float, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Join the group and begin to work."""
        self._tasks = [asyncio.create_task(self._work(lane)) for lane in self._lanes]
        self._tasks.append(asyncio.create_task(self._keep_share()))

    async def stop(self) -> None:
        """Finish what is in hand, give back the rest, and leave the group."""
        self._stopping.set()
        *workers, share = self._tasks
        await share
        await self._own(frozenset())
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        try:
            await self._membership.leave()
        except Unavailable as error:
            log.warning("consumer.leave_failed", stage=self.stage, reason=str(error))

    @property
    def share(self) -> float:
        """Which part of the partitions this instance owns, from 0 to 1."""
        return len(self._subscriptions) / self._layout.count

    async def check(self) -> None:
        """Return when the work is going on.

        Raises:
            Unavailable: a task of it has ended.
        """
        if not self._tasks or any(task.done() for task in self._tasks):
            raise Unavailable(f"the {self.stage} does not consume")

    async def _keep_share(self) -> None:
        renewed = time.monotonic()
        while not self._stopping.is_set():
            try:
                members = await self._membership.beat({"partitions": self._doing()})
                renewed = time.monotonic()
                await self._move(members)
            except Unavailable as error:
                log.warning("consumer.share_unknown", stage=self.stage, reason=str(error))
                if time.monotonic() - renewed > self._settings.member_ttl_s:
                    # The others count this instance as gone by now and have taken over: let go.
                    await self._own(frozenset())
            except Exception:
                # The boundary of the loop: without it this instance would keep its partitions and never work on them.
                log.exception("consumer.share_failed", stage=self.stage)
            await self._pause(self._settings.heartbeat_s)

    async def _move(self, members: Sequence[str]) -> None:
        self._moving = True
        try:
            share = owned_by(self._instance, members, self._layout.count) if self._layout.consuming else frozenset()
            await self._own(share)
        finally:
            self._moving = False

    def _rests(self) -> bool:
        return not (self._moving or self._subscriptions)

    def _doing(self) -> dict[str, dict[str, Any]]:
        """What is said of each partition that this instance owns (`runtime/pipeline.py`): `held_s` and `done` are
        since it was said last, the seconds that messages were in hand, added up, and how many were finished."""
        now, moment = time.monotonic(), utc_now()
        doing = {}
        for number, one in self._subscriptions.items():
            lag_s = (moment - one.oldest).total_seconds() if one.oldest else 0.0
            rate = self._flows[number].rate(now, one.acknowledged)
            held_s, done = self._told.get(one, (0.0, 0))
            doing[str(number)] = {
                "in_hand": one.in_hand,
                "rate": round(rate, 2),
                "lag_s": round(max(0.0, lag_s), 1),
                "held_s": round(one.held_s() - held_s, 4),
                "done": one.acknowledged - done,
            }
        self._told = {one: (one.held_s(), one.acknowledged) for one in self._subscriptions.values()}
        return doing

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _own(self, share: frozenset[int]) -> None:
        dead = {number for number, subscription in self._subscriptions.items() if not subscription.active}
        let_go = (set(self._subscriptions) - share) | dead
        taken = share - (set(self._subscriptions) - dead)
        await asyncio.gather(*(self._release(number) for number in let_go))
        for number in sorted(taken):
            await self._take(number)
        if let_go or taken:
            log.info("consumer.share", stage=self.stage, partitions=sorted(self._subscriptions))
        self._metrics.partitions.labels(self.stage).set(len(self._subscriptions))

    async def _release(self, number: int) -> None:
        subscription = self._subscriptions.pop(number)
        self._flows.pop(number, None)  # the next subscription counts from 0
        subscription.revoke()
        async with self._lane(number).working:
            await subscription.close()

    async def _take(self, number: int) -> None:
        lane = self._lane(number)
        subscription = Subscription(
            self._broker, self._queue_name(number), self._settings.prefetch, lane.arrivals.put_nowait
        )
        await subscription.open()
        self._subscriptions[number] = subscription

    def _lane(self, number: int) -> Lane:
        return self._lanes[number % len(self._lanes)]

    async def _work(self, lane: Lane) -> None:
        while True:
            batch = await lane.collect(self._settings.batch_size, self._settings.linger_ms / 1000)
            started = time.perf_counter()
            async with lane.working:
                events = await self._until_done(batch)
            self._metrics.batch_seconds.labels(self.stage).observe(time.perf_counter() - started)
            self._metrics.batch_events.labels(self.stage).observe(events)

    async def _until_done(self, batch: Sequence[Delivery]) -> int:
        wait = RETRY_S
        while True:
            # What was revoked or lost meanwhile comes again, here or at another instance.
            batch = [delivery for delivery in batch if delivery.subscription.active]
            try:
                return await self._attempt(batch) if batch else 0
            except Unavailable as error:
                log.warning("consumer.waiting", stage=self.stage, reason=str(error), wait_s=round(wait, 2))
                await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
                wait = min(wait * 2, RETRY_MOST_S)

    async def _attempt(self, batch: Sequence[Delivery]) -> int:
        try:
            events = await self._handle([delivery.body for delivery in batch])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, it concerns some event of this batch
            log.warning("consumer.batch_failed", stage=self.stage, deliveries=len(batch), reason=repr(error))
            events = sum([await self._alone(body) for delivery in batch for body in singles(delivery.body)])
        await self._acknowledge(batch)
        return events

    async def _alone(self, body: bytes) -> int:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._handle([body])
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - the boundary again: this very event is at fault
                log.warning("consumer.event_failed", stage=self.stage, attempt=attempt, reason=repr(error))
                failure = error
        await self._park(body, failure)
        return 1

    async def _park(self, body: bytes, error: Exception) -> None:
        letter = DeadLetter(
            id=new_id(),
            stage=self.stage,
            reason=reason_of(error),
            attempts=ATTEMPTS,
            at=utc_now(),
            correlation_id="",
            body=body.decode(errors="replace"),
            trace="".join(traceback.format_exception(error)),
        )
        await self._outbox.park([letter])
        self._metrics.handled.labels(self.stage, "parked").inc()

    async def _acknowledge(self, batch: Sequence[Delivery]) -> None:
        last = {delivery.subscription: delivery.tag for delivery in batch}
        for subscription, tag in last.items():
            await subscription.acknowledge(tag)
