"""Publishing with the broker's word for it: every publish is persistent, mandatory, confirmed and bounded in time."""

import asyncio

from aio_pika.abc import AbstractChannel
from aiormq.abc import AbstractChannel as UnderlayChannel
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from contracts.errors import Unavailable
from contracts.topology import queue_that_matters
from runtime.broker.connection import Broker, Refused, broker_errors
from runtime.clock import utc_now
from runtime.logging import get_logger

log = get_logger(__name__)

PERSISTENT = 2


class Publisher:
    """Publishes on one confirming channel, opened when it is first needed and again after a loss.

    Where one queue of an exchange matters (`queue_that_matters`), it gets alone what another one refuses, perhaps for
    the second time.
    """

    def __init__(self, broker: Broker, timeout_s: float) -> None:
        self._broker = broker
        self._timeout_s = timeout_s
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._refused = False

    async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
        """Return once the broker has taken responsibility for the message.

        Raises:
            Unavailable: it did not within the time, or no queue takes the message. It may have it all the same.
        """
        queue = queue_that_matters(exchange, key)
        try:
            await self._publish(exchange, key, body, mandatory=mandatory)
        except Refused as refusal:
            if queue is None:
                raise
            self._tell(refused=True, exchange=exchange, reason=str(refusal))
            await self._publish("", queue, body, mandatory=mandatory)
        else:
            if queue is not None:
                self._tell(refused=False, exchange=exchange)

    def _tell(self, *, refused: bool, **fields: str) -> None:
        if refused != self._refused:
            self._refused = refused
            log.warning("broker.refuses" if refused else "broker.refuses_no_more", **fields)

    async def _publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool) -> None:
        # The time is for whoever asks how long a message has waited.
        properties = Basic.Properties(content_type="application/json", delivery_mode=PERSISTENT, timestamp=utc_now())
        with broker_errors():
            channel = await self._underlay()
            result = await channel.basic_publish(
                body,
                exchange=exchange,
                routing_key=key,
                properties=properties,
                mandatory=mandatory,
                timeout=self._timeout_s,
            )
        if isinstance(result, DeliveredMessage):
            raise Unavailable(f"RabbitMQ: no queue takes {key!r} from the exchange {exchange!r}")

    async def _underlay(self) -> UnderlayChannel:
        # The channel below aio-pika's: publishing there saves a third of the client's cost a message.
        if self._channel is None or self._channel.is_closed:
            async with self._opening:
                if self._channel is None or self._channel.is_closed:
                    self._channel = await self._broker.channel(confirms=True)
        return await self._channel.get_underlay_channel()
