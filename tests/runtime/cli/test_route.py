"""The command as a person runs it, against the real console over HTTP."""

import json
from pathlib import Path

import pytest

from tests.console.conftest import TOKEN, Console, console, shop
from tests.runtime.cli.over import over
from tests.switchboard import Command

__all__ = ["console", "shop"]  # fixtures
CONDITION = "message.text == 'bye'"
ACTIONS = [
    {"action": "AutoReply", "text": "Hello {contact.name|there}"},
    {"action": "Gotoif", "condition": CONDITION, "if_true": 4},
    {"action": "Queue", "queue": "support", "timeout": 60},
    {"action": "Close", "disposition": "Bye"},
]


@pytest.fixture
async def command(shop: Console, tmp_path: Path) -> Command:
    await shop.account(actions=ACTIONS)
    return over(shop, tmp_path, "route", "explain")


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
    ("options", "token", "words"),
    [
        (("--account", "none"), TOKEN, "there is no account with the key none"),
        (("--account", "shop"), "wrong", "the console answered 401"),
        (("--account", "shop", "--text", "x" * 5000), TOKEN, "the console answered 422: text:"),
    ],
)
async def test_what_is_refused_is_said_in_a_sentence(
    command: Command, options: tuple[str, ...], token: str, words: str
) -> None:
    assert await command.run("--from", "+393330000001", *options, SWITCHBOARD_CONSOLE_TOKEN=token) == 1
    assert words in command.faults
    assert "Traceback" not in command.faults


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (("--url", "http://127.0.0.1:1"), "the console does not answer: ConnectError"),
        ((), "no stack runs over"),
    ],
)
async def test_that_there_is_no_console_is_said_in_a_sentence(
    tmp_path: Path, where: tuple[str, ...], words: str
) -> None:
    where = (*where, "--state-dir", str(tmp_path))
    command = Command("route", "explain", where=where, environment={"SWITCHBOARD_CONSOLE_TOKEN": TOKEN})
    assert await command.run("--account", "shop", "--from", "+393330000001") == 1
    assert words in command.faults
    assert "Traceback" not in command.faults


async def test_a_moment_that_is_none_is_refused(command: Command) -> None:
    assert await command.run("--account", "shop", "--from", "+393330000001", "--at", "tomorrow") == 2
    assert "--at" in command.faults
