"""How many partitions there are, as this process sees it now, and the gate that stands open unless that is changed.

Whatever is published into a partition passes the gate: it is told the number, and counts as under way until the broker
has it. While the number is changed (`runtime/repartition.py`) the gate is closed: first at the inlets, where something
new comes in, then everywhere.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType

from contracts.errors import Unavailable
from runtime.store.layout import Phase

PATIENCE_S = 5.0
"""How long a publisher waits for the gate: a change takes a few seconds."""
CHANGING = "the number of partitions is being changed"
Rests = Callable[[], bool]


class Layout:
    """The number, and the gate. With `inlet` the process brings in what is new, so its gate closes first.

    `known` is whether the number is the installation's, or will do because there is no other.
    """

    def __init__(self, count: int, *, inlet: bool = False, known: bool = True) -> None:
        self.count = count
        self.known = known
        self.phase = Phase.OPEN
        self._inlet = inlet
        self._under_way = 0
        self._opened = asyncio.Event()
        self._opened.set()
        self._consumers: list[Rests] = []

    @property
    def held(self) -> bool:
        """Whether this process may publish nothing now."""
        return self.phase is Phase.CLOSED or (self._inlet and self.phase is Phase.DRAINING)

    @property
    def consuming(self) -> bool:
        """Whether partitions may be consumed now."""
        return self.phase is not Phase.CLOSED

    @property
    def settled(self) -> bool:
        """Whether all here is as the phase wants it: it stays so until the phase changes."""
        if self.held and self._under_way:
            return False
        return self.consuming or all(rests() for rests in self._consumers)

    def consumer(self, rests: Rests) -> None:
        """Add a consumer, which says whether it has nothing in hand and takes nothing."""
        self._consumers.append(rests)

    def apply(self, count: int, phase: Phase) -> None:
        """What is to be from now on."""
        self.count, self.phase, self.known = count, phase, True
        if self.held:
            self._opened.clear()
        else:
            self._opened.set()

    def publishing(self) -> AbstractAsyncContextManager[int]:
        """Around a publish: waits for the gate, and gives the number of partitions, which holds until it is through.

        Raises:
            Unavailable: the gate stays closed.
        """
        return _Passage(self)

    def under_way(self) -> AbstractContextManager[None]:
        """Around a publish by who has looked whether it is `held` just now."""
        return _Counted(self)

    async def opened(self) -> None:
        """Return when the gate is open.

        Raises:
            Unavailable: it stays closed.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.held:
                    await self._opened.wait()
        except TimeoutError:
            raise Unavailable(CHANGING) from None

    def _count(self, by: int) -> None:
        self._under_way += by


def layout_of(partitions: "int | Layout") -> Layout:
    """A layout; that of a number never changes."""
    return partitions if isinstance(partitions, Layout) else Layout(partitions)


class _Passage:
    """Plain classes, for generators would cost a publish more than the gate itself."""

    __slots__ = ("_layout",)

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    async def __aenter__(self) -> int:
        if self._layout.held:
            await self._layout.opened()
        self._layout._count(1)
        return self._layout.count

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._layout._count(-1)


class _Counted:
    __slots__ = ("_layout",)

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def __enter__(self) -> None:
        self._layout._count(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._layout._count(-1)
