"""`switchboard dlq` as a person runs it, against the real console over HTTP."""

import json
from pathlib import Path

import pytest

from tests.console.conftest import Console, console
from tests.console.test_deadletters import WORDS, keep
from tests.runtime.cli.over import over
from tests.switchboard import Command

__all__ = ["console"]  # a fixture


@pytest.fixture
async def dlq(console: Console, tmp_path: Path) -> Command:
    await keep(console, "d1", "d2", account_id="shop")
    await keep(console, "d3", stage="gateway", reason="malformed: events must be a list")
    return over(console, tmp_path, "dlq")


async def test_letters_are_listed_without_what_customers_wrote(dlq: Command) -> None:
    assert await dlq.run("list") == 0
    for words in ("3 dead letters", "d1", "d2", "d3", "router", "malformed"):
        assert words in dlq.output
    assert WORDS not in dlq.output
    assert await dlq.run("list", "--with-text") == 0
    assert WORDS in dlq.output


async def test_letters_are_listed_for_programs_and_filtered(dlq: Command) -> None:
    assert await dlq.run("list", "--json", "--stage", "router", "--limit", "1") == 0
    assert [letter["id"] for letter in json.loads(dlq.output)] == ["d1"]
    assert await dlq.run("list", "--json", "--reason", "malformed") == 0
    assert [letter["id"] for letter in json.loads(dlq.output)] == ["d3"]
    assert await dlq.run("list", "--json", "--account", "shop", "--until", "2026-03-14T00:00:00+00:00") == 0
    assert json.loads(dlq.output) == []


async def test_one_letter_is_shown(dlq: Command) -> None:
    assert await dlq.run("show", "d1") == 0
    assert "reason: account shop does not exist" in dlq.output
    assert WORDS not in dlq.output
    assert await dlq.run("show", "d1", "--with-text", "--json") == 0
    assert json.loads(dlq.output)["body"]["raw"]["text"] == WORDS


async def test_letters_are_sent_back_and_what_cannot_be_fails_the_command(dlq: Command, console: Console) -> None:
    assert await dlq.run("retry", "d1", "--by", "ann") == 0
    assert "sent back at" in dlq.output
    assert await dlq.run("retry", "--all", "--json") == 1
    result = json.loads(dlq.output)
    assert [letter["id"] for letter in result["done"]] == ["d2"]
    assert "only the provider can send it anew" in result["refused"]["d3"]
    assert len(console.publisher.on("")) == 2


async def test_letters_are_given_up(dlq: Command, console: Console) -> None:
    assert await dlq.run("discard", "--all", "--stage", "gateway", "--by", "ann", "--note", "old") == 0
    letter = await console.dependencies.dead_letters.get("d3")
    assert letter is not None
    assert (letter.discarded_by, letter.note) == ("ann", "old")
    assert await dlq.run("discard", "d9") == 1
    assert "there is no dead letter d9" in dlq.faults


@pytest.mark.parametrize("options", [("retry",), ("retry", "d1", "--all"), ("list", "--since", "soon")])
async def test_wrong_use_is_said(dlq: Command, options: tuple[str, ...]) -> None:
    assert await dlq.run(*options) == 2
    assert "Traceback" not in dlq.faults
