"""What the log itself knows of what was sent: after which messages something reached the customer. Pure.

The statuses in the log tell of every message that a provider has taken, whatever became of our record of it. So before
a repair has anything processed again, it looks through the log once: nothing automatic is said on account of a message
after which the customer was sent something.
"""

from collections.abc import Iterable
from datetime import datetime

from contracts.events import Event, MessageReceived, StatusReported

MOST = 1_000_000


class Survey:
    """Takes the events of the log in, and answers for messages. It knows a million conversations and answers at most;
    past that, it takes every message for answered."""

    def __init__(self) -> None:
        self._reached: dict[str, datetime] = {}
        self._answered: set[str] = set()

    def take(self, events: Iterable[Event]) -> None:
        """Note the statuses among some events."""
        for event in events:
            if not isinstance(event, StatusReported) or self._full:
                continue
            before = self._reached.get(event.conversation)
            if before is None or before < event.received_at:
                self._reached[event.conversation] = event.received_at
            # Our id of an automatic reply names the event that it answers.
            if event.status.reference:
                self._answered.add(event.status.reference.rpartition("-")[0])

    def answered(self, event: MessageReceived) -> bool:
        """Whether something may have been sent to the customer on account of a message, or after it."""
        reached = self._reached.get(event.conversation)
        later = reached is not None and reached >= event.received_at
        return self._full or later or event.event_id in self._answered

    @property
    def _full(self) -> bool:
        return len(self._reached) + len(self._answered) >= MOST
