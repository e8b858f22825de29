"""Tells the gateway how far accepted messages have come: each status in a webhook, in order or as a fault has it."""

import asyncio
from collections.abc import Sequence

from contracts.messages import DeliveryState
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.sandbox.faults import Fault, FaultMode
from runtime.sandbox.phones import Phones
from runtime.sandbox.postman import Postman
from runtime.sandbox.seam import Accepted, PlayedNumber, PlayedProvider

log = get_logger(__name__)

PACE_S = 0.05
MAX_PENDING = 5_000
IN_ORDER = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
STATES: dict[FaultMode, tuple[DeliveryState, ...]] = {
    FaultMode.STATUSES_REVERSED: IN_ORDER[::-1],
    FaultMode.STATUSES_REPEATED: tuple(state for state in IN_ORDER for _ in range(2)),
    FaultMode.STATUSES_EARLY: IN_ORDER,
    FaultMode.STATUSES_NONE: (),
    FaultMode.STATUSES_FAILED: (DeliveryState.SENT, DeliveryState.FAILED),
}


class Reporter:
    """Reports on messages, `pace_s` seconds between one status and the next."""

    def __init__(self, postman: Postman, phones: Phones, clock: Clock, pace_s: float = PACE_S) -> None:
        self._postman = postman
        self._phones = phones
        self._clock = clock
        self._pace_s = pace_s
        self._pending: set[asyncio.Task[None]] = set()

    @property
    def is_full(self) -> bool:
        """Whether so many reports wait to be taken that no more messages should be accepted."""
        return len(self._pending) >= MAX_PENDING

    async def start(self) -> None:
        """There is nothing to start."""

    async def stop(self) -> None:
        """Drop what was not told yet."""
        for task in self._pending:
            task.cancel()
        await asyncio.gather(*self._pending, return_exceptions=True)

    async def report(self, played: PlayedProvider, number: PlayedNumber, sent: Accepted, fault: Fault | None) -> None:
        """Have all statuses of a message told. It returns at once; if the fault is that they are early, afterwards."""
        states = STATES[fault.mode] if fault else IN_ORDER
        telling = asyncio.create_task(self._tell(played, number, sent, states, fault.code if fault else None))
        self._pending.add(telling)
        telling.add_done_callback(self._told)
        if fault is not None and fault.mode is FaultMode.STATUSES_EARLY:
            await telling

    def _told(self, telling: asyncio.Task[None]) -> None:
        self._pending.discard(telling)
        if not telling.cancelled() and (error := telling.exception()):
            log.error("sandbox.report_failed", exc_info=error)

    async def _tell(
        self,
        played: PlayedProvider,
        number: PlayedNumber,
        sent: Accepted,
        states: Sequence[DeliveryState],
        code: str | None,
    ) -> None:
        for state in states:
            await asyncio.sleep(self._pace_s)
            failure = code if state is DeliveryState.FAILED else None
            receipt = await self._postman.post(number, played.reports(number, sent, state, self._clock(), failure))
            if receipt.accepted:
                self._phones.tell(number.account_key, sent.provider_id, state)
            else:
                log.warning("sandbox.status_refused", account=number.account_key, status=receipt.status, state=state)
