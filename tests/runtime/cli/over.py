"""Sub-commands over the real console."""

from pathlib import Path

from tests.console.conftest import TOKEN, Console
from tests.switchboard import Command


def over(console: Console, state_dir: Path, *words: str) -> Command:
    """A sub-command over a console."""
    where = ("--url", str(console.client.make_url("")), "--state-dir", str(state_dir))
    return Command(*words, where=where, environment={"SWITCHBOARD_CONSOLE_TOKEN": TOKEN})
