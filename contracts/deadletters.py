"""Dead letters: what could not be processed, set apart with the reason so that nothing is lost and the rest goes on."""

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
