"""The command as a person runs it, against the real console over HTTP."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.console.conftest import TOKEN, Console, console, shop

__all__ = ["console", "shop"]  # fixtures
ROOT = Path(__file__).parents[3]
CONDITION = "message.text == 'bye'"
ACTIONS = [
    {"action": "AutoReply", "text": "Hello {contact.name|there}"},
    {"action": "Gotoif", "condition": CONDITION, "if_true": 4},
    {"action": "Queue", "queue": "support", "timeout": 60},
    {"action": "Close", "disposition": "Bye"},
]


class Command:
    """Runs `switchboard route explain`; `output` is what it printed, `faults` what it complained of."""

    def __init__(self, url: str, state_dir: Path) -> None:
        self._url = url
        self._state_dir = state_dir
        self.output = ""
        self.faults = ""

    async def run(self, *options: str, url: str | None = None, token: str = TOKEN) -> int:
        program = "from runtime.cli import main; main()"
        where = ["--url", self._url if url is None else url] if url != "" else []
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "route", "explain", "--state-dir", str(self._state_dir), *where, *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SWITCHBOARD_CONSOLE_TOKEN": token},
        )
        output, faults = await process.communicate()
        self.output, self.faults = output.decode(), faults.decode()
        return process.returncode or 0


@pytest.fixture
async def command(shop: Console, tmp_path: Path) -> Command:
    await shop.account(actions=ACTIONS)
    return Command(str(shop.client.make_url("")), tmp_path)


async def test_a_walk_is_shown_to_people(command: Command) -> None:
    assert await command.run("--account", "shop", "--from", "+39 333 000 0001", "--text", "Hello") == 0
    for words in ("The walk", "AutoReply", "Hello there", "next", "false", CONDITION, "queue:support", "routed"):
        assert words in command.output, words
    assert "The interaction would be: waiting queue:support" in command.output


async def test_a_walk_is_shown_to_programs(command: Command) -> None:
    options = ("--account", "SHOP", "--from", "+393330000001", "--text", "bye", "--json")
    assert await command.run(*options, "--at", "2026-03-14T09:26:00+01:00") == 0
    explanation = json.loads(command.output)
    assert explanation["at"] == "2026-03-14T08:26:00Z"
    assert [step["outcome"] for step in explanation["steps"]] == ["opened", "sent", "jumped", "closed"]
    assert explanation["steps"][2]["entry"]["condition"] == CONDITION


@pytest.mark.parametrize(
    ("options", "url", "token", "words"),
    [
        (("--account", "none"), None, TOKEN, "there is no account with the key none"),
        (("--account", "shop"), None, "wrong", "the console answered 401"),
        (("--account", "shop"), "http://127.0.0.1:1", TOKEN, "the console does not answer: ConnectError"),
        (("--account", "shop"), "", TOKEN, "no stack runs over"),
        (("--account", "shop", "--text", "x" * 5000), None, TOKEN, "the console answered 422: text:"),
    ],
)
async def test_what_goes_wrong_is_said_in_a_sentence(
    command: Command, options: tuple[str, ...], url: str | None, token: str, words: str
) -> None:
    assert await command.run("--from", "+393330000001", *options, url=url, token=token) == 1
    assert words in command.faults
    assert "Traceback" not in command.faults


async def test_a_moment_that_is_none_is_refused(command: Command) -> None:
    assert await command.run("--account", "shop", "--from", "+393330000001", "--at", "tomorrow") == 2
    assert "--at" in command.faults
