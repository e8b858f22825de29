"""Finds and ends the processes that belong to a directory, by the mark in their environment.

A pid file lies as soon as the pid is used again; an environment is inherited by every descendant (RabbitMQ's helpers
leave their process group) and cannot be mistaken for another's.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "EMBEDDED_IN_DIRECTORY"
_POLL_S = 0.05


def mark(directory: Path) -> dict[str, str]:
    """The environment variable that marks a child as belonging to the directory."""
    return {MARK: str(directory.resolve())}


def belonging_to(directory: Path) -> list[psutil.Process]:
    """The living processes of this user that carry the directory's mark, the calling process excepted."""
    value = str(directory.resolve())
    return [process for process in _others() if _environment(process).get(MARK) == value]


async def wait_until_gone(directory: Path, deadline_s: float) -> bool:
    """Wait until no process belongs to the directory; False when some still do after so many seconds."""
    end = time.monotonic() + deadline_s
    while await asyncio.to_thread(belonging_to, directory):
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(_POLL_S)
    return True


async def end_leftovers(directory: Path, deadline_s: float) -> int:
    """End what belongs to the directory: SIGTERM, and SIGKILL for what remains. Returns how many there were."""
    found = await asyncio.to_thread(belonging_to, directory)
    for process in found:
        _signal(process, kill=False)
    if found and not await wait_until_gone(directory, deadline_s):
        await kill_all(directory)
    return len(found)


async def kill_all(directory: Path) -> None:
    """SIGKILL to everything that belongs to the directory, and wait until it is gone."""
    for process in await asyncio.to_thread(belonging_to, directory):
        _signal(process, kill=True)
    await wait_until_gone(directory, deadline_s=5)


def _others() -> Iterator[psutil.Process]:
    own = psutil.Process().pid
    return (process for process in psutil.process_iter() if process.pid != own)


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return {}
        return process.environ()
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return {}


def _signal(process: psutil.Process, *, kill: bool) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        if kill:
            process.kill()
        else:
            process.resume()  # a stopped process would take the signal only when it is continued
            process.terminate()
