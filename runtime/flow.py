"""How fast something grows: its rate over the last seconds, from marks that are set now and then. No I/O, no clock."""

from collections import deque

WINDOW_S = 5.0


class Flow:
    """The rate of one count."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def rate(self, now: float, count: int) -> float:
        """Note the count, which never falls, at a time in seconds; by how much it grows a second.

        The rate is that since the oldest mark within the window; 0 at the first mark.
        """
        self._marks.append((now, count))
        while len(self._marks) > 2 and self._marks[1][0] <= now - WINDOW_S:  # noqa: PLR2004 - a rate needs two marks
            self._marks.popleft()
        since, before = self._marks[0]
        return (count - before) / (now - since) if now > since else 0.0
