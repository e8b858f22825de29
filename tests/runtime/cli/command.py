"""A sub-command of `switchboard` in a process of its own."""

import asyncio
import os
import sys
from pathlib import Path

from tests.console.conftest import TOKEN

ROOT = Path(__file__).parents[3]
PROGRAM = "from runtime.cli import main; main()"


class Command:
    """Runs one command against a console; `output` is what it printed, `faults` what it complained of."""

    def __init__(self, name: str, url: str, state_dir: Path) -> None:
        self._name = name
        self._where = ("--url", url, "--state-dir", str(state_dir))
        self.output = ""
        self.faults = ""

    async def run(self, *options: str, token: str = TOKEN) -> int:
        """The exit code of the command with these options."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, self._name, *options, *self._where),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SWITCHBOARD_CONSOLE_TOKEN": token},
        )
        output, faults = await process.communicate()
        self.output, self.faults = output.decode(), faults.decode()
        return process.returncode or 0
