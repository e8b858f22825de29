"""Every process says that it is there, and looks how many partitions there are to be.

With each heartbeat goes what is to be known of it elsewhere: the journal of a gateway, say, and how far the process has
followed a change of the number of partitions.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from contracts.errors import Unavailable
from runtime.layout import Layout
from runtime.logging import get_logger
from runtime.store.layout import LayoutStore, Plan
from runtime.store.membership import Membership

log = get_logger(__name__)

GROUP = "process"
RETRY_S = 0.5
CHANGING_S = 0.2
"""How often it looks while the number is changed, for everything is held up meanwhile."""
CALL_OFF_S = 10.0
"""A change whose command has been silent for so long is called off by whoever sees it."""
Tell = Callable[[], Mapping[str, Any]]


class Attendance:
    """A part of every process, before all that publishes. What `tell` adds is said with each heartbeat.

    `partitions` is the number for a new installation; one that exists has its own, which the layout is given.
    """

    def __init__(
        self,
        kind: str,
        membership: Membership,
        layouts: LayoutStore,
        layout: Layout,
        partitions: int,
        heartbeat_s: float,
    ) -> None:
        self._kind = kind
        self._membership = membership
        self._layouts = layouts
        self._layout = layout
        self._partitions = partitions
        self._heartbeat_s = heartbeat_s
        self._plan: Plan | None = None
        self._told: dict[str, Tell] = {}
        self._task: asyncio.Task[None] | None = None

    def tell(self, name: str, what: Tell) -> None:
        """Say something more of this process from now on: small, and of JSON's types."""
        self._told[name] = what

    async def start(self) -> None:
        """Say that the process is there, and then look how many partitions there are: so whoever changes their number
        either sees this process or is seen by it. However long the database takes."""
        while True:
            try:
                await self._beat()
                self._follow(await self._layouts.settle(self._partitions))
            except Unavailable as error:
                log.warning("attendance.waiting", reason=str(error))
                await asyncio.sleep(RETRY_S)
            else:
                break
        if self._layout.count != self._partitions:
            log.info("layout.differs", partitions=self._layout.count, setting=self._partitions)
        self._task = asyncio.create_task(self._attend())

    async def stop(self) -> None:
        """Say goodbye."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._membership.leave()
        except Unavailable as error:
            log.warning("attendance.leave_failed", reason=str(error))

    async def _attend(self) -> None:
        while True:
            try:
                self._follow(await self._layouts.settle(self._partitions))
                await self._beat()
                await self._call_off()
            except Unavailable as error:
                log.debug("attendance.unknown", reason=str(error))
            except Exception:
                # The boundary of the loop: without it nobody would know of this process any more.
                log.exception("attendance.failed")
            changing = self._plan is not None and self._plan.change is not None
            await asyncio.sleep(min(CHANGING_S, self._heartbeat_s) if changing else self._heartbeat_s)

    def _follow(self, plan: Plan) -> None:
        if (plan.count, plan.phase) != (self._layout.count, self._layout.phase):
            log.info("layout.changes", partitions=plan.count, phase=plan.phase.value)
        self._plan = plan
        self._layout.apply(plan.count, plan.phase)

    async def _beat(self) -> None:
        change = self._plan.change if self._plan else None
        layout = {
            "count": self._layout.count,
            "token": change.token if change else None,
            "phase": self._layout.phase.value,
            "settled": self._layout.settled,
        }
        told = {name: one() for name, one in self._told.items()}
        await self._membership.beat({"kind": self._kind, "layout": layout, **told})

    async def _call_off(self) -> None:
        change = self._plan.change if self._plan else None
        if change and change.silent_s > CALL_OFF_S and await self._layouts.call_off(change.token, CALL_OFF_S):
            log.warning("layout.called_off", partitions=self._layout.count, to=change.to)
