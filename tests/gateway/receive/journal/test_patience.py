"""One limit for all who wait: the first to wait too long ends the waiting of everybody, and nothing else does."""

import asyncio

import pytest

from gateway.receive.journal.patience import Patience
from tests.virtual_time import in_virtual_time


async def waiting(patience: Patience, seconds: float) -> str:
    try:
        with patience.wait():
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "given up"
    return "done"


@in_virtual_time
async def test_what_is_done_in_time_is_left_alone() -> None:
    patience = Patience(0.1)
    assert await asyncio.gather(*(waiting(patience, 0.04) for _ in range(3))) == ["done"] * 3
    await asyncio.sleep(0.15)
    assert await waiting(patience, 0.06) == "done"


@in_virtual_time
async def test_the_first_that_takes_too_long_ends_the_waiting_of_all() -> None:
    patience = Patience(0.1)
    first = asyncio.create_task(waiting(patience, 60))
    await asyncio.sleep(0.08)
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert await waiting(patience, 60) == "given up"
    assert loop.time() - started < 0.08
    assert await first == "given up"
    assert await waiting(patience, 0.01) == "done"


@in_virtual_time
async def test_the_limit_counts_from_the_oldest_that_is_still_waited_for() -> None:
    patience = Patience(0.1)
    for _ in range(5):
        assert await waiting(patience, 0.07) == "done"


@in_virtual_time
async def test_who_is_cancelled_by_others_ends() -> None:
    patience = Patience(0.05)
    task = asyncio.create_task(waiting(patience, 60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    both = asyncio.create_task(waiting(patience, 60))
    await asyncio.sleep(0)
    next(iter(patience._waits)).give_up()
    both.cancel()
    with pytest.raises(asyncio.CancelledError):
        await both


@in_virtual_time
async def test_a_task_that_was_given_up_can_wait_again() -> None:
    patience = Patience(0.02)

    async def twice() -> list[str]:
        return [await waiting(patience, 60), await waiting(patience, 0.001)]

    assert await asyncio.create_task(twice()) == ["given up", "done"]


@in_virtual_time
async def test_another_failure_comes_through() -> None:
    patience = Patience(1)
    with pytest.raises(KeyError), patience.wait():
        raise KeyError("odd")


def test_outside_of_a_task_there_is_nothing_to_give_up() -> None:
    with pytest.raises(RuntimeError):
        Patience(1).wait().__enter__()
