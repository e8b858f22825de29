"""When the door is ready: while the broker takes events, or the journal does in its place.

A gateway that is not ready is taken out of its balancer. That would be wrong while it still answers 200.
"""

import asyncio

from contracts.errors import Unavailable
from gateway.receive.journal.journal import Journal
from runtime.broker import Broker


class Readiness:
    """The gateway's check in the place of the broker's own.

    Args:
        patience_s: how long the broker may take to answer.
    """

    def __init__(self, broker: Broker, journal: Journal, patience_s: float) -> None:
        self._broker = broker
        self._journal = journal
        self._patience_s = patience_s

    async def check(self) -> None:
        """Return when what comes in now would be answered with 200.

        Raises:
            Unavailable: neither the broker nor the journal takes it.
        """
        if not self._journal.empty:
            await self._check_journal("the broker does not take what the journal holds")
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await self._broker.check()
        except TimeoutError:
            await self._check_journal("RabbitMQ does not answer")
        except Unavailable as error:
            await self._check_journal(str(error))

    async def _check_journal(self, without: str) -> None:
        try:
            await self._journal.check()
        except Unavailable as error:
            raise Unavailable(f"{without}; {error}") from error
