"""Telling without the broker's word for it: nobody waits for a confirm, and what is lost on the way stays lost.

It costs a write to a socket. That something may have been lost is known when the channel is: then it is said, once.
"""

from aio_pika.abc import AbstractChannel
from pamqp.commands import Basic

from contracts.errors import Unavailable
from runtime.broker.connection import Broker, broker_errors

TRANSIENT = 1


class Teller:
    """Publishes into one queue on a channel without confirms, opened when it is first needed and after a loss."""

    def __init__(self, broker: Broker, queue: str, timeout_s: float) -> None:
        self._broker = broker
        self._queue = queue
        self._timeout_s = timeout_s
        self._channel: AbstractChannel | None = None

    async def tell(self, body: bytes) -> None:
        """Return when the message is on its way.

        Raises:
            Unavailable: it is not, or the channel was lost, and with it perhaps what was told before.
        """
        channel = self._channel
        if channel is not None and channel.is_closed:
            self._channel = None
            raise Unavailable("RabbitMQ: the channel was lost, and perhaps what was told on it last")
        if channel is None:
            channel = self._channel = await self._broker.channel(confirms=False)
        with broker_errors():
            underlay = await channel.get_underlay_channel()
            await underlay.basic_publish(
                body,
                routing_key=self._queue,
                properties=Basic.Properties(content_type="application/json", delivery_mode=TRANSIENT),
                timeout=self._timeout_s,
            )
