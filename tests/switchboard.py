"""`switchboard` as a person runs it: in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.settings import Settings

ROOT = Path(__file__).parents[1]
SWITCHBOARD = (sys.executable, "-c", "from runtime.cli import main; main()")
COMMAND_S = 90


def variables(**given: str) -> dict[str, str]:
    """The environment of such a process: this one's, and what is given."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **given}


def variables_of(settings: Settings) -> dict[str, str]:
    """The variables by which a command finds an installation of the tests'."""
    return {
        "AMQP_URL": settings.amqp_url.get_secret_value(),
        "MONGO_URL": settings.mongo_url.get_secret_value(),
        "SWITCHBOARD_DATABASE": settings.database,
        "SWITCHBOARD_PARTITIONS": str(settings.partitions),
    }


async def begun(arguments: Sequence[str], given: Mapping[str, str], cwd: Path = ROOT) -> asyncio.subprocess.Process:
    """The command, running."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(*SWITCHBOARD, *arguments),
        stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=variables(**given), cwd=cwd,
    )  # fmt: skip


class Command:
    """One sub-command, run as often as one likes; `output` is what it printed last, `faults` what it complained of.

    `where` are the options that say over what it runs, and stand last.
    """

    def __init__(
        self,
        *words: str,
        where: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        directory: Path = ROOT,
    ) -> None:
        self._words = words
        self._where = where
        self._environment = dict(environment or {})
        self.directory = directory
        self.output = ""
        self.faults = ""

    async def run(self, *options: str | Path, **given: str) -> int:
        """The exit code of the command with these options, and these variables besides its own."""
        arguments = (*self._words, *map(str, options), *self._where)
        process = await begun(arguments, {**self._environment, **given}, self.directory)
        try:
            async with asyncio.timeout(COMMAND_S):
                output, faults = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.communicate()
        self.output, self.faults = output.decode(), faults.decode()
        return process.returncode or 0
