"""`switchboard users` as a person runs it, against the real console over HTTP."""

import re
from pathlib import Path

import pytest

from tests.console.conftest import Console, console
from tests.console.people import browser
from tests.runtime.cli.over import over
from tests.switchboard import Command

__all__ = ["console"]  # a fixture


@pytest.fixture
def users(console: Console, tmp_path: Path) -> Command:
    return over(console, tmp_path, "users")


async def test_the_first_admin_is_added_and_signs_in_with_the_password_that_is_printed(
    users: Command, console: Console
) -> None:
    assert await users.run("add", "Ann", "--role", "admin") == 0
    made = re.search(r"Password, shown this once: (\S{16,})", users.output)
    assert made is not None
    async with browser(console) as ann:
        assert (await ann.sign_in("ann", made[1])).json["user"]["role"] == "admin"
        assert await users.run("password", "ANN", "--generate") == 0
        assert (await ann.call("GET", "/api/session")).status == 401
    assert made[1] not in users.output
    assert await users.run("list") == 0
    assert all(words in users.output for words in ("Ann", "admin", "True"))


async def test_what_is_refused_is_said(users: Command) -> None:
    assert await users.run("add", "Ada", "--role", "agent", "--agent", "nobody") == 1
    assert "agent_id: there is no agent nobody" in users.faults
    assert await users.run("password", "Ada") == 1
    assert "there is no user Ada" in users.faults
    assert await users.run("add", "Ada", "--role", "king") == 2
    assert "Password" not in users.output
