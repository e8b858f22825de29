"""Errands: what takes long and needs no order. Each is one message of a queue that all senders share, and is
acknowledged by itself when it has been run.

A handler that raises is called again a few times. What is still `Unavailable` then is let go: whoever asked for it asks
again, as the clock does for files. Anything else is set apart with its reason.
"""

import asyncio
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError

from contracts.base import new_id
from contracts.commands import ERRAND, ErrandCommand
from contracts.deadletters import DeadLetter
from contracts.errors import Unavailable
from contracts.topology import ERRANDS
from gateway.media.download import NotYet
from gateway.providers.delivery import TryLater
from runtime.broker import Broker, Delivery, Subscription
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox

log = get_logger(__name__)

Handlers = Mapping[type[ErrandCommand], Callable[[Any], Awaitable[None]]]
"""Who runs which kind of errand. A handler may be called again with what it has done before."""

AT_ONCE = 16
ATTEMPTS = 5
RETRY_S = 1.0
RETRY_MOST_S = 60.0
LOOK_S = 1.0
GRACE_S = 5.0


class Errands:
    """A part of the process: runs errands, so many at a time. What is not finished when it stops is run again."""

    def __init__(self, broker: Broker, outbox: Outbox, handlers: Handlers, metrics: Metrics, clock: Clock) -> None:
        self._broker = broker
        self._outbox = outbox
        self._handlers = handlers
        self._handled = metrics.handled
        self._clock = clock
        self._subscription: Subscription | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to take errands, and do so again whenever the connection was lost."""
        self._keeping = asyncio.create_task(self._keep_open())

    async def stop(self) -> None:
        """Take no more; finish what is quickly finished, and give back the rest."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._subscription is not None:
            await self._subscription.close()

    async def check(self) -> None:
        """Return when errands are taken.

        Raises:
            Unavailable: they are not.
        """
        if self._subscription is None or not self._subscription.active:
            raise Unavailable("errands are not taken")

    async def _keep_open(self) -> None:
        while True:
            if self._subscription is None or not self._subscription.active:
                await self._open()
            await asyncio.sleep(LOOK_S)

    async def _open(self) -> None:
        subscription = Subscription(self._broker, ERRANDS, AT_ONCE, self._take)
        try:
            await subscription.open()
        except Unavailable as error:
            log.warning("errands.waiting", reason=str(error))
        else:
            self._subscription = subscription

    def _take(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._run(delivery))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, delivery: Delivery) -> None:
        try:
            errand = ERRAND.validate_json(delivery.body)
        except ValidationError as error:
            await self._park(delivery, error, 1)
        else:
            await self._until_done(errand, delivery)
        await delivery.subscription.acknowledge(delivery.tag, multiple=False)

    async def _until_done(self, errand: ErrandCommand, delivery: Delivery) -> None:
        attempt, wait = 1, RETRY_S
        while True:
            try:
                await self._handlers[type(errand)](errand)
            except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, it concerns this errand alone
                if attempt == ATTEMPTS:
                    await self._give_up(errand, delivery, error)
                    return
                wait = min(max(wait, _asked_for(error)), RETRY_MOST_S)
                log.warning("errand.retried", **_seen(errand), attempt=attempt, reason=repr(error), wait_s=wait)
            else:
                self._handled.labels("errands", "done").inc()
                return
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            attempt, wait = attempt + 1, wait * 2

    async def _give_up(self, errand: ErrandCommand, delivery: Delivery, error: Exception) -> None:
        if isinstance(error, Unavailable):
            log.warning("errand.let_go", **_seen(errand), reason=str(error))
            self._handled.labels("errands", "let_go").inc()
        else:
            await self._park(delivery, error, ATTEMPTS)

    async def _park(self, delivery: Delivery, error: Exception, attempts: int) -> None:
        letter = DeadLetter(
            id=new_id(),
            stage="errands",
            reason=f"{type(error).__name__}: {error}",
            attempts=attempts,
            at=self._clock(),
            correlation_id="",
            body=delivery.body.decode(errors="replace"),
            trace="".join(traceback.format_exception(error)),
        )
        await self._outbox.park([letter])
        self._handled.labels("errands", "parked").inc()


def _asked_for(error: Exception) -> float:
    """The pause that a provider asks for, in seconds; 0 when it does not."""
    return (error.after_s or 0.0) if isinstance(error, TryLater | NotYet) else 0.0


def _seen(errand: ErrandCommand) -> dict[str, str]:
    return {"errand": errand.type, "correlation_id": errand.correlation_id, "account": errand.account_id}
