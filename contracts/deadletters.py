"""Dead letters: what could not be processed, set apart with the reason so that nothing is lost and the rest goes on."""

from enum import StrEnum
from typing import Any

from contracts.base import Count, Instant, Value


class DeadLetter(Value):
    """One event or item that was parked.

    `stage` says where (`gateway`, `router`, `worker`); `body` is what it was, `trace` the stack of the last failure.
    """

    id: str
    stage: str
    reason: str
    attempts: Count
    at: Instant
    correlation_id: str
    account_id: str | None = None
    body: dict[str, Any] | str
    trace: str = ""


class LetterState(StrEnum):
    """What has been done about a dead letter. One that fails again after a retry is open again."""

    OPEN = "open"
    RETRIED = "retried"
    DISCARDED = "discarded"


class KeptLetter(DeadLetter):
    """A dead letter as it is kept, with the record of what was done about it.

    `attempts` adds up over all the times that it was parked, `retries` counts how often it was sent back. `event_ids`
    are of the events in it.
    """

    event_ids: tuple[str, ...] = ()
    state: LetterState = LetterState.OPEN
    retries: Count = 0
    retried_at: Instant | None = None
    retried_by: str = ""
    discarded_at: Instant | None = None
    discarded_by: str = ""
    note: str = ""
