"""A common time limit for all publishes under way, by one timer: `asyncio.timeout` for each would cost a timer each,
which is a tenth of what the publish costs.
"""

import asyncio
from types import TracebackType
from typing import Self


class Patience:
    """Gives up everything that is waited for as soon as one has been waited for too long: the others would be, too."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waits: dict[Wait, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> "Wait":
        """For a `with` around what is waited for; it raises TimeoutError when that is given up."""
        return Wait(self)

    def begin(self, wait: "Wait") -> None:
        """Count it among those that are waited for."""
        self._waits[wait] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def end(self, wait: "Wait") -> None:
        """It is not waited for any more."""
        del self._waits[wait]

    def _look(self) -> None:
        self._timer = None
        oldest = next(iter(self._waits), None)
        if oldest is None:
            return
        loop = asyncio.get_running_loop()
        left = oldest.since + self._seconds - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
            return
        for wait in self._waits:
            wait.give_up()


class Wait:
    """One thing that is waited for. Works like `asyncio.timeout`: by cancelling the task from within."""

    __slots__ = ("_cancelling", "_given_up", "_patience", "_task", "since")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._given_up = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be patient")
        self._task = task
        self._cancelling = task.cancelling()
        self.since = task.get_loop().time()
        self._patience.begin(self)
        return self

    def give_up(self) -> None:
        """Have the task go on without it."""
        self._given_up = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patience.end(self)
        # Somebody else may have cancelled the task as well: then it is to end.
        if self._given_up and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError("the broker has not confirmed in time") from error
