"""The sweep of outbound messages: what nobody sent is said again, what a dead sender had in hand is unconfirmed."""

from datetime import timedelta

from contracts.commands import Send
from contracts.stored import StoredMessage
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.publishing import Outbox
from runtime.store.outbound import OutboundStore

log = get_logger(__name__)

MOST_AT_ONCE = 500


class SendSweep:
    """One sweep at a time; called by the clock.

    Args:
        store: where the messages stand.
        outbox: tells the senders.
        clock: the time.
        overdue: the age at which a message should have been sent, or be waiting for its next attempt.
        dead: the age of a claim whose sender must be dead; more than sending may take, and than hosts' clocks differ.
    """

    def __init__(
        self, store: OutboundStore, outbox: Outbox, clock: Clock, *, overdue: timedelta, dead: timedelta
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._overdue = overdue
        self._dead = dead

    async def __call__(self) -> None:
        """Sweep."""
        now = self._clock()
        stale = await self._store.give_up_claims(now - self._dead, MOST_AT_ONCE)
        for message in stale:
            log.warning("message.unconfirmed", correlation_id=message.correlation_id, message=message.id)
        overdue = await self._store.overdue(now - self._overdue, MOST_AT_ONCE)
        # What stood behind a message that was given up can go now.
        first = {(message.account_id, message.contact_key): message for message in (*stale, *overdue)}
        if first:
            await self._outbox.send([_send(message) for message in first.values()])
            await self._store.looked_at(overdue, now)


def _send(message: StoredMessage) -> Send:
    return Send(correlation_id=message.correlation_id, account_id=message.account_id, contact_key=message.contact_key)
