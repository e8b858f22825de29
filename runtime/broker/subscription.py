"""Consuming one queue on a channel of its own: to close the channel is to give back, in order, what was not handled."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import cast

from aio_pika.abc import AbstractChannel
from aiormq import Channel as UnderlayChannel
from aiormq.abc import DeliveredMessage

from contracts.errors import Unavailable
from runtime.broker.connection import Broker, broker_errors
from runtime.logging import get_logger

log = get_logger(__name__)

CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One AMQP message in hand: unacknowledged until its subscription acknowledges it."""

    body: bytes
    tag: int
    redelivered: bool
    subscription: "Subscription"


class Subscription:
    """The consumption of one queue. Deliveries go to `on_delivery`, in order, at most `prefetch` in hand.

    `acknowledged` counts the messages that were.
    """

    def __init__(self, broker: Broker, queue: str, prefetch: int, on_delivery: Callable[[Delivery], None]) -> None:
        self.queue = queue
        self._broker = broker
        self._prefetch = prefetch
        self._on_delivery = on_delivery
        self._channel: AbstractChannel | None = None
        self._underlay: UnderlayChannel | None = None
        # Known before the broker answers: deliveries may come right behind its answer, and must count as active.
        self._consumer = queue
        self._revoked = False
        self._in_hand: dict[int, datetime | None] = {}
        self.acknowledged = 0
        self._held_s = 0.0
        self._counted_at = time.monotonic()

    @property
    def active(self) -> bool:
        """Whether deliveries of this subscription may still be handled; a broker that cancels it says so silently."""
        underlay = self._underlay
        if self._revoked or underlay is None or underlay.is_closed:
            return False
        return self._consumer in underlay.consumers

    @property
    def in_hand(self) -> int:
        """Messages that were delivered and are not acknowledged."""
        return len(self._in_hand)

    @property
    def oldest(self) -> datetime | None:
        """When the oldest message in hand was published, to the second; None when there is none, or it does not say."""
        return next(iter(self._in_hand.values()), None)

    def held_s(self) -> float:
        """For how long messages have been in hand so far, each one's seconds added up.

        What that grows by, over what `acknowledged` grows by meanwhile, is how long a message is in hand.
        """
        now = time.monotonic()
        self._held_s += len(self._in_hand) * (now - self._counted_at)
        self._counted_at = now
        return self._held_s

    def revoke(self) -> None:
        """Handle nothing more of it; `close` follows."""
        self._revoked = True

    async def open(self) -> None:
        """Begin to consume.

        Raises:
            Unavailable: the broker is away.
        """
        self._channel = await self._broker.channel(confirms=False)
        with broker_errors():
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                self._underlay = cast(UnderlayChannel, await self._channel.get_underlay_channel())
                await self._underlay.basic_qos(prefetch_count=self._prefetch)
                await self._underlay.basic_consume(self.queue, self._receive, consumer_tag=self._consumer)

    async def _receive(self, message: DeliveredMessage) -> None:
        # No await in here: the client runs one task a message, and order holds only because each ends at once.
        if message.delivery_tag is not None:
            self.held_s()  # counted up to here, with as many as there were
            self._in_hand[message.delivery_tag] = message.header.properties.timestamp
            self._on_delivery(Delivery(bytes(message.body), message.delivery_tag, bool(message.redelivered), self))

    async def acknowledge(self, tag: int, *, multiple: bool = True) -> None:
        """Acknowledge everything up to and including `tag`, or with `multiple` off that one alone.

        A lost channel is no error: the broker delivers again.

        What was handled is acknowledged even when it was revoked meanwhile: only the rest is to be given back.
        """
        self._let_go(tag, multiple=multiple)
        if self._underlay is None or self._underlay.is_closed:
            return
        try:
            with broker_errors():
                await self._underlay.basic_ack(tag, multiple=multiple, wait=False)
        except Unavailable as error:
            log.warning("subscription.ack_lost", queue=self.queue, reason=str(error))

    def _let_go(self, tag: int, *, multiple: bool) -> None:
        # Tags count up, and a dictionary keeps their order.
        self.held_s()  # as above
        done = list(takewhile(lambda one: one <= tag, self._in_hand)) if multiple else [tag]
        for one in done:
            self._in_hand.pop(one, None)
        self.acknowledged += len(done)

    async def close(self) -> None:
        """Stop consuming; what is not acknowledged goes back to its place in the queue."""
        self.revoke()
        if self._channel is None or self._channel.is_closed:
            return
        try:
            with broker_errors():
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._channel.close()
        except Unavailable as error:
            log.warning("subscription.close_lost", queue=self.queue, reason=str(error))
