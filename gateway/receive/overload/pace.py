"""How fast what was diverted is given back. No I/O, no clock: it is told how the load stands, and the time.

The routers' rate is not known and changes, so it is searched for: quickly up to where it was too much last time, then
in small steps, and back by a third whenever a message takes much longer than one does when there is little to do. So
routers have nearly all the work that they can do, and nobody waits for it.
"""

from gateway.receive.overload.load import Load
from gateway.receive.overload.ways import Marks

FIRST, LEAST, MOST = 25.0, 10.0, 20_000.0
"""Events a second: at first, and at least and most."""
QUICKLY, STEADILY, BACK = 1.25, 1.04, 0.7
PATIENT = 3
"""Looks after a step back until the next one: before that the load does not show what it has brought about."""
PART = 4
MUCH = 2.0
"""Times what a message takes at best: what may be added to the wait of those who go straight. Less than a `PART` of the
wait that counts as pressure is always all right."""
FORGETTING = 1.003
"""The best is forgotten little by little, in a minute or two: what it was long ago, on a machine that did less, is no
measure. Any faster, and what is given would be measured by the wait that it has brought about itself."""
BURST_S = 0.1
USED = 0.7


class Pace:
    """The allowance of all lanes together."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._best_s = self._wait_s = marks.wait_s / PART
        self.begin(0.0)

    def begin(self, now: float) -> None:
        """There is something to give back again: search anew."""
        self.rate = FIRST
        self._safe = MOST
        self._grown = False
        self._patience = 0
        self._allowance = 0.0
        self._now = now
        self._given = 0
        self._looked = now

    def look(self, load: Load, now: float) -> None:
        """The load is this now, in which is what was given."""
        used = self._given >= USED * self.rate * (now - self._looked)
        self._given, self._looked = 0, now
        self._patience = max(0, self._patience - 1)
        self._wait_s = (self._wait_s + load.wait_s) / 2  # a single look may have seen a moment's crowd
        if load.wait_s:
            self._best_s = min(self._best_s * FORGETTING, self._wait_s)
        if self._is_much():
            self._go_back()
        elif used:
            self._go_on()

    def due(self, now: float) -> int:
        """How many events may be given now; the next ones when `given` says that they were."""
        self._allowance = min(self._allowance + self.rate * (now - self._now), 1 + self.rate * BURST_S)
        self._now = now
        return int(self._allowance)

    def give(self, count: int) -> None:
        """So many were given."""
        self._allowance -= count
        self._given += count

    def _go_on(self) -> None:
        step = self.rate * STEADILY if self.rate >= self._safe else min(self.rate * QUICKLY, self._safe)
        self.rate = min(MOST, step)
        self._grown = True

    def _go_back(self) -> None:
        """What follows one step back after another, or is there before anything was given, says nothing of the rate."""
        if self._patience:
            return
        if self._grown:
            self._safe = self.rate * BACK
        self.rate = max(LEAST, self.rate * BACK)
        self._grown, self._patience = False, PATIENT

    def _is_much(self) -> bool:
        return self._wait_s > max(self._marks.wait_s / PART, self._best_s * MUCH)
