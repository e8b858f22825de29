"""One child process: in a session of its own, its output in a file, ending with its parent."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.embedded import leftovers

_TETHER = Path(__file__).with_name("tether.py")
_TAIL_BYTES = 4000


class Child:
    """A command that can be started again and again; all signals go to its process group.

    Args:
        command: program and arguments.
        environment: all of the child's environment; the mark of `directory` is added.
        directory: what the child belongs to, see `leftovers`.
        log_path: file to which its output is appended.
        farewell: what the kernel sends it when this process has ended.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        log_path: Path,
        farewell: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.log_path = log_path
        self._command = tuple(command)
        self._environment = {**environment, **leftovers.mark(directory)}
        self._farewell = farewell
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the command. It must not be running."""
        tether = (sys.executable, "-I", str(_TETHER), str(int(self._farewell)), str(os.getpid()))
        with self.log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tether,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the command was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The pid of the running command."""
        return self._process.pid if self._process and self.running else None

    @property
    def exit_status(self) -> int | None:
        """The status of the last run, negative for a signal; None while it runs."""
        return self._process.returncode if self._process else None

    async def wait(self) -> None:
        """Wait until the command has ended; at once when it is not running."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self, deadline_s: float) -> bool:
        """SIGTERM, then SIGKILL after so many seconds. True when it ended by itself."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), deadline_s)
        except TimeoutError:
            await self.kill()
            return False
        return True

    async def kill(self) -> None:
        """SIGKILL to the process group, and wait for the end."""
        self.signal(signal.SIGKILL)
        await self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process group; nothing when the command is not running."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def last_words(self, lines: int = 3) -> str:
        """The last lines of the log that are not empty, for an error's sentence."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - _TAIL_BYTES))
            text = log.read().decode(errors="replace")
        return " | ".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])
