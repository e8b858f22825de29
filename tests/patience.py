"""How long tests wait for what is to happen."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 60.0
"""Longer than a machine that does ten other things takes: a test that passes does not wait, and one that fails may."""
POLL_S = 0.02


async def eventually(look: Callable[[], Awaitable[T]], within_s: float = PATIENCE_S) -> T:
    """The first thing seen that counts as true."""
    until = time.monotonic() + within_s
    while not (seen := await look()):
        assert time.monotonic() < until, f"not so within {within_s:g} s; the last look gave {seen!r}"
        await asyncio.sleep(POLL_S)
    return seen


async def so(look: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Return when something that is in this process counts as true."""

    async def looked() -> object:
        return look()

    await eventually(looked, within_s)
