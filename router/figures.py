"""Queues' figures for conditions that ask for them, at most a second old."""

import time
from collections.abc import Mapping

from contracts.configuration import Configuration
from router.engine import QueueFigures, figures_of
from runtime.store.figures import FigureStore

MOST_AGE_S = 1.0


class Figures:
    """Reads the figures when they are asked for, and keeps them for a second."""

    def __init__(self, store: FigureStore) -> None:
        self._store = store
        self._read_at = float("-inf")
        self._figures: Mapping[str, QueueFigures] = {}

    async def of(self, configuration: Configuration) -> Mapping[str, QueueFigures]:
        """How many interactions wait in each queue, and how many of its agents are there, by queue name."""
        if time.monotonic() - self._read_at > MOST_AGE_S:
            waiting = await self._store.waiting()
            states = await self._store.logged_in()
            self._figures = figures_of(configuration, waiting, states)
            self._read_at = time.monotonic()
        return self._figures
