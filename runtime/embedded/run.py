"""Runs a stack for as long as some work takes, or until somebody ends the process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo


async def run_stack(stack: Stack, work: Callable[[StackInfo], Awaitable[None]]) -> None:
    """Start the stack, do the work, and stop everything; SIGINT and SIGTERM cancel whatever goes on before the stop.

    Raises:
        SwitchboardError: the stack did not start; what had started is stopped.
    """

    async def start_and_work() -> None:
        await work(await stack.start())

    loop = asyncio.get_running_loop()
    task = asyncio.create_task(start_and_work())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await asyncio.wait({task})
    finally:
        await stack.stop()
    if not task.cancelled():
        task.result()
