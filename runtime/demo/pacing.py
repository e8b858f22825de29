"""How the demonstration does many things at once, and how it waits until all is well."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")
Progress = Callable[[str, int, int], None]
"""Hears of what is being done, how much of it is done, and of how much."""
Look = Callable[[], Awaitable[tuple[S, list[str]]]]
"""Gives what is seen, and what is wrong with it."""

AT_ONCE = 32
POLL_S = 0.5


async def side_by_side(what: Sequence[T], do: Callable[[T], Awaitable[None]], told: Callable[[int], None]) -> None:
    """Do something with each, some at a time; `told` hears how many are done."""
    gate = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(item: T) -> None:
        nonlocal done
        async with gate:
            await do(item)
        done += 1
        told(done)

    await asyncio.gather(*(one(item) for item in what))


async def settled(look: Look[S], limit_s: float, told: Callable[[int], None]) -> tuple[S, list[str]]:
    """What is seen, once nothing is wrong with it, or when so many seconds are over; `told` hears how much is wrong."""
    until = time.monotonic() + limit_s
    while True:
        seen, wrong = await look()
        told(len(wrong))
        if not wrong or time.monotonic() > until:
            return seen, wrong
        await asyncio.sleep(POLL_S)
